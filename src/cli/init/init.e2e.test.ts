/** `offhook init`: what it writes works as it is, what is there stays, and a failure leaves nothing. */
import { execFile, execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { leavingNothing } from '../../testing/cli/leftovers.js';
import { expectPassed, runCli } from '../../testing/cli/run-cli.js';
import { runFiles, writeFiles, type Files } from '../../testing/cli/run-files.js';

const TSC = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);

/** Every file below the folder, but for git's own. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('.git/'))
    .sort();
}

const STARTER = [
  '.env.example',
  '.gitignore',
  'offhook.config.json',
  'package.json',
  'scenarios/first-call.js',
  'scenarios/jsconfig.json',
  'scenarios/offhook.d.ts',
  'scenarios/pbx-call.js',
];

/** Runs each command in one folder, which has these files at first. */
async function inFolder<T>(
  files: Files,
  act: (folder: string, cli: (...words: string[]) => ReturnType<typeof runCli>) => Promise<T>,
): Promise<T> {
  const { folder, leftovers } = await writeFiles(files);
  // variables of the machine that runs the tests are no PBX
  const env = { SIP_DOMAIN: undefined };
  return leavingNothing(leftovers, () =>
    act(folder, (...words) => runCli(words, { cwd: folder, env, leftovers })),
  );
}

