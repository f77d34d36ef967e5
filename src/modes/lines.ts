/** Lines: what CallTest calls links. Who may call over what, under which number it is reached, and who goes first. */
import { configuredLines, takeLocks } from '../sandbox/guest/lines.js';
import { nearest } from '../schema/nearest.js';
import { withVariables } from './configured.js';
import { type Check, entriesOf, flag, readOptions, text } from './options.js';
import { argumentProblem } from './problem.js';

/** A line as data: these, and the options of `agent()` for the phone on it, such as `username`, `password` and `domain`. */
export interface LineData extends AgentOptions {
  /** What is dialled over the line, with `{number}` for the number to call. Default: the number itself. */
  readonly dial?: string;
  /** The number under which the line is reached, and which it shows when it calls. */
  readonly number?: string;
  /** Lines are taken in this order, the lowest first, then by name. Default: 0. */
  readonly prio?: number;
  /** Whether its phone registers first. Default: yes, where it has a `domain`. */
  readonly register?: boolean;
}

/** A line with its name and its defaults filled in. */
export interface Line {
  readonly name: string;
  readonly dial: string;
  readonly number?: string;
  readonly prio: number;
  /** The options of `agent()` for its phone. */
  readonly agent: AgentOptions;
  readonly register: boolean;
}

/** Lines by name. */
export type Lines = Readonly<Record<string, Line>>;

/** Names whose values all others inherit; CallTest writes the second. */
const DEFAULTS = ['default', ':default:'];

/** The options of a phone that a line may have; agent() checks their values. */
const AGENT_OPTIONS = {
  username: true,
  domain: true,
  password: true,
  auth_user: true,
  display_name: true,
  transport: true,
  outbound: true,
  regint: true,
  answer: true,
  dtmf_mode: true,
  mwi: true,
  audio: true,
  local_port: true,
  local_address: true,
  headers: true,
  headers_compat: true,
  proxy: true,
  codecs: true,
  media_enc: true,
  nat: true,
  stun_server: true,
  verify_tls: true,
  ca_file: true,
  rtp_timeout: true,
  jitter_buffer: true,
  rtp_stats: true,
  metadata: true,
} as const satisfies Record<keyof AgentOptions, true>;

const anything: Check<unknown> = { takes: 'a value', read: (value) => value };

const OWN_CHECKS = {
  dial: text,
  number: text,
  prio: {
    takes: 'a number',
    read: (value: unknown) =>
      typeof value === 'number' && Number.isFinite(value) ? value : undefined,
  },
  register: flag,
};
const CHECKS = {
  ...OWN_CHECKS,
  ...Object.fromEntries(Object.keys(AGENT_OPTIONS).map((name) => [name, anything])),
};

/** Names that CallTest and lines already read have, each with what to write instead. */
const ELSEWHERE = {
  channel: 'a channel of Asterisk is "dial" here, a SIP target: "sip:{number}@pbx.example"',
  agent: 'write options of agent() in the line itself: { username: "1001", domain: "pbx.example" }',
};

/** Lines that have been read: they are taken as they are. */
const known = new WeakSet<object>();
/** The lines in `known` that came from the project file. */
const configured = new WeakSet<object>();

/**
 * Reads lines: checks them and fills in what they inherit from `default`. Without data, reads the lines of the project file; the
 * variables in a line are filled in when the line is first used.
 * @throws E_ARGUMENT; E_LINES_DENIED for the project file under --untrusted; E_ENV_MISSING for a variable that is not set
 */
export function lines(data?: Readonly<Record<string, LineData>>): Lines {
  if (data === undefined) return ofProject('lines()');
  if (typeof data === 'object' && (data as unknown) !== null && known.has(data)) {
    return data as unknown as Lines;
  }
  const result = read(data, (_owner, values) => values);
  if (Object.keys(result).length > 0) return result;
  throw argumentProblem(
    { subject: 'lines', what: 'there is no line' },
    'write { name: { number: "+49301234567", domain: "pbx.example" } }',
  );
}

/**
 * The line of that name in the project file. Nobody else uses it at the same time: a scenario that asks for it waits until it is
 * free. Called at the top level of a file, it takes the line for each scenario of the file.
 * @throws E_ARGUMENT for a name that is not there; what `lines()` throws
 */
export function line(name: string): Line {
  const found = lineOf(ofProject(`line("${name}")`), name, 'line()');
  takeLocks([lockOf(found)]);
  return found;
}

function ofProject(owner: string): Lines {
  const data = configuredLines() ?? {};
  const result = read(data as Parameters<typeof read>[0], withVariables);
  configured.add(result);
  if (Object.keys(result).length > 0) return result;
  throw argumentProblem(
    { subject: owner, what: 'the project file has no lines' },
    'write "lines": { "sales": { "number": "+49301234567" } } into offhook.config.json',
  );
}

type Values = ReturnType<typeof readOptions<typeof CHECKS>>;

/** @param completed fills in the values of a line when the line is first used */
function read(
  data: Readonly<Record<string, LineData>>,
  completed: <T>(owner: string, values: T) => T,
): Lines {
  const rows = entriesOf('lines', data).map(
    ([name, value]) => [name, readOptions(`lines: "${name}"`, value, CHECKS, ELSEWHERE)] as const,
  );
  const inherited = Object.assign(
    {},
    ...rows.filter(([name]) => DEFAULTS.includes(name)).map(([, value]) => value),
  ) as Values;
  const result: Record<string, Line> = {};
  for (const [name, own] of rows) {
    if (DEFAULTS.includes(name)) continue;
    let made: Line | undefined;
    const get = (): Line =>
      (made ??= lineFrom(name, completed(`line "${name}"`, { ...inherited, ...own })));
    Object.defineProperty(result, name, { get, enumerable: true });
  }
  known.add(result);
  return result;
}

function lineFrom(name: string, values: Values): Line {
  const { dial = '{number}', number, prio = 0, register, ...agent } = values;
  const options = agent as AgentOptions;
  return {
    name,
    dial,
    prio,
    register: register ?? options.domain !== undefined,
    ...(number === undefined ? {} : { number }),
    agent: options,
  };
}

/** The line of that name. @throws E_ARGUMENT */
export function lineOf(all: Lines, name: string, owner: string): Line {
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found !== undefined) return found;
  const close = nearest(name, Object.keys(all));
  throw argumentProblem(
    { subject: owner, what: `there is no line "${name}"` },
    `${close === undefined ? '' : `did you mean "${close}"? `}the lines are ${Object.keys(all).join(', ')}`,
  );
}

const lockOf = ({ name }: Line): string => `line:${name}`;

/**
 * The locks of a call over these lines, in the order of their `prio`, then of their names: for the option `locks` of a scenario
 * or a monitor. Two calls that share a line never run at the same time.
 */
export function locks_of(all: Lines, ...names: readonly string[]): readonly string[] {
  const used = [...new Set(names)].map((name) => lineOf(all, name, 'locks_of'));
  return used.sort((a, b) => a.prio - b.prio || (a.name < b.name ? -1 : 1)).map(lockOf);
}

/** Waits for the lines of a call if they come from the project file: the names of other lines mean something in one file only. */
export function takeLines(all: Lines, ...names: readonly string[]): void {
  if (configured.has(all)) takeLocks(locks_of(all, ...names));
}
