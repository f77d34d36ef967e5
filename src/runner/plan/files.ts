/** Finds the scenario files of the paths on the command line. Knows the file system; reads no JavaScript. */
import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import { readText } from '../../sandbox/thread/modules/files.js';
import { nearest } from '../../schema/nearest.js';
import { PROJECT_FILES } from '../../settings/project-place.js';
import { isDeclarations, isScript, SCRIPT_ENDINGS_IN_WORDS } from '../../schema/script-files.js';

export interface ScenarioFile {
  /** Real, absolute path. */
  path: string;
  /** The file was found in a folder only, not named itself. */
  viaFolder: boolean;
  /** The file was reached by a symbolic link: it may lie anywhere. */
  linked: boolean;
}

const GLOB = /[*?{[]/;
/** A folder with one of these files is the read root of the scenarios below it. */
const ROOT_MARKS = [...PROJECT_FILES, 'package.json'];

/**
 * The scenario files of `paths` (files, folders, globs), each once: in the order of the paths, by name
 * within a folder or glob. @throws OffhookError E_SCENARIO_FILE, E_NO_SCENARIO
 */
export async function findScenarioFiles(
  paths: readonly string[],
  { cwd }: { cwd: string },
): Promise<readonly ScenarioFile[]> {
  const found = new Map<string, ScenarioFile>();
  for (const given of paths) {
    for (const file of await expand(given, resolve(cwd, given), cwd)) {
      checkText(file, given);
      const known = found.get(file.path);
      if (known === undefined) found.set(file.path, file);
      else known.viaFolder &&= file.viaFolder;
    }
  }
  if (found.size > 0) return [...found.values()];
  throw new OffhookError(
    'E_NO_SCENARIO',
    { subject: 'nothing to run', what: 'no path was given' },
    {
      hint: 'name scenario files or folders: offhook run tests/',
    },
  );
}

/** The folder a scenario may read from: the nearest with a project file or package.json, else its own. */
export function readRootOf(file: string): string {
  const own = dirname(realpathSync(file));
  let folder = own;
  // Never the root of the file system: a stray package.json there would open everything.
  while (dirname(folder) !== folder) {
    if (ROOT_MARKS.some((mark) => existsSync(join(folder, mark)))) return folder;
    folder = dirname(folder);
  }
  return own;
}

async function expand(given: string, path: string, cwd: string): Promise<readonly ScenarioFile[]> {
  const stat =
    given === '' ? undefined : read('path', path, () => statSync(path, { throwIfNoEntry: false }));
  if (stat?.isDirectory() === true) return inFolder(given, path);
  if (stat !== undefined) return [namedFile(given, path)];
  if (GLOB.test(given)) return await matching(given, cwd);
  throw missing(given, path);
}

function namedFile(given: string, path: string): ScenarioFile {
  if (!isScript(path)) {
    throw new OffhookError(
      'E_SCENARIO_FILE',
      {
        subject: `"${given}"`,
        what: 'is not a scenario file',
        seen: isDeclarations(path)
          ? 'a declaration file holds only types'
          : `its name does not end in ${SCRIPT_ENDINGS_IN_WORDS}`,
      },
      {
        hint: /\.(?:c[jt]s|[cm]?[jt]sx)$/.test(path)
          ? 'scenarios are modules without JSX: rename it to .js or .ts'
          : `name a file that ends in ${SCRIPT_ENDINGS_IN_WORDS}, or a folder`,
      },
    );
  }
  return { path: realpathSync(path), viaFolder: false, linked: isLink(path) };
}

function inFolder(given: string, path: string): readonly ScenarioFile[] {
  const files = walk(path, new Set());
  if (files.length > 0) return files.map((file) => ({ ...file, viaFolder: true }));
  throw new OffhookError(
    'E_NO_SCENARIO',
    { subject: `folder "${given}"`, what: `holds no ${SCRIPT_ENDINGS_IN_WORDS} file` },
    {
      hint: 'name a folder with scenario files; hidden folders and node_modules are left out',
    },
  );
}

type Found = Pick<ScenarioFile, 'path' | 'linked'>;

function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}

/** Real paths of the scenario files below a folder; a folder reached twice (by a link) counts once. */
function walk(folder: string, seen: Set<string>, linked = false): readonly Found[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  return listFolder(real)
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(real, entry.name);
      const target = entry.isSymbolicLink() ? targetOf(path) : entry;
      const isLinked = linked || entry.isSymbolicLink();
      if (target?.isDirectory() === true) return walk(path, seen, isLinked);
      return target?.isFile() === true && isScript(entry.name)
        ? [{ path: realpathSync(path), linked: isLinked }]
        : [];
    });
}

function listFolder(folder: string): Dirent[] {
  return read('folder', folder, () => readdirSync(folder, { withFileTypes: true }));
}

/** Target of a link; undefined when it does not exist. */
function targetOf(link: string): Stats | undefined {
  return read('link', link, () => statSync(link, { throwIfNoEntry: false }));
}

function read<T>(what: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new OffhookError(
      'E_SCENARIO_FILE',
      { subject: `${what} "${path}"`, what: 'cannot be read', seen: reason },
      {
        hint: 'allow reading it, or name the files themselves',
      },
    );
  }
}

async function matching(given: string, cwd: string): Promise<readonly ScenarioFile[]> {
  const { default: glob } = await import('fast-glob');
  const matched = await glob(given, {
    cwd,
    absolute: true,
    suppressErrors: true,
    ignore: ['**/node_modules/**'],
  });
  const files = matched.filter(isScript).sort();
  if (files.length > 0) {
    return files.map((path) => ({
      path: realpathSync(path),
      viaFolder: false,
      linked: isLink(path),
    }));
  }
  const seen =
    matched.length === 0
      ? 'no file'
      : `no ${SCRIPT_ENDINGS_IN_WORDS} file (other files: ${matched.length})`;
  throw new OffhookError(
    'E_NO_SCENARIO',
    { subject: `pattern "${given}"`, what: `matches ${seen}` },
    {
      hint: `check the pattern; it is relative to ${cwd}`,
    },
  );
}

function missing(given: string, path: string): OffhookError {
  const folder = dirname(path);
  const names = existsSync(folder)
    ? listFolder(folder)
        .map(({ name }) => name)
        .filter(isScript)
    : [];
  const meant = nearest(basename(path), names);
  return new OffhookError(
    'E_SCENARIO_FILE',
    { subject: `"${given}"`, what: 'there is no such file or folder' },
    {
      hint:
        meant === undefined
          ? `check the path: there is no ${path}`
          : `did you mean "${join(dirname(given), meant)}"?`,
    },
  );
}

/**
 * Reports an unusable file before anything runs. Skips files of a folder: those become errored, the others
 * run.
 */
function checkText({ path, viaFolder }: ScenarioFile, given: string): void {
  if (viaFolder) return;
  const shown = GLOB.test(given) ? path : given;
  const text = readText(path, shown, 'E_SCENARIO_FILE');
  if (text.trim() !== '') return;
  throw new OffhookError(
    'E_SCENARIO_FILE',
    { subject: `file "${shown}"`, what: 'is empty' },
    {
      hint: 'write a scenario in it; the examples show how',
      at: { file: path, line: 1, column: 1 },
    },
  );
}