describe.concurrent('an empty folder', () => {
  it('makes a first call, says what the second one needs, and makes that as soon as a server is known', async () => {
    await inFolder({}, async (folder, cli) => {
      const init = await cli('init', 'phone calls', '--yes', '--ci', 'github');
      expect({ code: init.code, stderr: init.stderr }).toEqual({ code: 0, stderr: '' });
      expect(init.stdout).toMatch(/^Written:\n {2}phone calls\/scenarios\/first-call\.js {2,}\w/);
      expect(init.stdout).toMatch(/\nNext:\n {2}cd 'phone calls'\n {2}offhook run {2,}/);
      const project = join(folder, 'phone calls');
      const workflow = '.github/workflows/offhook.yml';
      expect(filesIn(project)).toEqual([...STARTER, workflow].sort());

      const env = { SIP_DOMAIN: undefined };
      const [, command = ''] =
        /npx offhook (run .*)/.exec(readFileSync(join(project, workflow), 'utf8')) ?? [];
      const run = await runCli(command.split(' '), { cwd: project, env });
      expectPassed(run, /^2 scenarios: 1 passed, 1 skipped in/m);
      expect(run.stdout).toContain(
        'skipped: needs a PBX: copy .env.example to .env and fill it in',
      );
      expect(filesIn(join(project, 'offhook-results'))).toEqual(['junit.xml', 'report.html']);
      const withServer = await runCli(['run', '--lab', '--tag', 'pbx'], { cwd: project, env });
      expectPassed(withServer, /^1 scenario: 1 passed in/m);
    });
  });

  it('may be in TypeScript', async () => {
    await inFolder({}, async (folder, cli) => {
      await cli('init', '--typescript');
      const named = STARTER.map((name) =>
        name.replace(/call\.js$/, 'call.ts').replace('jsc', 'tsc'),
      );
      expect(filesIn(folder)).toEqual(named.sort());
    });
  });

  it('is checked by an editor and by `check --types` in the same way', async () => {
    await inFolder({}, async (folder, cli) => {
      await cli('init');
      await cli('init', '--typescript');
      const wrong =
        "const a = agent('a');\na.dail('b');\nfunction dial(to) {\n  a.dial(to);\n}\ndial('x');\n";
      writeFileSync(join(folder, 'scenarios/wrong.js'), wrong);
      const words = [TSC, '-p', 'scenarios/jsconfig.json', '--pretty', 'false'];
      const editor = await promisify(execFile)(process.execPath, words, { cwd: folder }).catch(
        (error: unknown) => error as { stdout: string },
      );
      expect(editor.stdout).toMatch(/^scenarios\/wrong\.js\(2,3\): error TS\d+: .*'dail'.*\n$/);
      const { stdout } = await cli('check', '--types', 'scenarios');
      expect(stdout).toMatch(
        /^scenarios\/wrong\.js:2:3: .*'dail'.*\n5 scenarios in 5 files: 1 type error \(/,
      );
    });
  });
});

describe.concurrent('what is there', () => {
  const OWN: Files = {
    'package.json': '{ "name": "mine" }',
    'offhook.config.yaml': 'timeout: 9s\n',
    'scenarios/first-call.js': '// mine\n',
    'scenarios/offhook.d.ts': '// of last year\n',
    'scenarios/tsconfig.json': '{}',
    '.gitignore': 'dist\r\n/node_modules',
    '.gitlab-ci.yml': 'test: { script: [make] }\n',
    Jenkinsfile: 'node { sh "make" }\n',
  };

  it('stays as it is, but for lines that .gitignore lacks', async () => {
    await inFolder(OWN, async (folder, cli) => {
      const { stdout } = await cli('init');
      for (const [name, text] of Object.entries(OWN)) {
        const expected =
          name === '.gitignore' ? `${String(text)}\r\n*.env\r\noffhook-results/\r\n` : text;
        expect(readFileSync(join(folder, name), 'utf8'), name).toBe(expected);
      }
      expect(stdout).toMatch(
        /\nLines added:\n {2}\.gitignore .*\nLeft unchanged:\n {2}scenarios\/first-call\.js /,
      );
      expect(stdout).toContain('offhook run scenarios ');
      expect(stdout).toContain(
        '  offhook definitions scenarios/offhook.d.ts  brings the typings up to date\n',
      );
      expect(stdout).toContain('npm install --save-dev offhook ');
      expect(stdout).toContain(
        '  add to .gitlab-ci.yml: include: [{ local: .gitlab/offhook.yml }]\n',
      );
      expect(filesIn(folder)).toEqual(
        expect.arrayContaining(['.gitlab/offhook.yml', 'Jenkinsfile.offhook']),
      );
      expect(filesIn(folder)).not.toContain('scenarios/jsconfig.json');
      expect(filesIn(folder)).not.toContain('offhook.config.json');
    });
  });

  it('a second time changes nothing', async () => {
    await inFolder({ '.github/': '' }, async (folder, cli) => {
      const state = (): string[] =>
        filesIn(folder).map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`);
      await cli('init');
      const first = state();
      const { code, stdout } = await cli('init');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Left unchanged:\n(?: {2}.*\n)+\nNext:\n/);
      expect(state()).toEqual(first);
    });
  });

  it('a link is never followed to be written to', async () => {
    await inFolder({ outside: 'mine\n', 'it/': '' }, async (folder, cli) => {
      symlinkSync('../outside', join(folder, 'it/.gitignore'));
      symlinkSync('../nowhere', join(folder, 'it/.env.example'));
      expect((await cli('init', 'it')).code).toBe(0);
      expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('mine\n');
      expect(filesIn(folder)).not.toContain('nowhere');
    });
  });
});

describe.concurrent('CI', () => {
  const CI = {
    github: '.github/workflows/offhook.yml',
    gitlab: '.gitlab-ci.yml',
    jenkins: 'Jenkinsfile',
  };

  it.each<[what: string, files: Files, words: string[], written: (keyof typeof CI)[]]>([
    ['a folder of GitHub', { '.github/': '' }, [], ['github']],
    ['a folder of GitLab', { '.gitlab/': '' }, [], ['gitlab']],
    ['nothing', {}, [], []],
    ['a wish', {}, ['--ci', 'jenkins'], ['jenkins']],
    ['a wish against it', { '.github/': '' }, ['--ci', 'none'], []],
  ])('by %s', async (_, files, words, written) => {
    await inFolder(files, async (folder, cli) => {
      await cli('init', ...words);
      const found = Object.values(CI).filter((name) => filesIn(folder).includes(name));
      expect(found).toEqual(written.map((ci) => CI[ci]));
      for (const name of found) {
        const text = readFileSync(join(folder, name), 'utf8');
        expect(text).toContain('baresip-core');
        expect(text).toContain(
          'npx offhook run --reporter junit=offhook-results/junit.xml --reporter html=',
        );
      }
    });
  });

  it('by the remote of the repository, at its root, for a folder below', async () => {
    await inFolder({ 'tests/': '' }, async (folder, cli) => {
      const git = (...words: string[]): unknown => execFileSync('git', words, { cwd: folder });
      git('init', '--quiet');
      git('remote', 'add', 'origin', 'git@gitlab.example.com:me/github.git');
      await cli('init', 'tests/calls');
      const text = readFileSync(join(folder, CI.gitlab), 'utf8');
      expect(text).toContain(`    - "cd 'tests/calls'"\n    - npm install\n`);
      expect(text).toContain('      - "tests/calls/offhook-results/"\n');
      expect(filesIn(folder)).not.toContain(CI.github);
    });
  });
});

describe.concurrent('nothing is left of what fails', () => {
  const FOLDER_HINT = 'name a folder, or none for the folder you are in';

  it.each<[what: string, words: string[], error: string | RegExp, hint: string, files?: Files]>([
    ['a file', ['it.js'], '"it.js": is a file, not a folder', FOLDER_HINT],
    ['below a file', ['it.js/x'], '"it.js/x": cannot be used as a folder: ENOTDIR', FOLDER_HINT],
    ['no name', [''], '"": is no folder', FOLDER_HINT],
    ['a link to nothing', ['link'], '"link": is a broken symbolic link', FOLDER_HINT],
    [
      'an unknown CI system',
      ['--ci', 'circle'],
      /'--ci <system>' argument 'circle' is invalid\. It must be github, gitlab, jenkins or none$/,
      'see offhook init --help',
    ],
    [
      'a folder that takes no files',
      ['/proc/self'],
      /"\S+\/proc\/self\/scenarios\/first-call\.js": cannot be written: nothing was changed: /,
      'name a folder you may write to: offhook init FOLDER',
    ],
    [
      'a file in the place of a folder',
      ['--ci', 'github'],
      /"\.github\/workflows\/offhook\.yml": cannot be written: nothing was changed: /,
      'name a folder you may write to: offhook init FOLDER',
      { '.github': 'a file' },
    ],
  ])('%s', async (_, words, error, hint, files = {}) => {
    const given = { 'it.js': 'assert(1).equals(1);\n', ...files };
    const { code, stdout, stderr } = await runFiles(given, ['init', ...words], {
      before: (folder) => {
        symlinkSync('nowhere', join(folder, 'link'));
        return Promise.resolve();
      },
      after: (folder) => {
        expect(filesIn(folder).sort()).toEqual([...Object.keys(given), 'link'].sort());
        return Promise.resolve();
      },
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [first, second] = stderr.split('\n');
    expect(first?.replace('offhook: ', '')).toMatch(error);
    expect(second).toBe(`  hint: ${hint}`);
  });
});

describe.concurrent('definitions', () => {
  it('bring a jsconfig.json where neither it nor a tsconfig.json is', async () => {
    await inFolder({ 'ts/tsconfig.json': '{}', 'old/jsconfig.json': '{}' }, async (folder, cli) => {
      expect((await cli('definitions', 'new/')).stdout).toBe(
        'new/offhook.d.ts\nnew/jsconfig.json\n',
      );
      expect((await cli('definitions', 'new/')).stdout).toBe('new/offhook.d.ts\n');
      expect((await cli('definitions', 'ts')).stdout).toBe('ts/offhook.d.ts\n');
      expect((await cli('definitions', 'old/x.d.ts')).stdout).toBe('old/x.d.ts\n');
      expect((await cli('definitions', 'plain.txt')).stdout).toBe('plain.txt\n');
      mkdirSync(join(folder, 'scenarios'));
      await cli('init');
      expect(readFileSync(join(folder, 'new/jsconfig.json'), 'utf8')).toBe(
        readFileSync(join(folder, 'scenarios/jsconfig.json'), 'utf8'),
      );
      expect(filesIn(folder)).not.toContain('jsconfig.json');
    });
  });
});
