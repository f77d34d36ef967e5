/** What is known of the folder that `offhook init` is to fill: its repository, its packages, its CI system. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ownersOf } from '../../ordinary-file.js';
import { readProjectFile } from '../../settings/project-file.js';
import { projectFileIn } from '../../settings/project-place.js';
import type { InitFlags } from '../options.js';

export type CiSystem = Exclude<InitFlags['ci'], 'none' | undefined>;

export interface Project {
  /** Absolute; it need not exist yet. */
  readonly folder: string;
  /** The top of its git repository, else the folder itself. CI systems look for their files there. */
  readonly root: string;
  /** Which CI systems it uses, as far as its files tell, else its git remotes. */
  readonly ci: readonly CiSystem[];
  /** The package.json of the folder, or the nearest above in the repository. */
  readonly manifest?: { readonly path: string; readonly namesUs: boolean };
  /** The folder of the installed package that `npx offhook` would run here. */
  readonly installed?: string;
  /** Name of its file of settings, also of one that is to be written. */
  readonly settings: string;
  /** Whether the file of settings says which scenarios `offhook run` runs; "none": there is no such file. */
  readonly paths: 'none' | 'said' | 'unsaid';
}

const GIT_LIMIT_MS = 5_000;

export async function lookAt(folder: string): Promise<Project> {
  const nearest = nearestFolder(folder);
  const root = await repositoryOf(nearest, folder);
  const byFiles = CI_SYSTEMS.filter((ci) => MARKS[ci].some((mark) => existsSync(join(root, mark))));
  const ci = byFiles.length > 0 ? byFiles : ofRemotes(await git(nearest, REMOTES));
  const manifest = above(folder, root, 'package.json');
  const settings = projectFileIn(folder);
  const installed = above(folder, '/', 'node_modules/offhook/package.json');
  return {
    folder,
    root,
    ci,
    settings: settings === undefined ? 'offhook.config.json' : basename(settings),
    paths: await pathsIn(settings),
    ...(manifest === undefined
      ? {}
      : {
          manifest: { path: manifest, namesUs: /"offhook"/.test(readFileSync(manifest, 'utf8')) },
        }),
    ...(installed === undefined ? {} : { installed: dirname(installed) }),
  };
}

/** Files by which a CI system is recognized; one of them is enough. */
const MARKS: Readonly<Record<CiSystem, readonly string[]>> = {
  github: ['.github'],
  gitlab: ['.gitlab-ci.yml', '.gitlab'],
  jenkins: ['Jenkinsfile'],
};

export const CI_SYSTEMS = Object.keys(MARKS) as readonly CiSystem[];

const REMOTES = ['config', '--get-regexp', '^remote\\..*\\.url$'];

function ofRemotes(remotes: string): readonly CiSystem[] {
  const hosts = [...remotes.matchAll(/(?:@|:\/\/)([\w.-]+)/g)].map(([, host = '']) => host);
  return CI_SYSTEMS.filter((ci) => hosts.some((host) => host.split('.').includes(ci)));
}

/** The folder, or the nearest above that exists. */
function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}

/** git does not trust a repository of another user, and neither do we. */
async function repositoryOf(nearest: string, folder: string): Promise<string> {
  const top = (await git(nearest, ['rev-parse', '--show-toplevel'])).trimEnd();
  if (top === '') return folder;
  // git prints the real path; the steps up from the given folder lead to the same place
  const inside = relative(top, realpathSync(nearest));
  if (inside.startsWith('..')) return folder;
  const steps = inside === '' ? [] : inside.split('/').map(() => '..');
  return join(nearest, ...steps);
}

/** Returns what git prints; an empty text if git or a repository is missing. */
async function git(folder: string, words: readonly string[]): Promise<string> {
  try {
    const options = { cwd: folder, timeout: GIT_LIMIT_MS };
    return (await promisify(execFile)('git', [...words], options)).stdout;
  } catch {
    return '';
  }
}

/** The file of that name in the folder or the nearest above it, at most in `top`. */
function above(folder: string, top: string, name: string): string | undefined {
  const file = join(folder, name);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  return folder === top || dirname(folder) === folder
    ? undefined
    : above(dirname(folder), top, name);
}

async function pathsIn(file: string | undefined): Promise<Project['paths']> {
  if (file === undefined) return 'none';
  try {
    const { ofRun } = await readProjectFile(file, ownersOf(dirname(file)));
    return 'paths' in ofRun ? 'said' : 'unsaid';
  } catch {
    // `offhook run` reports what is wrong with it; init goes on
    return 'unsaid';
  }
}
