/** Lines: what CallTest calls links. Who may call over what, under which number it is reached, and who goes first. */
import { entriesOf, flag, readOptions, text, type Check } from './options.js';
import { argumentProblem } from './problem.js';

/** A line as data. */
export interface LineData {
  /** What is dialled over the line, with `{number}` for the number to call. Default: the number itself. */
  readonly dial?: string;
  /** The number under which the line is reached, and which it shows when it calls. */
  readonly number?: string;
  /** Lines are taken in this order, the lowest first, then by name. Default: 0. */
  readonly prio?: number;
  /** The account and behaviour of the phone on this line: the options of `agent()`. */
  readonly agent?: AgentOptions;
  /** Whether its phone registers first. Default: yes, where `agent` has a `domain`. */
  readonly register?: boolean;
}

/** A line with its name and its defaults filled in. */
export interface Line {
  readonly name: string;
  readonly dial: string;
  readonly number?: string;
  readonly prio: number;
  readonly agent: AgentOptions;
  readonly register: boolean;
}

/** Lines by name. */
export type Lines = Readonly<Record<string, Line>>;

/** Names whose values all others inherit; CallTest writes the second. */
const DEFAULTS = ['default', ':default:'];

// agent() checks what is in it, and says whose option it is.
const agentOptions: Check<AgentOptions> = {
  takes: 'an object of options of agent()',
  read: (value, path) => Object.fromEntries(entriesOf(path, value)),
};

const CHECKS = {
  dial: text,
  number: text,
  prio: {
    takes: 'a number',
    read: (value: unknown) =>
      typeof value === 'number' && Number.isFinite(value) ? value : undefined,
  },
  agent: agentOptions,
  register: flag,
};

/** Names of CallTest, and what is there instead. */
const FROM_CALLTEST = {
  channel: 'a channel of Asterisk is "dial" here, a SIP target: "sip:{number}@pbx.example"',
};

/** Lines that have been read: they are taken as they are. */
const known = new WeakSet<object>();

/**
 * Reads lines: checks them and fills in what they inherit from `default`.
 * @throws E_ARGUMENT
 */
export function lines(data: Readonly<Record<string, LineData>>): Lines {
  if (typeof data === 'object' && (data as unknown) !== null && known.has(data)) {
    return data as Lines;
  }
  const rows = entriesOf('lines', data).map(
    ([name, value]) =>
      [name, readOptions(`lines: "${name}"`, value, CHECKS, FROM_CALLTEST)] as const,
  );
  const { agent: common = {}, ...inherited } = Object.assign(
    {},
    ...rows.filter(([name]) => DEFAULTS.includes(name)).map(([, value]) => value),
  ) as (typeof rows)[number][1];
  const result: Record<string, Line> = {};
  for (const [name, { agent: own = {}, ...more }] of rows) {
    if (DEFAULTS.includes(name)) continue;
    const options = { ...common, ...own };
    result[name] = {
      name,
      dial: '{number}',
      prio: 0,
      register: options.domain !== undefined,
      ...inherited,
      ...more,
      agent: options,
    };
  }
  if (Object.keys(result).length === 0) {
    throw argumentProblem(
      { subject: 'lines', what: 'there is no line' },
      'write { name: { number: "+49301234567", agent: { ... } } }',
    );
  }
  known.add(result);
  return result;
}

/** The line of that name. @throws E_ARGUMENT */
export function lineOf(all: Lines, name: string, owner: string): Line {
  const line = Object.hasOwn(all, name) ? all[name] : undefined;
  if (line !== undefined) return line;
  throw argumentProblem(
    { subject: owner, what: `there is no line "${name}"` },
    `the lines are ${Object.keys(all).join(', ')}`,
  );
}

/**
 * The locks of a call over these lines, in the order of their `prio`, then of their names: for the option `locks` of a scenario
 * or a monitor. Two calls that share a line never run at the same time.
 */
export function locks_of(all: Lines, ...names: readonly string[]): readonly string[] {
  const used = [...new Set(names)].map((name) => lineOf(all, name, 'locks_of'));
  return used
    .sort((a, b) => a.prio - b.prio || (a.name < b.name ? -1 : 1))
    .map(({ name }) => `line:${name}`);
}
