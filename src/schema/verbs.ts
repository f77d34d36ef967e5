/**
 * THE CONTRACT, part one: every function and getter a script can call, as data. Runtime validation, the
 * editor typings, the reference and the runner's bindings all come from these rows; the data shapes
 * they name are the *.schema.json files beside this one. This folder knows no driver and no sandbox.
 */
import type { ErrorCode } from '../errors.js';

/** What an argument must be; check.ts holds the run-time check and typings.ts the TypeScript type of each. */
export type ParamKind =
  | 'any'
  | 'text'
  | 'string'
  | 'number'
  | 'duration'
  | 'function'
  | 'target'
  | 'pattern'
  | 'rows'
  | 'agent_options'
  | 'scenario_options';

export interface ParamRow {
  readonly name: string;
  readonly kind: ParamKind;
  readonly optional?: true;
  /** Takes all remaining arguments. */
  readonly rest?: true;
  /** TypeScript type where the kind's own is too wide. */
  readonly type?: string;
  readonly default?: string;
  readonly doc: string;
}

/** Where the row's work is done: in the VM alone, on the scenario thread, or by a driver on the main thread. */
type Side = 'guest' | 'thread' | 'host';

export interface FunctionRow {
  readonly on: 'global' | 'Agent' | 'Assertion' | 'scenario';
  readonly side: Side;
  /**
   * `none`: may stand anywhere. `declare`: builds the suite. `block`: waits, but changes nothing.
   * `effect`: changes the world. Conditions allow `none` alone; collecting stops at `block` and `effect`.
   */
  readonly effect: 'none' | 'declare' | 'block' | 'effect';
  readonly generics?: string;
  /** TypeScript type of `this`, where not every Assertion<T> has the matcher. */
  readonly self?: string;
  readonly params: readonly ParamRow[];
  readonly returns: string;
  readonly doc: string;
  /** When the call returns. */
  readonly done?: string;
  /** Default time limit of the call, as a duration. */
  readonly limit?: string;
  readonly throws: readonly ErrorCode[];
  readonly example?: string;
  /** RFC section, ITU-T number, or baresip file and version. */
  readonly source?: string;
}

export interface GetterRow {
  readonly type: string;
  readonly doc: string;
  readonly source?: string;
}

const CALL_THROWS = ['E_AGENT_CRASHED', 'E_AGENT_HUNG', 'E_AGENT_CONTROL', 'E_AGENT_GONE'] as const;

/** Verbs of an agent that a driver carries out; the runner binds each of them (`satisfies`). */
export const AGENT_VERBS = {
  register: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    params: [],
    returns: 'void',
    doc: 'Sends a REGISTER with the account of the agent, now, also when it is registered already. What the registrar answers shows in `registered` and `registration`.',
    done: 'the REGISTER was sent',
    limit: '5s',
    throws: ['E_REGISTER', ...CALL_THROWS],
    example: 'alice.register();\nawait_until(() => assert(alice.registered).is_true());',
    source: 'RFC 3261, 10.2',
  },
  unregister: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    params: [],
    returns: 'void',
    doc: 'Removes the binding of the agent: a REGISTER with expiry 0.',
    done: 'the REGISTER was sent',
    limit: '5s',
    throws: ['E_REGISTER', ...CALL_THROWS],
    example: 'alice.unregister();\nawait_until(() => assert(alice.registered).is_false());',
    source: 'RFC 3261, 10.2.2',
  },
  dial: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    params: [
      {
        name: 'target',
        kind: 'target',
        doc: 'Another agent, a `sip:`, `sips:` or `tel:` URI, or a number or user name in the domain of this agent. Blanks, dots, dashes and brackets of a number are left out.',
      },
    ],
    returns: 'void',
    doc: 'Places a call. `state` is `Calling` when it returns, and the values of the previous call are cleared.',
    done: 'the INVITE was sent',
    limit: '5s',
    throws: ['E_TARGET', 'E_CALL_STATE', 'E_CALL_REFUSED', ...CALL_THROWS],
    example:
      'alice.dial(bob);\nalice.dial("sip:600@pbx.example");\nalice.dial("+1 (555) 010-0199");',
    source: 'RFC 3261, 13.2; RFC 3966',
  },
  accept: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    params: [],
    returns: 'void',
    doc: 'Answers the call that has waited longest; waits for one to come in if there is none yet.',
    done: 'the 200 was sent',
    limit: '5s',
    throws: ['E_CALL_STATE', 'E_CALL_TIMEOUT', ...CALL_THROWS],
    example: 'bob.accept();\nawait_until(() => assert(bob.state).equals(State.Established));',
    source: 'RFC 3261, 13.3.1.4',
  },
  hangup: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    params: [],
    returns: 'void',
    doc: 'Ends the current call: BYE after answer, CANCEL before it, 486 for a call that waits. A peer that hung up first is no error.',
    done: 'the call is closed',
    limit: '5s',
    throws: ['E_CALL_STATE', 'E_CALL_TIMEOUT', ...CALL_THROWS],
    example: 'alice.hangup();\nawait_until(() => assert(bob.state).equals(State.Idle));',
    source: 'RFC 3261, 9.1 and 15.1',
  },
  reject: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    params: [],
    returns: 'void',
    doc: 'Refuses the call that has waited longest with 486 Busy Here; waits for one to come in if there is none yet.',
    done: 'the call is closed',
    limit: '5s',
    throws: ['E_CALL_STATE', 'E_CALL_TIMEOUT', ...CALL_THROWS],
    example: 'bob.reject();\nawait_until(() => assert(alice.status_code).equals(486));',
    source: 'RFC 3261, 21.4.24',
  },
} as const satisfies Record<string, FunctionRow>;

