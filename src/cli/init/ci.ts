/** The files that make a CI system install Offhook, run the scenarios, and keep the results even if they fail. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { CiSystem, Project } from './project.js';

export interface CiFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** What is left to do by hand. */
  readonly todo?: string;
}

interface Job {
  /** The folder of the scenarios, relative to the repository; "" for the repository itself. */
  readonly folder: string;
  readonly install: string;
  readonly run: string;
}

const RESULTS = 'offhook-results';
const NODE = 22;
const APT = 'apt-get install -y --no-install-recommends baresip-core';

export function ciFile(ci: CiSystem, project: Project): CiFile {
  const { root, folder, manifest, paths } = project;
  const hasLock =
    manifest !== undefined && existsSync(join(dirname(manifest.path), 'package-lock.json'));
  const job: Job = {
    folder: relative(root, folder),
    install: hasLock ? 'npm ci' : 'npm install',
    run: [
      `npx offhook run${paths === 'unsaid' ? ' scenarios' : ''}`,
      `--reporter junit=${RESULTS}/junit.xml --reporter html=${RESULTS}/report.html`,
      `--artifacts ${RESULTS}/failures`,
    ].join(' '),
  };
  switch (ci) {
    case 'github':
      return { path: join(root, '.github/workflows/offhook.yml'), text: githubText(job) };
    case 'gitlab':
      return gitlabFile(root, gitlabText(job));
    case 'jenkins':
      return jenkinsFile(root, jenkinsText(job));
  }
}

/** An existing CI file is never changed, because its stages, rules and templates are unknown. */
function gitlabFile(root: string, text: string): CiFile {
  const common = join(root, '.gitlab-ci.yml');
  if (isFreeOrOurs(common)) return { path: common, text };
  const path = join(root, '.gitlab/offhook.yml');
  return { path, text, todo: 'add to .gitlab-ci.yml: include: [{ local: .gitlab/offhook.yml }]' };
}

function jenkinsFile(root: string, text: string): CiFile {
  const common = join(root, 'Jenkinsfile');
  if (isFreeOrOurs(common)) return { path: common, text };
  const path = join(root, 'Jenkinsfile.offhook');
  return {
    path,
    text,
    todo: 'create a Jenkins job for Jenkinsfile.offhook, or copy its stage into your Jenkinsfile',
  };
}

function isFreeOrOurs(file: string): boolean {
  try {
    return /\boffhook run\b/.test(readFileSync(file, 'utf8'));
  } catch {
    return !existsSync(file);
  }
}

function githubText({ folder, install, run }: Job): string {
  const place =
    folder === '' ? '' : `defaults:\n  run:\n    working-directory: ${quoted(folder)}\n`;
  return `name: offhook
on: [push, pull_request]
permissions:
  contents: read
${place}jobs:
  calls:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: ${NODE}
      - run: sudo apt-get update && sudo ${APT}
      - run: ${install}
      - run: ${run}
        # for the scenario against a PBX: variables and secrets of the repository; it is skipped without them
        env:
          SIP_DOMAIN: \${{ vars.SIP_DOMAIN }}
          SIP_PROXY: \${{ vars.SIP_PROXY }}
          A_USER: \${{ vars.A_USER }}
          A_PASS: \${{ secrets.A_PASS }}
          B_USER: \${{ vars.B_USER }}
          B_PASS: \${{ secrets.B_PASS }}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: ${RESULTS}
          path: ${quoted(join(folder, RESULTS))}
`;
}

function gitlabText({ folder, install, run }: Job): string {
  const enter = folder === '' ? '' : `    - ${quoted(`cd ${shellWord(folder)}`)}\n`;
  return `# The scenario against a PBX is skipped until SIP_DOMAIN and the others of .env.example are CI/CD variables.
offhook:
  image: node:${NODE}-bookworm
  before_script:
    - apt-get update && ${APT}
${enter}    - ${install}
  script:
    - ${run}
  artifacts:
    when: always
    paths:
      - ${quoted(`${join(folder, RESULTS)}/`)}
    reports:
      junit: ${quoted(join(folder, RESULTS, 'junit.xml'))}
`;
}

function jenkinsText({ folder, install, run }: Job): string {
  return `// The scenario against a PBX is skipped until SIP_DOMAIN and the others of .env.example are in the environment.
pipeline {
  agent {
    docker {
      image 'node:${NODE}-bookworm'
      args '-u root'
    }
  }
  options { timeout(time: 15, unit: 'MINUTES') }
  stages {
    stage('calls') {
      steps {
        sh 'apt-get update && ${APT}'
        dir(${groovyText(folder === '' ? '.' : folder)}) {
          sh '${install}'
          sh '${run}'
        }
      }
      post {
        always {
          // the container runs as root: give the results back to the user of the machine
          sh 'chown -R --reference=. .'
          junit ${groovyText(join(folder, RESULTS, 'junit.xml'))}
          archiveArtifacts artifacts: ${groovyText(`${join(folder, RESULTS)}/**`)}
        }
      }
    }
  }
}
`;
}

/** JSON's form of a text is one of YAML, too. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function groovyText(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}
