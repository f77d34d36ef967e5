/** Variables as env() finds them: --set, then what load_env() read, then the layers below. */
import { dirname, resolve } from 'node:path';
import { OffhookError } from '../errors.js';
import { nearest } from '../schema/nearest.js';
import { parseDotenv } from '../settings/dotenv.js';
import { allowedPath, readAllowed, type ReadFile } from './policy.js';
import type { ScenarioJob } from './protocol.js';

export class Environment {
  readonly #job: ScenarioJob;
  #loaded: Readonly<Record<string, string>> = {};

  constructor(job: ScenarioJob) {
    this.#job = job;
  }

  get(name: string, fallback: string | undefined): string {
    const layers = [this.#job.fixedEnv, this.#loaded, this.#job.env];
    const layer = layers.find((one) => Object.hasOwn(one, name));
    const value = layer?.[name] ?? fallback;
    if (value !== undefined) return value;
    const names = layers.flatMap((one) => Object.keys(one));
    const similar = nearest(name, names);
    throw new OffhookError('E_ENV_MISSING', `env("${name}"): not set, and no default was given`, {
      hint:
        similar === undefined
          ? `set it with --set ${name}=..., in an .env file, or give a default: env("${name}", "...")`
          : `did you mean "${similar}"?`,
    });
  }

  /** A file the script names, relative to its own. */
  readable(path: string): ReadFile {
    return readAllowed(resolve(dirname(this.#job.file), path), path, this.#job.readRoot, {
      denied: 'E_READ_DENIED',
      unreadable: 'E_READ_FAILED',
    });
  }

  /** Real path of a file the script names, of any kind: whoever reads it tells what is wrong with it. */
  allowed(path: string): string {
    return allowedPath(resolve(dirname(this.#job.file), path), path, this.#job.readRoot, {
      denied: 'E_READ_DENIED',
      unreadable: 'E_READ_FAILED',
    });
  }

  /** Reads a file beside the scenario; its values come before those already there. */
  load(path: string): Readonly<Record<string, string>> {
    const file = this.readable(path);
    const from = {
      path: resolve(dirname(this.#job.file), path),
      shown: path,
      code: 'E_READ_FAILED' as const,
    };
    const values = parseDotenv(file.text, from);
    this.#loaded = { ...this.#loaded, ...values };
    return values;
  }
}