export type AgentVerb = keyof typeof AGENT_VERBS;

/** Other things an agent can do: they read, and never block. */
export const AGENT_METHODS = {
  header: {
    on: 'Agent',
    side: 'guest',
    effect: 'none',
    params: [
      {
        name: 'name',
        kind: 'text',
        doc: 'Header name, any case, long or compact form.',
      },
    ],
    returns: 'string | undefined',
    doc: 'Value of a header of the INVITE this agent received for its current or last call; several of one name joined with ", ".',
    throws: ['E_ARGUMENT'],
    example: 'assert(bob.header("User-Agent")).contains("baresip");',
    source: 'RFC 3261, 7.3.1 and 7.3.3',
  },
  info: {
    on: 'Agent',
    side: 'guest',
    effect: 'none',
    params: [],
    returns: 'AgentInfo',
    doc: 'All there is to know about the agent now, as one plain value.',
    throws: [],
    example: 'log(alice.info());',
  },
  to_json: {
    on: 'Agent',
    side: 'guest',
    effect: 'none',
    params: [],
    returns: 'AgentInfo',
    doc: 'The same as `info()`: what `log` and `JSON.stringify` show of an agent.',
    throws: [],
  },
} as const satisfies Record<string, FunctionRow>;

export const AGENT_GETTERS = {
  name: { type: 'string', doc: 'The name given to `agent()`.' },
  aor: {
    type: 'string',
    doc: 'Address of record: `sip:user@domain`, for a serverless agent `sip:user@127.0.0.1:port`.',
    source: 'RFC 3261, 6',
  },
  registered: {
    type: 'boolean',
    doc: 'True while the last REGISTER was answered with 200.',
  },
  registration: {
    type: 'Registration',
    doc: 'State of the registration, with the code and reason of the last answer.',
  },
  state: {
    type: 'State',
    doc: 'State of the current call: `Calling` dialled and no 18x yet, `Ringing` 18x received or an INVITE waiting, `Established` answered and acknowledged; `Idle` when every call is closed.',
    source: 'RFC 3261, 12 and 13',
  },
  ended: {
    type: 'Ended | undefined',
    doc: 'How the last call ended: absent until one closed since the last dial or accept.',
  },
  calls: { type: 'readonly CallInfo[]', doc: 'The open calls, oldest first.' },
  peer: {
    type: 'Peer | undefined',
    doc: 'The other side of the current or last call.',
  },
  reason: { type: 'string | undefined', doc: 'Reason phrase of `ended`.' },
  status_code: {
    type: 'number | undefined',
    doc: 'Final response code of `ended`: 486 when busy, 487 when cancelled; absent after a BYE.',
    source: 'RFC 3261, 21',
  },
  headers: {
    type: 'Readonly<Record<string, readonly string[]>>',
    doc: 'Headers of the INVITE received for the current or last call, by lower-case long name.',
  },
  metadata: {
    type: 'Readonly<Record<string, unknown>>',
    doc: 'The `metadata` option given to `agent()`.',
  },
} as const satisfies Record<string, GetterRow>;

export type AgentGetter = keyof typeof AGENT_GETTERS;
