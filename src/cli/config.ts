/** `offhook config`: each setting of a run, its value, and who set it. */
import { join } from 'node:path';
import { isSecretName } from '../model/secret-names.js';
import type { AllowList } from '../policy/rules.js';
import { oneLine } from '../story/printable.js';
import { shownLocation } from '../report/text.js';
import { policySettings } from '../settings/policy-settings.js';
import { readProcess, type ProcessEnvironment } from '../settings/process-environment.js';
import { keyOf, variableOf, type Flag, type ValuesOf } from './flags.js';
import { CONFIG, type PATHS } from './options.js';
import { print, printError, printJson } from './print.js';
import { scriptRequest } from './selection.js';
import type { Origin } from './settings/setting.js';
import type { Settled } from './settings/settle.js';

type Flags = ValuesOf<typeof CONFIG & { paths: typeof PATHS }>;

interface Row {
  readonly setting: string;
  /** null: not set. */
  readonly value: unknown;
  readonly from: Origin['from'];
  readonly origin: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export async function configCommand(
  flags: Flags,
  { origins }: Settled<typeof CONFIG>,
): Promise<number> {
  const environment = readProcess();
  const { cwd } = environment;
  const ofScenario = await policyRows(flags, environment);
  const values: Readonly<Record<string, unknown>> = { ...flags, set: flags.set.map(withoutSecret) };
  const table: Readonly<Record<string, Flag<unknown>>> = CONFIG;
  const rows = ['paths', ...Object.keys(CONFIG)].flatMap((name): Row[] => {
    const scope = table[name]?.scope;
    if (scope === 'flag') return [];
    if (scope === 'scenario') return ofScenario.get(name) ?? [];
    return [rowOf(name, values[name], origins.get(name) ?? { from: 'default', said: 'default' })];
  });
  if (flags.json === true) printJson(rows);
  else for (const line of lines(rows, cwd)) print(line);
  return 0;
}

/** Hides a secret value of --set. Nothing else masks it, because secrets are noted only when scenarios read variables. */
function withoutSecret(pair: string): string {
  const [name = ''] = pair.split('=');
  return isSecretName(name) ? `${name}=***` : pair;
}

/**
 * Returns the policy of a scenario file in the working directory. A scenario file below another project file has that file's
 * policy instead.
 */
async function policyRows(
  flags: Flags,
  { cwd, variables, ...environment }: ProcessEnvironment,
): Promise<ReadonlyMap<string, Row[]>> {
  const { policy = {} } = scriptRequest([], flags, { cwd, variables, ...environment });
  const { allowNet, allowSip, maxAgents, maxCalls, isolate } = flags;
  const given = { ...policy, allowNet, allowSip, maxAgents, maxCalls, isolate };
  const rulesOf = policySettings({ flags: given, variables, cwd });
  const { rules, origins, warnings } = await rulesOf(join(cwd, '-'));
  for (const warning of warnings) printError(`warning: ${warning}`);
  const held: Readonly<Record<string, Held | undefined>> = {
    allowRead: { value: rules.read, origin: origins.read },
    allowNet: ofList(rules.net),
    allowSip: ofList(rules.sip),
    allowEnv: ofList(rules.env),
    maxAgents: rules.maxAgents,
    maxCalls: rules.maxCalls,
    isolate: rules.isolate,
    untrusted: { value: rules.untrusted, origin: origins.untrusted },
  };
  return new Map(
    Object.entries(held).map(([name, one]) => {
      const origin = one?.origin ?? 'default';
      return [name, [rowOf(name, one?.value, originOf(name, origin))]];
    }),
  );
}

interface Held {
  readonly value: unknown;
  readonly origin: string;
}

function ofList(list: AllowList | undefined): Held | undefined {
  return list && { value: list.items, origin: list.origin };
}

/** Derives the level of a policy setting from its origin, which the policy keeps only as words for its errors. */
function originOf(name: string, said: string): Origin {
  if (said === 'default') return { from: 'default', said };
  if (said === variableOf(name)) return { from: 'variable', said };
  return { from: said.startsWith('--') ? 'flag' : 'file', said };
}

function rowOf(name: string, value: unknown, { from, said, at }: Origin): Row {
  return { setting: keyOf(name), value: value ?? null, from, origin: said, ...at };
}

function lines(rows: readonly Row[], cwd: string): readonly string[] {
  const values = rows.map(({ value }) => shownValue(value));
  const width = Math.max(...rows.map(({ setting }) => setting.length));
  const wide = Math.min(30, Math.max(...values.map((value) => value.length)));
  return rows.map(({ setting, origin, file, line, column }, index) => {
    const place =
      file === undefined || line === undefined || column === undefined
        ? ''
        : ` (${shownLocation({ file, line, column }, cwd)})`;
    const value = (values[index] ?? '').padEnd(wide);
    return oneLine(`${setting.padEnd(width)}  ${value}  ${origin}${place}`);
  });
}

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  return value === null ? '-' : JSON.stringify(value).replace(/^"|"$/g, '');
}
