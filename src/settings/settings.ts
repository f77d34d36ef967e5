/**
 * Variables scenarios find with env(), layered: --set, then the lab's variables, then (at run time)
 * load_env(), then call.env beside the scenario call.js, then --env-file, then the environment, then .env of
 * the scenario's folder, then .env of the project. The environment wins over a .env file, as everywhere else.
 * This folder knows where values come from; it does not know what they are used for.
 */
import { existsSync, lstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OffhookError } from '../errors.js';
import { ownersOf } from '../ordinary-file.js';
import { withoutScriptEnding } from '../schema/script-files.js';
import { readDotenv, type DotenvFile } from './dotenv.js';

type Variables = Readonly<Record<string, string>>;

export interface VariableSources {
  /** Values of --set, "NAME=value". */
  readonly set: readonly string[];
  /** Paths of --env-file; later ones win. */
  readonly envFiles: readonly string[];
  /** The environment of the process. */
  readonly environment: Variables;
  /** Variables of `run --lab`; empty without it. They win over files: --lab means the lab's server. */
  readonly lab: Variables;
  readonly cwd: string;
}

export interface ScenarioVariables {
  /** Variables that load_env() overrides. */
  readonly env: Variables;
  /** Variables that nothing overrides. */
  readonly fixedEnv: Variables;
  /** Warnings about the files the variables were read from. */
  readonly warnings: readonly string[];
}

/** Limits to the variables a scenario gets. */
export interface VariableLimits {
  /**
   * Variables of the environment, --env-file and .env files: all other variables were given to, or written by, the
   * scenario itself.
   */
  readonly allows: (name: string) => boolean;
  /** Whether files beside the scenario must be ordinary files: a link could lead to another user's file. */
  readonly untrusted: boolean;
  /** Folder of the project the scenario belongs to; absent = its own folder. */
  readonly project?: string;
}

const NO_LIMITS: VariableLimits = { allows: () => true, untrusted: false };

/** Reads sources common to all scenarios at once; the file beside a scenario on demand. */
export function scenarioVariables(
  sources: VariableSources,
): (file: string, limits?: VariableLimits) => ScenarioVariables {
  const fixedEnv = { ...sources.lab, ...setVariables(sources.set) };
  const given = sources.envFiles.map((path) => readDotenv(resolve(sources.cwd, path), path));
  const common: Variables = Object.assign(
    {},
    sources.environment,
    ...given.map(({ values }) => values),
  ) as Variables;
  return (file, { allows, untrusted, project = dirname(file) } = NO_LIMITS) => {
    const { beside, shared: paths } = variableFiles(file, project);
    const own = readBeside(beside, file, untrusted);
    const shared = paths.map((path) => readShared(path, file, untrusted));
    const below = Object.assign({}, ...shared.map(({ values }) => values), common) as Variables;
    const allowed = Object.entries(below).filter(([name]) => allows(name));
    return {
      env: { ...Object.fromEntries(allowed), ...own.values },
      fixedEnv,
      warnings: [...given, own, ...shared].flatMap(({ warnings }) => warnings),
    };
  };
}

/** The files of variables of a scenario file, besides those of --env-file; they need not exist. */
export function variableFiles(
  file: string,
  project: string,
): { beside: string; shared: readonly string[] } {
  const folders = [...new Set([project, dirname(file)])];
  return {
    beside: `${withoutScriptEnding(file)}.env`,
    shared: folders.map((folder) => join(folder, '.env')),
  };
}

const NOTHING: DotenvFile = { values: {}, warnings: [] };

function readBeside(path: string, scenario: string, untrusted: boolean): DotenvFile {
  if (!existsSync(path)) return NOTHING;
  if (!untrusted || lstatSync(path).isFile()) return readDotenv(path, path, ownersOf(scenario));
  throw new OffhookError(
    'E_SETTINGS',
    {
      subject: `environment file "${path}"`,
      what: 'not read',
      seen: 'it is not an ordinary file, which --untrusted requires',
    },
    { hint: 'replace it by an ordinary file, a link by a copy of its target' },
  );
}

/** Reads a .env file, which serves other programs, too. A file that Offhook cannot read must not stop the run. */
function readShared(path: string, scenario: string, untrusted: boolean): DotenvFile {
  try {
    return readBeside(path, scenario, untrusted);
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    return { values: {}, warnings: [`${error.message}: none of its variables is used`] };
  }
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
  return new OffhookError('E_USAGE', { subject: `--set "${text}"`, what }, { hint });
}
