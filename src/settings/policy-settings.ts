/**
 * Limits to what scenarios may touch, layered: flag, then variable, then project file, then default; each
 * value knows its origin. Under --untrusted (flag or variable) the project file counts no more than the
 * scenario beside it: it can only lower limits.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OffhookError } from '../errors.js';
import { globProblem, withoutClasses } from '../policy/glob.js';
import { hostRule } from '../policy/host-rules.js';
import { sipRule } from '../policy/sip-policy.js';
import {
  ISOLATE,
  type AllowList,
  type Isolate,
  type Limit,
  type PolicyRules,
} from '../policy/rules.js';
import { isOn } from './process-environment.js';
import { ownersOf } from '../ordinary-file.js';
import { LINES_FILE, type LinesData } from './lines.js';
import { findProjectFile, readProjectFile, type ProjectFile } from './project-file.js';
import { projectFileAbove } from './project-place.js';

export interface PolicyFlags {
  readonly allowRead?: readonly string[];
  readonly allowNet?: readonly string[];
  readonly allowSip?: readonly string[];
  readonly allowEnv?: readonly string[];
  readonly maxAgents?: number | undefined;
  readonly maxCalls?: number | undefined;
  readonly untrusted?: boolean;
  /** The value as it was written. */
  readonly isolate?: string | undefined;
}

