/**
 * Modules for QuickJS: modules of the guest (`offhook:`), which only the guest sees, modules of a
 * scenario, which come from relative paths below the read root, and those shipped for scenarios.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { OffhookError, type ErrorData, type SourceLocation } from '../../../errors.js';
import { suggestion } from '../../../schema/habits.js';
import {
  isDeclarations,
  isScript,
  isTypeScript,
  SCRIPT_ENDINGS,
  typeScriptTwin,
} from '../../../schema/script-files.js';
import { GUEST_ROOT } from '../../built.js';
import { allowedPath, readAllowed, readText } from './files.js';
import { jsonModule } from './json-module.js';
import {
  exportsOf,
  isUnknownShipped,
  SHIPPED_HINT,
  shippedModule,
  shippedName,
} from './shipped.js';
import { withoutTypes } from './typescript.js';
import type { ReadFile } from '../../protocol.js';

const GUEST = 'offhook:';
const FAILED = 'offhook-import-error:';
export const GUEST_MAIN = `${GUEST}sandbox/guest/main.js`;
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

  /** @param read gets the file as it was first read; undefined the first time */
  of(path: string, read: (before: ReadFile | undefined) => ReadFile): ReadFile {
    const before = this.#files.get(path);
    if (before !== undefined) return read(before);
    const { path: real, text } = read(undefined);
    const file = { path: real, text, ...translated(real, text) };
    this.#files.set(path, file);
    this.#onRead(path, file);
    return file;
  }
}

/** The JavaScript to evaluate in place of a TypeScript or JSON file, or why there is none; empty for JavaScript itself. */
function translated(path: string, text: string): Pick<ReadFile, 'code' | 'problem'> {
  if (isTypeScript(path)) return withoutTypes(path, text);
  return extname(path) === '.json' ? jsonModule(path, text) : {};
}

/** A script that was loaded: as it is written, and as it is evaluated. Places are the same in both. */
export type LoadedScript = Pick<ReadFile, 'text' | 'code'>;

/** The modules of one scenario. */
export class Loader {
  readonly #roots: readonly string[];
  readonly read: Sources;
  readonly #sources = new Map<string, LoadedScript>();
  /** Import errors, by the made-up module name under which each is kept. */
  readonly #errors = new Map<string, OffhookError>();
  /** Counts requests: a job that imported something is told apart from one that did not. */
  requests = 0;

  constructor(roots: readonly string[], read: Sources) {
    this.#roots = roots;
    this.read = read;
  }

  /** The scripts loaded so far, by their paths. */
  get sources(): ReadonlyMap<string, LoadedScript> {
    return new Map(this.#sources);
  }

  /** Registers scripts that the VM already has, because it was restored from an image. */
  adopt(sources: ReadonlyMap<string, LoadedScript>): void {
    for (const [path, script] of sources) this.#sources.set(path, script);
  }

  /** The code that is evaluated for a loaded script file; undefined for guest and native code. */
  readonly sourceOf = (file: string): string | undefined => {
    const script = this.#sources.get(file);
    return script?.code ?? script?.text;
  };

  /** A script file that was loaded, as it is written. */
  textOf(file: string): string | undefined {
    return this.#sources.get(file)?.text;
  }

  /** The scenario file itself; its path was given by the user and is not held against the read root. */
  open(file: string): string {
    const read = this.read.of(
      file,
      (before) => before ?? { path: file, text: readText(file, file, 'E_SCENARIO_FILE') },
    );
    if (read.text.trim() === '') {
      throw new OffhookError(
        'E_SCENARIO_FILE',
        { subject: `file "${file}"`, what: 'nothing to run', seen: 'it is empty' },
        {
          hint: 'write a scenario into it',
        },
      );
    }
    this.#take(read);
    return read.code ?? read.text;
  }

  /** @throws OffhookError for a script that cannot be evaluated */
  #take({ path, text, code, problem }: ReadFile): void {
    this.#sources.set(path, code === undefined ? { text } : { text, code });
    if (problem === undefined) return;
    const { code: error, message, ...details } = problem;
    throw new OffhookError(error, message, details);
  }

  /**
   * Absolute name of an imported module. It must not throw inside QuickJS, so an error is kept under a made-up name until the
   * module is loaded.
   */
  readonly normalize = (base: string, specifier: string): string => {
    this.requests += 1;
    // Only shipped modules import by such a base: files have absolute paths.
    if (base.startsWith(GUEST)) return guestName(base, specifier);
    try {
      return shippedModule(specifier) ?? this.#resolve(base, specifier);
    } catch (error) {
      const name = `${FAILED}${this.#errors.size}`;
      this.#errors.set(name, error instanceof OffhookError ? error : internal(error));
      return name;
    }
  };

