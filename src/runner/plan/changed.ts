/** Which files changed since a state of their git repository, and which scenario files that concerns. */
import { basename, dirname, join, sep } from 'node:path';
import { realpathSync } from 'node:fs';
import { OffhookError } from '../../errors.js';
import type { ReadFile } from '../../sandbox/protocol.js';
import { PROJECT_FILES } from '../../settings/project-place.js';
import { variableFiles } from '../../settings/settings.js';
import { readRootOf } from './files.js';

/** Files that changed, as far as they are known: real, absolute paths. */
export interface Changes {
  /** The state they are compared with, as it was given. */
  ref: string;
  /** The folder of the repository: nothing is known of files outside. */
  root: string;
  files: ReadonlySet<string>;
}

/** What a scenario file was collected from. */
export interface Inputs {
  /** The file itself and what it imports, directly or not. */
  scripts: readonly ReadFile[];
  /** Files of variables, whether they exist or not. */
  settings: readonly string[];
}

/**
 * Files that differ from a commit: changed, staged, new and deleted ones; ignored files are not among them.
 * @throws OffhookError E_USAGE
 */
export async function changesSince(ref: string, cwd: string): Promise<Changes> {
  const root = realpathSync((await git(cwd, ref, ['rev-parse', '--show-toplevel'])).trimEnd());
  // A word that begins with a dash would be an option of git.
  if (ref.startsWith('-')) throw gitError(ref, root, undefined, 'unknown revision');
  const verify = ['rev-parse', '--verify', `${ref}^{commit}`];
  const commit = (await git(root, ref, verify)).trim();
  const names = await Promise.all([
    git(root, ref, ['diff', '--name-only', '--no-renames', '--no-ext-diff', '-z', commit, '--']),
    git(root, ref, ['ls-files', '--others', '--exclude-standard', '-z']),
  ]);
  const files = names.flatMap((list) => list.split('\0')).filter((name) => name !== '');
  return { ref, root, files: new Set(files.map((name) => join(root, name))) };
}

/** @param common files of variables that all scenarios have */
export function inputsOf(
  file: string,
  scripts: readonly ReadFile[],
  common: readonly string[],
): Inputs {
  const { beside, shared } = variableFiles(file, readRootOf(file));
  return { scripts, settings: [...common, beside, ...shared] };
}

/**
 * Whether a change concerns a scenario file: of a script, of variables or settings, or of a file whose name
 * stands in one of the scripts, such as a recording. A file outside the repository counts as changed.
 */
export function isAffected({ scripts, settings }: Inputs, { root, files }: Changes): boolean {
  const read = [...scripts.map(({ path }) => path), ...settings.filter((path) => isIn(root, path))];
  if (read.some((path) => files.has(path) || !isIn(root, path))) return true;
  return [...files].some((changed) => {
    const name = basename(changed);
    if (PROJECT_FILES.includes(name)) return read.some((path) => isIn(dirname(changed), path));
    return scripts.some(({ text }) => names(text, name));
  });
}

/** Whether a script names that file: "lib.js" does not name "b.js". */
function names(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\w.-]/.test(text[at - 1] ?? '') && !/[\w.-]/.test(text[at + name.length] ?? ''))
      return true;
  }
  return false;
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** @returns what git printed. */
async function git(cwd: string, ref: string, words: readonly string[]): Promise<string> {
  const { execa } = await import('execa');
  const done = await execa('git', words, {
    cwd,
    reject: false,
    stripFinalNewline: false,
    // Messages in English; the index of a repository that somebody works in is left alone.
    env: { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
  });
  if (!done.failed) return done.stdout;
  throw gitError(ref, cwd, done.code, done.stderr);
}

function gitError(ref: string, cwd: string, code: string | undefined, said: string): OffhookError {
  const subject = `--only-changed ${ref}`;
  if (code === 'ENOENT') {
    return new OffhookError(
      'E_USAGE',
      { subject, what: 'git was not found' },
      { hint: 'install git, or leave the option out' },
    );
  }
  const seen =
    said
      .trim()
      .split('\n')[0]
      ?.replace(/^fatal: /, '') ?? '';
  if (/not a git repository/.test(said)) {
    return new OffhookError(
      'E_USAGE',
      { subject, what: 'not in a git repository', seen: cwd },
      { hint: 'run offhook inside the repository of the scenarios, or leave the option out' },
    );
  }
  if (/Needed a single revision|unknown revision|bad revision|not a tree/i.test(said)) {
    return new OffhookError(
      'E_USAGE',
      { subject, what: 'git knows no such commit' },
      { hint: 'name a branch, tag or commit; a shallow clone may have to fetch it first' },
    );
  }
  return new OffhookError('E_USAGE', { subject, what: 'git failed', seen });
}