interface PolicySources {
  readonly flags: PolicyFlags;
  readonly variables: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface ScenarioRules {
  readonly rules: PolicyRules;
  /** The origins of the two settings that have none in the rules; "default" if nobody set them. */
  readonly origins: { readonly untrusted: string; readonly read: string };
  /** The phone lines of the project file, or who denies them. */
  readonly lines?: { readonly data: LinesData } | { readonly denied: string };
  /** Warnings about entries of the project file that do not count. */
  readonly warnings: readonly string[];
}

type ListName = 'read' | 'net' | 'sip' | 'env';

const LISTS = {
  read: { flag: '--allow-read', variable: 'OFFHOOK_ALLOW_READ', key: 'allow-read' },
  net: { flag: '--allow-net', variable: 'OFFHOOK_ALLOW_NET', key: 'allow-net' },
  sip: { flag: '--allow-sip', variable: 'OFFHOOK_ALLOW_SIP', key: 'allow-sip' },
  env: { flag: '--allow-env', variable: 'OFFHOOK_ALLOW_ENV', key: 'allow-env' },
} as const satisfies Record<ListName, unknown>;

const LIMITS = {
  agents: { flag: '--max-agents', variable: 'OFFHOOK_MAX_AGENTS', key: 'max-agents', most: 1000 },
  calls: { flag: '--max-calls', variable: 'OFFHOOK_MAX_CALLS', key: 'max-calls', most: 1_000_000 },
} as const;

/** How many characters of a given value an error shows. */
const LONGEST_SHOWN = 200;

const DEFAULT_AGENTS: Limit = { value: 100, origin: 'default' };

/** A list, and the folder its paths are relative to. */
interface Given extends AllowList {
  readonly folder: string;
}

/** Checks flags and variables at once; the project file of a scenario when asked for it. */
export function policySettings(
  sources: PolicySources,
): (scenario: string) => Promise<ScenarioRules> {
  const { flags, variables } = sources;
  const given = {
    read: givenList(sources, 'read', flags.allowRead),
    net: givenList(sources, 'net', flags.allowNet),
    sip: givenList(sources, 'sip', flags.allowSip),
    env: givenList(sources, 'env', flags.allowEnv),
  };
  const untrusted = flags.untrusted === true || isOn(variables['OFFHOOK_UNTRUSTED']);
  const agents = givenLimit(variables, 'agents', flags.maxAgents);
  const calls = givenLimit(variables, 'calls', flags.maxCalls);
  const isolate = givenIsolate(flags.isolate, variables['OFFHOOK_ISOLATE']);
  const ofRun = projectFileAbove(sources.cwd);
  checkAll(given, untrusted);
  const linesFile = variables[LINES_FILE];
  let named: Promise<ProjectFile> | undefined;
  const readNamed = (path: string): Promise<ProjectFile> =>
    (named ??= readProjectFile(path, ownersOf(dirname(path))));
  return async (scenario) => {
    const file = await findProjectFile(scenario);
    const denies = untrusted || file?.settings.untrusted === true;
    const list = (name: ListName): Given | undefined =>
      given[name] ?? (untrusted ? undefined : fileList(file, name));
    if (!untrusted) {
      const own = { read: list('read'), net: list('net'), sip: list('sip'), env: list('env') };
      checkAll(own, denies);
    }
    const maxCalls = limit(calls, file, 'calls', untrusted);
    const rules: PolicyRules = {
      untrusted: denies,
      read: readFolders(list('read')),
      ...allowed('net', list('net'), denies),
      ...allowed('sip', list('sip'), denies),
      ...allowed('env', list('env'), denies),
      maxAgents: limit(agents, file, 'agents', untrusted) ?? DEFAULT_AGENTS,
      ...(maxCalls === undefined ? {} : { maxCalls }),
      isolate: isolate ?? fileIsolate(file, untrusted) ?? defaultIsolate(denies),
    };
    const warnings = [
      ...noEffectWarnings(file, ofRun),
      ...(untrusted ? ignoredWarnings(file) : []),
    ];
    const origins = {
      untrusted: untrustedOrigin(sources, file),
      read: list('read')?.origin ?? 'default',
    };
    if (denies) return { rules, origins, warnings, lines: { denied: origins.untrusted } };
    const data = linesFile === undefined ? file?.lines : (await readNamed(linesFile)).lines;
    return { rules, origins, warnings, ...(data === undefined ? {} : { lines: { data } }) };
  };
}

function allowed(name: 'net' | 'sip' | 'env', list: Given | undefined, denies: boolean): object {
  if (list !== undefined) return { [name]: { items: list.items, origin: list.origin } };
  return denies ? { [name]: { items: [], origin: '--untrusted' } } : {};
}

function untrustedOrigin({ flags, variables }: PolicySources, file?: ProjectFile): string {
  if (flags.untrusted === true) return '--untrusted';
  if (isOn(variables['OFFHOOK_UNTRUSTED'])) return 'OFFHOOK_UNTRUSTED';
  const said = file?.settings.untrusted;
  return file === undefined || said === undefined ? 'default' : `untrusted in ${file.path}`;
}

/** Warns of settings of a run in a scenario's own project file: only the file of the folder the run was started in counts. */
function noEffectWarnings(
  file: ProjectFile | undefined,
  ofRun: string | undefined,
): readonly string[] {
  const keys = Object.keys(file?.ofRun ?? {});
  if (file === undefined || file.path === ofRun || keys.length === 0) return [];
  const where = ofRun === undefined ? 'a file in the folder you are in or above it' : ofRun;
  return [
    `${keys.join(', ')} of ${file.path} ${keys.length === 1 ? 'does' : 'do'} not count: settings of a run are read only from ${where}`,
  ];
}

function ignoredWarnings(file: ProjectFile | undefined): readonly string[] {
  const keys = Object.values(LISTS).map(({ key }) => key);
  const ignored: string[] = keys.filter((key) => file?.settings[key] !== undefined);
  if (![undefined, 'always'].includes(file?.settings.isolate)) ignored.push('isolate');
  if (file === undefined) return [];
  const noEffect = (names: readonly string[], verb: string, instead: string): string =>
    `--untrusted: ${names.join(', ')} of ${file.path} ${verb} not count: ${instead}`;
  return [
    ...(ignored.length === 0
      ? []
      : [noEffect(ignored, ignored.length === 1 ? 'does' : 'do', 'give flags instead')]),
    ...(file.lines === undefined ? [] : [noEffect(['lines'], 'do', 'pass an account with --set')]),
  ];
}

function givenList(
  { variables, cwd }: PolicySources,
  name: ListName,
  flag: readonly string[] = [],
): Given | undefined {
  const { flag: option, variable } = LISTS[name];
  if (flag.length > 0) {
    const items = flag.flatMap((text) => split(text));
    if (items.length > 0) return { items, origin: option, folder: cwd };
    throw new OffhookError(
      'E_USAGE',
      { subject: `${option} "${flag.join('')}"`, what: 'names nothing' },
      {
        hint: `give it a value, or leave ${option} out`,
      },
    );
  }
  const items = split(variables[variable] ?? '');
  return items.length === 0 ? undefined : { items, origin: variable, folder: cwd };
}

function fileList(file: ProjectFile | undefined, name: ListName): Given | undefined {
  const { key } = LISTS[name];
  const items = file?.settings[key];
  if (file === undefined || items === undefined) return undefined;
  return { items, origin: `${key} in ${file.path}`, folder: dirname(file.path) };
}

function split(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function checkAll(lists: Readonly<Record<ListName, Given | undefined>>, denies: boolean): void {
  check(
    lists.net,
    (item) => problemOf(hostRule(item)),
    'write HOST, *.DOMAIN, an address or a CIDR block, each with :PORT where it matters, for example api.example.com:443',
  );
  check(
    lists.sip,
    (item) => sipProblem(item, denies),
    'write USER@HOST, @HOST or USER, for example 1???@pbx.example.com',
  );
  check(
    lists.env,
    envProblem,
    'write the name of a variable, with * and ? where it varies, for example STAGING_*',
  );
  readFolders(lists.read);
}

function check(
  list: Given | undefined,
  problem: (item: string) => string | undefined,
  hint: string,
): void {
  for (const item of list?.items ?? []) {
    const what = problem(item);
    if (what !== undefined && list !== undefined) throw bad(list, item, what, hint);
  }
}

function bad({ origin }: AllowList, item: string, what: string, hint: string): OffhookError {
  const code = origin.startsWith('--') ? 'E_USAGE' : 'E_SETTINGS';
  return new OffhookError(code, { subject: `${origin} ${shown(item)}`, what }, { hint });
}

function shown(item: string): string {
  return JSON.stringify(item.length > LONGEST_SHOWN ? `${item.slice(0, LONGEST_SHOWN)}...` : item);
}

function problemOf(rule: object | { problem: string }): string | undefined {
  return 'problem' in rule ? rule.problem : undefined;
}

/** Says what is wrong with a pattern. A number alone would be allowed at any host, and the script chooses the host. */
function sipProblem(item: string, denies: boolean): string | undefined {
  const rule = sipRule(item);
  if ('problem' in rule) return rule.problem;
  const isEverywhere = rule.host === undefined && item !== '*';
  return denies && isEverywhere ? 'names no host, which --untrusted requires' : undefined;
}

function envProblem(item: string): string | undefined {
  const problem = globProblem(item);
  if (problem !== undefined) return problem;
  // A comma ends a pattern: {A,B} never gets here whole.
  return /^[\w.*?-]+$/.test(withoutClasses(item)) ? undefined : 'is not a glob of a variable name';
}

function readFolders(list: Given | undefined): readonly string[] {
  return (list?.items ?? []).map((item) => {
    const path = resolve(list?.folder ?? '', item);
    let what = 'is not a folder';
    try {
      if (statSync(path).isDirectory()) return realpathSync(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      what = code === 'EACCES' ? 'permission denied' : 'there is no such folder';
    }
    throw bad(list ?? { items: [], origin: '' }, item, what, 'name a folder that scripts may read');
  });
}

function givenLimit(
  variables: Readonly<Record<string, string>>,
  name: keyof typeof LIMITS,
  flag: number | undefined,
): Limit | undefined {
  const { flag: option, variable, most } = LIMITS[name];
  if (flag !== undefined) return { value: flag, origin: option };
  const text = variables[variable] ?? '';
  if (text === '') return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= most) return { value, origin: variable };
  throw new OffhookError(
    'E_SETTINGS',
    { subject: `${variable} "${text}"`, what: `must be a whole number from 1 to ${most}` },
    { hint: `correct it, or unset ${variable}` },
  );
}

function givenIsolate(flag: string | undefined, variable: string | undefined): Isolate | undefined {
  const text = flag ?? (variable === '' ? undefined : variable);
  if (text === undefined) return undefined;
  const value = ISOLATE.find((one) => one === text);
  const origin = flag === undefined ? 'OFFHOOK_ISOLATE' : '--isolate';
  if (value !== undefined) return { value, origin };
  throw new OffhookError(
    flag === undefined ? 'E_SETTINGS' : 'E_USAGE',
    { subject: `${origin} ${shown(text)}`, what: `must be one of ${ISOLATE.join(', ')}` },
    { hint: `correct it, or leave it out` },
  );
}

/**
 * Under --untrusted, the scenario's author may also have written the file: it can then ask for more isolation, never less.
 */
function fileIsolate(file: ProjectFile | undefined, untrusted: boolean): Isolate | undefined {
  const value = file?.settings.isolate;
  if (file === undefined || value === undefined || (untrusted && value !== 'always'))
    return undefined;
  return { value, origin: `isolate in ${file.path}` };
}

function defaultIsolate(denies: boolean): Isolate {
  return denies ? { value: 'always', origin: '--untrusted' } : { value: 'auto', origin: 'default' };
}

function limit(
  given: Limit | undefined,
  file: ProjectFile | undefined,
  name: keyof typeof LIMITS,
  untrusted: boolean,
): Limit | undefined {
  const { key } = LIMITS[name];
  const value = file?.settings[key];
  const own =
    file === undefined || value === undefined
      ? undefined
      : { value, origin: `${key} in ${file.path}` };
  if (own === undefined || (given !== undefined && !untrusted)) return given;
  const most = given?.value ?? (untrusted && name === 'agents' ? DEFAULT_AGENTS.value : Infinity);
  return own.value <= most ? own : given;
}