  readonly load = (name: string): string | { error: Error } => {
    const source = this.sourceOf(name);
    if (source !== undefined) return source;
    if (name.startsWith(GUEST)) return guestSource(name);
    return { error: this.#errors.get(name) ?? internal(new Error(`module ${name} is not known`)) };
  };

  /** The import error with that message: QuickJS keeps only the message of an error. */
  errorOf(message: string): OffhookError | undefined {
    const [, name, module] = NO_EXPORT.exec(message) ?? [];
    if (name !== undefined) return this.#noExport(name, module ?? '');
    return [...this.#errors.values()].find((error) => error.message === message);
  }

  #noExport(name: string, module: string): OffhookError {
    const words = name.replaceAll('$', '\\$');
    const clause = new RegExp(`(?:import|export)\\s[^;'"]*?(?<![\\w$])${words}(?![\\w$])`);
    const found = [...this.#sources.keys()].flatMap((file) => {
      const match = clause.exec(this.sourceOf(file) ?? '');
      const isThere = match === null || file === module;
      return isThere
        ? []
        : [placeAt(file, this.sourceOf(file) ?? '', match.index + match[0].length - name.length)];
    });
    const [at] = found;
    const shown = shippedName(module) ?? module;
    return new OffhookError(
      'E_IMPORT',
      { subject: `import of "${name}"`, what: 'not found', seen: `${shown} does not export it` },
      {
        hint: noExportHint(name, module),
        ...(at === undefined ? {} : { at, frames: [at] }),
      },
    );
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
          hint: this.#meant(base, specifier) ?? moduleHint(specifier),
          ...details,
        },
      );
    }
    const file = this.#read(base, specifier, details);
    if (!this.#sources.has(file.path) || file.problem !== undefined) this.#take(file);
    return file.path;
  }

  #read(base: string, specifier: string, details: Pick<ErrorData, 'at' | 'frames'>): ReadFile {
    const path = resolve(dirname(base), specifier);
    const twin = typeScriptTwin(path);
    try {
      return this.read.of(path, (before) => {
        const isTwin = isTypeScript(base) && !existsSync(path) && existsSync(twin);
        return readAllowed(isTwin ? twin : path, specifier, this.#roots, CODES, before);
      });
    } catch (error) {
      if (!(error instanceof OffhookError)) throw error;
      const { seen, ...others } = error.details;
      const meant = existsSync(path) ? undefined : this.#meant(base, specifier);
      throw new OffhookError(
        'E_IMPORT',
        {
          subject: `import of "${specifier}"`,
          what: 'not loaded',
          ...(seen === undefined ? {} : { seen }),
        },
        { ...others, ...details, ...(meant === undefined ? {} : { hint: meant }) },
      );
    }
  }

  /** Hint that proposes the script of the same name with another ending, if there is one that may be read. */
  #meant(base: string, specifier: string): string | undefined {
    if (!/^\.\.?\//.test(specifier) || specifier.includes('\0')) return undefined;
    const stem = specifier.replace(/\.[cm]?[jt]sx?$/, '');
    const name = SCRIPT_ENDINGS.map((ending) => stem + ending).find((one) => {
      const path = resolve(dirname(base), one);
      try {
        return isScript(allowedPath(path, one, this.#roots, CODES));
      } catch {
        return false;
      }
    });
    return name === undefined ? undefined : `did you mean "${name}"?`;
  }

  /** Place of the specifier in the importing file, which QuickJS does not report. */
  #importPlace(base: string, specifier: string): SourceLocation | undefined {
    const source = this.sourceOf(base);
    const index = [`'${specifier}'`, `"${specifier}"`]
      .map((quoted) => source?.indexOf(quoted) ?? -1)
      .find((found) => found >= 0);
    if (source === undefined || index === undefined) return undefined;
    return placeAt(base, source, index);
  }
}

function placeAt(file: string, source: string, index: number): SourceLocation {
  const before = source.slice(0, index).split('\n');
  return { file, line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
}

/** What QuickJS says of a name that a module does not export. */
const NO_EXPORT = /^Could not find export '([\w$]+)' in module '(.*)'$/;

const CODES = { denied: 'E_IMPORT', unreadable: 'E_IMPORT' } as const;

function internal(error: unknown): OffhookError {
  return new OffhookError('E_INTERNAL', { subject: 'module loader', what: String(error) });
}

const FILES = 'import files of your own by a relative path, such as "./lib/login.js"';
const OUR_OWN = 'leave the import out: agent, assert and all the others are there without one';

function noExportHint(name: string, module: string): string {
  if (shippedName(module) !== undefined) {
    return `it has ${exportsOf(guestSource(module)).join(', ')}`;
  }
  return isTypeScript(module)
    ? `if ${name} is a type, write import type; otherwise export it there`
    : 'export it there, or correct the name';
}

function moduleHint(specifier: string): string {
  if (specifier === 'offhook') return OUR_OWN;
  if (isUnknownShipped(specifier)) return SHIPPED_HINT;
  if (isDeclarations(specifier)) return 'write import type';
  const name = specifier.replace(/^node:/, '').replace(/(?<!@[^/]*)\/.*$/, '');
  return suggestion('module', name, []) ?? FILES;
}

function specifierProblem(specifier: string): string | undefined {
  if (URL_LIKE.test(specifier)) {
    return specifier.startsWith('node:')
      ? 'scripts have no Node modules'
      : 'scripts import files, not URLs';
  }
  if (isUnknownShipped(specifier)) return 'Offhook has no such module';
  if (specifier.startsWith('/') || specifier.includes('\\')) return 'the path is not relative';
  if (!specifier.startsWith('./') && !specifier.startsWith('../')) {
    return 'packages and Node modules cannot be imported';
  }
  if (specifier.includes('\0')) return 'the path is not valid';
  if (isDeclarations(specifier)) return 'a declaration file holds only types';
  return isScript(specifier) || extname(specifier) === '.json'
    ? undefined
    : `its name does not end in ${SCRIPT_ENDINGS.join(', ')} or .json`;
}
