/**
 * What holds for a command, and why: for each row of its table the flag, else the variable, else the project file of the
 * working directory, else the default. Values are checked by the row, wherever they come from (decision 22).
 */
import { relative } from 'node:path';
import { OffhookError } from '../../errors.js';
import { quotedList } from '../../schema/nearest.js';
import { isOn, type ProcessEnvironment } from '../../settings/process-environment.js';
import { otherForms, projectFileAbove } from '../../settings/project-place.js';
import { keyOf, Unfit, variableOf, type Flag, type Flags, type ValuesOf } from '../flags.js';
import { LEVELS, valueOfText, type FileSettings, type Origin, type Setting } from './setting.js';

export interface Given {
  /** Values as commander has them, defaults included. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether a value was on the command line. */
  readonly isGiven: (name: string) => boolean;
}

export interface Settled<F extends Flags> {
  readonly flags: ValuesOf<F>;
  readonly origins: ReadonlyMap<string, Origin>;
  /** Names of options that a flag says, and a variable or the project file, too. */
  readonly overruled: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

const DEFAULT: Origin = { from: 'default', said: 'default' };

/** @throws OffhookError E_SETTINGS, E_USAGE */
export async function settle<F extends Flags>(
  table: F,
  given: Given,
  environment: Pick<ProcessEnvironment, 'cwd' | 'variables'>,
): Promise<Settled<F>> {
  const file = await fileSettings(given, environment);
  const set = new Map<string, Setting>();
  for (const [name, flag] of Object.entries(table)) {
    const setting =
      ofCommandLine(name, flag, given) ??
      (flag.scope === undefined || flag.scope === 'run'
        ? (ofVariable(name, flag, environment.variables) ?? file.settings.get(name))
        : undefined);
    if (setting !== undefined) set.set(name, setting);
  }
  for (const name of outdone(table, set)) set.delete(name);
  const flags = Object.entries(table).map(([name, flag]) => [
    name,
    set.has(name) ? set.get(name)?.value : flag.initial,
  ]);
  const origins = Object.keys(table).map(
    (name) => [name, set.get(name)?.origin ?? DEFAULT] as const,
  );
  return {
    flags: Object.fromEntries(flags) as ValuesOf<F>,
    origins: new Map(origins),
    overruled: new Set(
      Object.keys(table).filter(
        (name) =>
          given.isGiven(name) &&
          (file.settings.has(name) || textOf(name, environment.variables) !== undefined),
      ),
    ),
    warnings: [...formWarnings(environment.cwd), ...file.warnings],
  };
}

function ofCommandLine(name: string, flag: Flag<unknown>, given: Given): Setting | undefined {
  if (!given.isGiven(name)) return undefined;
  const value = given.values[name];
  const isOff = value === false && flag.kind !== 'off';
  const said =
    name === 'paths' ? 'the command line' : `--${value === false ? 'no-' : ''}${keyOf(name)}`;
  return { value: isOff ? flag.initial : value, origin: { from: 'flag', said } };
}

/** An empty variable says nothing. */
function textOf(name: string, variables: Readonly<Record<string, string>>): string | undefined {
  const text = variables[variableOf(name)];
  return text?.trim() === '' ? undefined : text;
}

function ofVariable(
  name: string,
  flag: Flag<unknown>,
  variables: Readonly<Record<string, string>>,
): Setting | undefined {
  const variable = variableOf(name);
  const text = textOf(name, variables);
  if (text === undefined) return undefined;
  const value = valueOfText(flag, text);
  if (!(value instanceof Unfit)) return { value, origin: { from: 'variable', said: variable } };
  throw new OffhookError(
    'E_SETTINGS',
    { subject: `${variable} ${JSON.stringify(text)}`, what: value.problem },
    { hint: `correct it, or unset ${variable}` },
  );
}

/** Names of rows whose value does not count, because another row replaces it or no row that it needs is set. */
function outdone(table: Flags, set: ReadonlyMap<string, Setting>): readonly string[] {
  const rank = (name: string): number => LEVELS.indexOf(set.get(name)?.origin.from ?? 'default');
  return Object.entries(table).flatMap(([name, { replaces = [], needs }]) => {
    const value = set.get(name)?.value;
    const isSet = value !== undefined && value !== false;
    const weaker = isSet ? replaces.filter((other) => rank(other) > rank(name)) : [];
    const isMet = needs?.some((other) => set.get(other)?.value !== undefined) ?? true;
    const isIdle = !isMet && rank(name) > 0 && isSet;
    return isIdle ? [...weaker, name] : weaker;
  });
}

interface FromFile {
  readonly settings: FileSettings;
  readonly warnings: readonly string[];
}

async function fileSettings(
  { values, isGiven }: Given,
  { cwd, variables }: Pick<ProcessEnvironment, 'cwd' | 'variables'>,
): Promise<FromFile> {
  const [project, ...more] = isGiven('project') ? (values['project'] as readonly string[]) : [];
  if (more.length > 0) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--project', what: 'only `offhook run` takes several' },
      { hint: 'name one of them' },
    );
  }
  const path = projectFileAbove(cwd);
  if (path === undefined) {
    if (project === undefined) return { settings: new Map(), warnings: [] };
    throw new OffhookError(
      'E_USAGE',
      { subject: `--project "${project}"`, what: 'there is no offhook.config.json or .yaml' },
      { hint: 'write one in the folder you are in, or above it, with "projects"' },
    );
  }
  // The file's reader brings the checks of every schema along: most runs have no file.
  const { readRunSettings } = await import('./settings-file.js');
  const isUntrusted = isGiven('untrusted') || isOn(variables['OFFHOOK_UNTRUSTED']);
  const settings = await readRunSettings({ path, cwd, project });
  if (!isUntrusted || settings.size === 0) return { settings, warnings: [] };
  const keys = [...settings.keys()].map(keyOf).join(', ');
  const warning = `--untrusted: ${keys} of ${relative(cwd, path)} ${settings.size === 1 ? 'does' : 'do'} not count: give flags instead`;
  return { settings: new Map(), warnings: [warning] };
}

function formWarnings(cwd: string): readonly string[] {
  const names = otherForms(cwd);
  if (names.length === 0) return [];
  return [`${quotedList(names, 'and')} not read: put settings into offhook.config.json or .yaml`];
}

/**
 * Rewrites an error that names flags so that it names the place where the value was set: `reporter in
 * offhook.config.json` instead of `--reporter`.
 */
export function inWordsOf(origins: ReadonlyMap<string, Origin>, error: OffhookError): OffhookError {
  const said = new Map(
    [...origins].flatMap(([name, origin]) =>
      origin.from === 'variable' || origin.from === 'file' ? [[`--${keyOf(name)}`, origin]] : [],
    ),
  );
  const used: Origin[] = [];
  const put = (text: string): string =>
    text.replace(/--[a-z][a-z-]*/g, (flag) => {
      const origin = said.get(flag);
      if (origin !== undefined) used.push(origin);
      return origin?.said ?? flag;
    });
  const { subject, what } = error.details;
  if (error.code !== 'E_USAGE') return error;
  const about =
    what === undefined
      ? put(error.message)
      : {
          ...error.details,
          what: put(what),
          ...(subject === undefined ? {} : { subject: put(subject) }),
        };
  const at = used.find((one) => one.at !== undefined)?.at;
  if (used.length === 0) return error;
  return new OffhookError('E_SETTINGS', about, {
    ...error.details,
    ...(at === undefined ? {} : { at }),
  });
}
