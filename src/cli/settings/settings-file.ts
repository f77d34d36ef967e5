/** What offhook.config.json says about a run as a whole: its values, checked by the rows of `run`. */
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { OffhookError, type SourceLocation } from '../../errors.js';
import { ownersOf } from '../../ordinary-file.js';
import { suggestion } from '../../schema/habits.js';
import { quotedList } from '../../schema/nearest.js';
import { describeValue } from '../../schema/special.js';
import { readProjectFile, type ProjectFile } from '../../settings/project-file.js';
import { keyOf, Unfit, type Flag } from '../flags.js';
import { PATHS, RUN } from '../options.js';
import { valueOfJson, type FileSettings, type Setting } from './setting.js';

/** The rows a file can set, by their keys. */
const ROWS: ReadonlyMap<string, { readonly name: string; readonly flag: Flag<unknown> }> = new Map(
  Object.entries({ paths: PATHS, ...RUN } as Readonly<Record<string, Flag<unknown>>>)
    .filter(([, flag]) => flag.scope === undefined || flag.scope === 'run')
    .map(([name, flag]) => [keyOf(name), { name, flag }]),
);

interface Where {
  /** The path of the file. */
  readonly path: string;
  readonly cwd: string;
  /** The project whose settings override those of the file as a whole. */
  readonly project: string | undefined;
}

/** @throws OffhookError E_SETTINGS, E_USAGE for a project that is not in the file */
export async function readRunSettings({ path, cwd, project }: Where): Promise<FileSettings> {
  const file = await readProjectFile(path, ownersOf(cwd));
  const shown = relative(cwd, path);
  const { projects = [], ...common } = file.ofRun;
  const reader = new Reader(file, shown, movedTo(cwd, path));
  const all = reader.settings(common, []);
  const named = reader.projects(projects);
  if (project === undefined) return all;
  const own = named.get(project);
  if (own !== undefined) return new Map([...all, ...own]);
  const names = [...named.keys()];
  throw new OffhookError(
    'E_USAGE',
    { subject: `--project "${project}"`, what: `there is no such project in ${shown}` },
    {
      hint:
        suggestion('projectFile', project, names) ??
        (names.length === 0
          ? 'write "projects": [{"name": ..., ...}]'
          : `its projects are ${quotedList(names, 'and')}`),
    },
  );
}

type Steps = readonly (string | number)[];

class Reader {
  readonly #file: ProjectFile;
  readonly #shown: string;
  readonly #move: (path: string) => string;

  constructor(file: ProjectFile, shown: string, move: (path: string) => string) {
    this.#file = file;
    this.#shown = shown;
    this.#move = move;
  }

  settings(values: Readonly<Record<string, unknown>>, steps: Steps): FileSettings {
    const entries = Object.entries(values).map(([key, value]): [string, Setting] => {
      const row = ROWS.get(key);
      const at = this.#file.placeOf([...steps, key]);
      if (row === undefined) throw this.#unknown(key, at);
      const said = `${key} in ${this.#shown}`;
      return [
        row.name,
        {
          value: this.#value(row.flag, key, value, at),
          origin: { from: 'file', said, ...(at === undefined ? {} : { at }) },
        },
      ];
    });
    return new Map(entries);
  }

  /** Reads the projects of the file, by their names. All are checked, whichever is chosen. */
  projects(list: unknown): ReadonlyMap<string, FileSettings> {
    const found = new Map<string, FileSettings>();
    const fail = (steps: Steps, problem: string, hint: string): OffhookError =>
      this.#error('projects', problem, hint, this.#file.placeOf(['projects', ...steps]));
    const example = 'write "projects": [{"name": "smoke", "tag": ["smoke"]}]';
    if (!Array.isArray(list)) throw fail([], 'must be an array of objects', example);
    for (const [index, one] of (list as unknown[]).entries()) {
      if (typeof one !== 'object' || one === null || Array.isArray(one))
        throw fail([index], 'must be an array of objects', example);
      const { name, ...values } = one as Readonly<Record<string, unknown>>;
      if (typeof name !== 'string' || name === '')
        throw fail([index], 'has a project without a name', example);
      if (found.has(name))
        throw fail([index, 'name'], `has two projects named "${name}"`, 'rename one of them');
      found.set(name, this.settings(values, ['projects', index]));
    }
    return found;
  }

  #value(flag: Flag<unknown>, key: string, json: unknown, at?: SourceLocation): unknown {
    const value = valueOfJson(flag, json);
    if (value instanceof Unfit) {
      const seen = `got ${describeValue(json)}`;
      throw this.#error(key, value.problem, 'correct it, or remove it', at, seen);
    }
    const moved = (one: unknown): unknown =>
      typeof one === 'string' && flag.moved !== undefined ? flag.moved(one, this.#move) : one;
    return Array.isArray(value) ? (value as unknown[]).map(moved) : moved(value);
  }

  /** A key that is none of a run; the file's own keys have been checked before, those of a project have not. */
  #unknown(key: string, at?: SourceLocation): OffhookError {
    const hint = suggestion('projectFile', key, [...ROWS.keys()]);
    return this.#error(
      key,
      'is not a setting of a project',
      hint ?? `the settings of a project are ${[...ROWS.keys()].join(', ')}`,
      at,
    );
  }

  #error(
    key: string,
    what: string,
    hint: string,
    at?: SourceLocation,
    seen?: string,
  ): OffhookError {
    return new OffhookError(
      'E_SETTINGS',
      { subject: `${key} in ${this.#shown}`, what, ...(seen === undefined ? {} : { seen }) },
      { hint, ...(at === undefined ? {} : { at }) },
    );
  }
}

/** A path of the project file, as seen from the working directory. */
function movedTo(cwd: string, file: string): (path: string) => string {
  const folder = dirname(file);
  if (folder === cwd) return (path) => path;
  return (path) => (isAbsolute(path) ? path : relative(cwd, resolve(folder, path)) || '.');
}
