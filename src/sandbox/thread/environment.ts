/** Variables as env() finds them: --set, then the files of load_env(), then the layers below. */
import { dirname, resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import { nearest } from '../../schema/nearest.js';
import { parseDotenv, type DotenvFile } from '../../settings/dotenv.js';
import { allowedPath, readAllowed } from './modules/files.js';
import type { ReadFile, ScenarioJob } from '../protocol.js';

/** Limit of a variable's name: matching a pattern takes time that grows with the text. */
const LONGEST_NAME = 300;

/** The VM's own parser uses the native stack. */
const DEEPEST_JSON = 100;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

/** Folders below which a script may read. */
export function readRoots({ readRoot, allowRead = [] }: ScenarioJob): readonly string[] {
  return [readRoot, ...allowRead];
}

export class Environment {
  readonly #job: ScenarioJob;
  #loaded: Readonly<Record<string, string>> = {};

  constructor(job: ScenarioJob) {
    this.#job = job;
  }

  /** @throws OffhookError E_ENV_DENIED, E_ENV_MISSING */
  get(name: string, fallback: string | undefined): string {
    const layers = [this.#job.fixedEnv, this.#loaded, this.#job.env];
    const layer = layers.find((one) => Object.hasOwn(one, name));
    if (layer === undefined) this.#refuseDenied(name);
    const value = layer?.[name] ?? fallback;
    if (value !== undefined) return value;
    const names = layers.flatMap((one) => Object.keys(one));
    const similar = nearest(name, names);
    throw new OffhookError(
      'E_ENV_MISSING',
      { subject: `env("${name}")`, what: 'not set, and no default was given' },
      {
        hint:
          similar === undefined
            ? `set it with --set ${name}=..., in an .env file, or give a default: env("${name}", "...")`
            : `did you mean "${similar}"?`,
      },
    );
  }

  /** Lines of the project file. @throws OffhookError E_LINES_DENIED */
  lines(): unknown {
    const { lines } = this.#job;
    if (lines === undefined || 'data' in lines) return lines?.data;
    throw new OffhookError(
      'E_LINES_DENIED',
      {
        subject: 'lines of the project file',
        what: 'denied',
        seen: `not allowed by ${lines.denied}`,
      },
      {
        hint: 'pass the values the scenario needs with --set NAME=VALUE, and read them with env()',
      },
    );
  }

  /** Reads a file the script names, relative to the scenario file. */
  readable(path: string): ReadFile {
    return readAllowed(resolve(dirname(this.#job.file), path), path, readRoots(this.#job), {
      denied: 'E_READ_DENIED',
      unreadable: 'E_READ_FAILED',
    });
  }

  /** Real path of a file of any kind the script names; its reader reports what is wrong with it. */
  allowed(path: string): string {
    return allowedPath(resolve(dirname(this.#job.file), path), path, readRoots(this.#job), {
      denied: 'E_READ_DENIED',
      unreadable: 'E_READ_FAILED',
    });
  }

  /** Parses a JSON file the script names. Errors do not show its text, which may be anything. */
  json(path: string): unknown {
    const { text } = this.readable(path);
    try {
      const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
      if (!isDeeper(value, DEEPEST_JSON)) return value;
    } catch (error) {
      const offset = /at position (\d+)/.exec(String(error))?.[1];
      const before = text.slice(0, Number(offset ?? text.length)).split('\n');
      const [line, column] = [before.length, (before.at(-1) ?? '').length + 1];
      throw new OffhookError(
        'E_READ_FAILED',
        {
          subject: `file "${path}"`,
          what: 'is not valid JSON',
          seen: `line ${line}, column ${column}`,
        },
        { hint: 'correct it there, or read it with file_text()' },
      );
    }
    throw new OffhookError(
      'E_READ_FAILED',
      { subject: `file "${path}"`, what: 'is nested too deeply', limit: String(DEEPEST_JSON) },
      { hint: 'make it flatter' },
    );
  }

  /** Refuses alike whether the variable is set or not: a denial must not reveal that. */
  #refuseDenied(name: string): void {
    const { allowEnv } = this.#job;
    if (allowEnv === undefined) return;
    const isAllowed =
      name.length <= LONGEST_NAME && allowEnv.patterns.some((pattern) => pattern.test(name));
    if (isAllowed) return;
    throw new OffhookError(
      'E_ENV_DENIED',
      {
        subject: `env("${name.slice(0, 100)}")`,
        what: 'denied',
        seen: `not allowed by ${allowEnv.origin}`,
      },
      { hint: `allow it with --allow-env ${name.slice(0, 100)}, or give it a value with --set` },
    );
  }

  /** Loads a file the script names; its values take precedence over values loaded earlier. */
  load(path: string): DotenvFile {
    const file = this.readable(path);
    const from = {
      path: resolve(dirname(this.#job.file), path),
      shown: path,
      code: 'E_READ_FAILED' as const,
    };
    const loaded = parseDotenv(file.text, from);
    this.#loaded = { ...this.#loaded, ...loaded.values };
    return loaded;
  }
}
