/**
 * What scenarios find with env(), layered: --set, then the lab's variables, then (at run time) load_env(),
 * then the .env file beside the scenario, then --env-file, then the environment. This folder knows where
 * values come from; it does not know what they are used for.
 */
import { existsSync, lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { OffhookError } from '../errors.js';
import { readDotenv } from './dotenv.js';

type Variables = Readonly<Record<string, string>>;

export interface VariableSources {
  /** Values of --set, "NAME=value". */
  readonly set: readonly string[];
  /** Paths of --env-file; later ones win. */
  readonly envFiles: readonly string[];
  /** The environment of the process. */
  readonly environment: Variables;
  /** Of `run --lab`; empty without it. They win over files: who asks for the lab means its server. */
  readonly lab: Variables;
  readonly cwd: string;
}

export interface ScenarioVariables {
  /** What load_env() hides. */
  readonly env: Variables;
  /** What nothing hides. */
  readonly fixedEnv: Variables;
}

/** What a scenario may be given of all this. */
export interface VariableLimits {
  /** Of the environment and --env-file: what else there is was given to, or written by, the scenario itself. */
  readonly allows: (name: string) => boolean;
  /** The file beside the scenario must be one: a link could lead to anybody's. */
  readonly untrusted: boolean;
}

const NO_LIMITS: VariableLimits = { allows: () => true, untrusted: false };

/** Reads what is common to all scenarios at once; the file beside a scenario when asked for it. */
export function scenarioVariables(
  sources: VariableSources,
): (file: string, limits?: VariableLimits) => ScenarioVariables {
  const fixedEnv = { ...sources.lab, ...setVariables(sources.set) };
  const files = sources.envFiles.map((path) => readDotenv(resolve(sources.cwd, path), path));
  const common: Variables = Object.assign({}, sources.environment, ...files) as Variables;
  return (file, { allows, untrusted } = NO_LIMITS) => {
    const beside = file.replace(/\.m?js$/, '') + '.env';
    const own = existsSync(beside) ? readBeside(beside, untrusted) : {};
    const shared = Object.entries(common).filter(([name]) => allows(name));
    return { env: { ...Object.fromEntries(shared), ...own }, fixedEnv };
  };
}

function readBeside(path: string, untrusted: boolean): Variables {
  if (!untrusted || lstatSync(path).isFile()) return readDotenv(path, path);
  throw new OffhookError(
    'E_SETTINGS',
    `environment file "${path}": not read: it is no ordinary file, as it must be under --untrusted`,
    { hint: 'replace the link by a copy' },
  );
}

function setVariables(given: readonly string[]): Variables {
  const pairs = given.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at === -1) throw badSet(text, 'has no "="', `write --set ${text}=VALUE`);
    const name = text.slice(0, at);
    if (name === '') throw badSet(text, 'has no name before "="', 'write --set NAME=VALUE');
    if (/\s/.test(name)) {
      throw badSet(
        name,
        'has blanks in its name',
        'write --set NAME=VALUE, without blanks around =',
      );
    }
    return [name, text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function badSet(text: string, what: string, hint: string): OffhookError {
  return new OffhookError('E_USAGE', `--set "${text}": ${what}`, { hint });
}
