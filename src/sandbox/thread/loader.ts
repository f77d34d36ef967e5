/**
 * Modules for QuickJS: modules of the guest (`offhook:`), which only the guest sees, and modules of a
 * scenario, which come from relative paths below the read root.
 */
import { readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { OffhookError, type SourceLocation } from '../../errors.js';
import { suggestion } from '../../schema/habits.js';
import { GUEST_ROOT } from '../built.js';
import { readAllowed, readText } from './files.js';
import type { ReadFile } from '../protocol.js';

const GUEST = 'offhook:';
const FAILED = 'offhook-import-error:';
export const GUEST_MAIN = `${GUEST}sandbox/guest/main.js`;
const EXTENSIONS: readonly string[] = ['.js', '.mjs'];
const URL_LIKE = /^[a-z][a-z0-9+.-]*:/i;

/** Sources of the guest, read once per thread. */
const guestSources = new Map<string, string>();

export function guestSource(name: string): string {
  let source = guestSources.get(name);
  if (source === undefined) {
    source = readFileSync(new URL(name.slice(GUEST.length), GUEST_ROOT), 'utf8');
    guestSources.set(name, source);
  }
  return source;
}

/** Name of a guest module that another one imports. */
export function guestName(base: string, specifier: string): string {
  const from = new URL(base.slice(GUEST.length), GUEST_ROOT);
  return GUEST + new URL(specifier, from).href.slice(GUEST_ROOT.href.length);
}

/**
 * The scripts of one scenario file as they were when first read, by the requested path: the run uses the
 * collected text, whatever an editor does meanwhile.
 */
export class Sources {
  readonly #files: Map<string, ReadFile>;
  readonly #onRead: (path: string, file: ReadFile) => void;

  constructor(
    known: Iterable<readonly [string, ReadFile]>,
    onRead: (path: string, file: ReadFile) => void,
  ) {
    this.#files = new Map(known);
    this.#onRead = onRead;
  }

  /** @param read gets the file as it was before. */
  of(path: string, read: (before: ReadFile | undefined) => ReadFile): ReadFile {
    const before = this.#files.get(path);
    const file = read(before);
    if (before === undefined) {
      this.#files.set(path, file);
      this.#onRead(path, file);
    }
    return file;
  }
}

/** The modules of one scenario. */
export class Loader {
  readonly #roots: readonly string[];
  readonly read: Sources;
  readonly #sources = new Map<string, string>();
  /** Import errors by the name they were given. */
  readonly #errors = new Map<string, OffhookError>();
  /** Counts requests: a job that imported something is told apart from one that did not. */
  requests = 0;

  constructor(roots: readonly string[], read: Sources) {
    this.#roots = roots;
    this.read = read;
  }

  /** Texts of the scripts loaded so far, by their paths. */
  get sources(): ReadonlyMap<string, string> {
    return new Map(this.#sources);
  }

  /** Takes scripts as loaded which the VM has loaded before. */
  adopt(sources: ReadonlyMap<string, string>): void {
    for (const [path, text] of sources) this.#sources.set(path, text);
  }

  /** Source of a script file that was loaded; undefined for guest and native code. */
  readonly sourceOf = (file: string): string | undefined => this.#sources.get(file);

  /** The scenario file itself; its path was given by the user and is not held against the read root. */
  open(file: string): string {
    const { text } = this.read.of(
      file,
      (before) => before ?? { path: file, text: readText(file, file, 'E_SCENARIO_FILE') },
    );
    this.#sources.set(file, text);
    if (text.trim() === '') {
      throw new OffhookError(
        'E_SCENARIO_FILE',
        { subject: `file "${file}"`, what: 'nothing to run', seen: 'it is empty' },
        {
          hint: 'write a scenario into it',
        },
      );
    }
    return text;
  }

  /**
   * Absolute name of an imported module. Cannot fail in QuickJS: an error is kept under a name of its own
   * until the module is loaded.
   */
  readonly normalize = (base: string, specifier: string): string => {
    this.requests += 1;
    try {
      return this.#resolve(base, specifier);
    } catch (error) {
      const name = `${FAILED}${this.#errors.size}`;
      this.#errors.set(name, error instanceof OffhookError ? error : internal(error));
      return name;
    }
  };

  readonly load = (name: string): string | { error: Error } => {
    const source = this.#sources.get(name);
    if (source !== undefined) return source;
    return { error: this.#errors.get(name) ?? internal(new Error(`module ${name} is not known`)) };
  };

  /** The import error with that message: QuickJS keeps only the message of an error. */
  errorOf(message: string): OffhookError | undefined {
    return [...this.#errors.values()].find((error) => error.message === message);
  }

  #resolve(base: string, specifier: string): string {
    const problem = specifierProblem(specifier);
    const at = this.#importPlace(base, specifier);
    const details = at === undefined ? {} : { at, frames: [at] };
    if (problem !== undefined) {
      throw new OffhookError(
        'E_IMPORT',
        { subject: `import of "${specifier}"`, what: 'not loaded', seen: problem },
        {
          hint: specifier === 'offhook' ? OUR_OWN : (moduleHint(specifier) ?? FILES),
          ...details,
        },
      );
    }
    try {
      const path = resolve(dirname(base), specifier);
      const file = this.read.of(path, (before) =>
        readAllowed(path, specifier, this.#roots, CODES, before),
      );
      if (!this.#sources.has(file.path)) this.#sources.set(file.path, file.text);
      return file.path;
    } catch (error) {
      if (!(error instanceof OffhookError)) throw error;
      const { seen, ...others } = error.details;
      throw new OffhookError(
        'E_IMPORT',
        {
          subject: `import of "${specifier}"`,
          what: 'not loaded',
          ...(seen === undefined ? {} : { seen }),
        },
        { ...others, ...details },
      );
    }
  }

  /** Place of the specifier in the importing file, which QuickJS does not report. */
  #importPlace(base: string, specifier: string): SourceLocation | undefined {
    const source = this.#sources.get(base);
    const index = [`'${specifier}'`, `"${specifier}"`]
      .map((quoted) => source?.indexOf(quoted) ?? -1)
      .find((found) => found >= 0);
    if (source === undefined || index === undefined) return undefined;
    const before = source.slice(0, index).split('\n');
    return { file: base, line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
  }
}

const CODES = { denied: 'E_IMPORT', unreadable: 'E_IMPORT' } as const;

function internal(error: unknown): OffhookError {
  return new OffhookError('E_INTERNAL', { subject: 'module loader', what: String(error) });
}

const FILES = 'import files of your own by a relative path, such as "./lib/login.js"';
const OUR_OWN = 'leave the import out: agent, assert and all the others are there without one';

function moduleHint(specifier: string): string | undefined {
  return suggestion('module', specifier.replace(/^node:/, '').replace(/(?<!@[^/]*)\/.*$/, ''), []);
}

function specifierProblem(specifier: string): string | undefined {
  if (URL_LIKE.test(specifier)) {
    return specifier.startsWith('node:')
      ? 'scripts have no Node modules'
      : 'scripts import files, not URLs';
  }
  if (specifier.startsWith('/') || specifier.includes('\\')) return 'the path is not relative';
  if (!specifier.startsWith('./') && !specifier.startsWith('../')) {
    return 'packages and Node modules cannot be imported';
  }
  if (specifier.includes('\0')) return 'the path is not valid';
  return EXTENSIONS.includes(extname(specifier))
    ? undefined
    : 'its name does not end in .js or .mjs';
}
