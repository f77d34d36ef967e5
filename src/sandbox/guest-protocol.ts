/**
 * Every operation between the scenario thread and the code inside QuickJS. Only text (JSON) crosses that border, so that no
 * object of one side is ever reachable from the other.
 */
import type { ErrorData } from '../errors.js';
import type { LogEntry, Watched } from '../model/agent-event.js';
import type { MockRequestData } from '../model/http-message.js';
import type { GLOBALS, GlobalVerb } from '../schema/functions.js';
import type { FunctionRow, HttpObject } from '../schema/rows.js';
import type { ServiceVerb } from '../schema/verbs/http.js';
import type { AGENT_METHODS, AgentVerb, PEER_METHODS, PeerVerb } from '../schema/verbs.js';
import type { Note } from './protocol.js';

/**
 * The one function the guest gets: `host("op payload")`, all of it text; the answer is JSON of `Answer`. It is
 * taken off the global object before any script runs. `stack` fields hold `new Error().stack` of the
 * public function that was called: the thread finds location and label in it.
 */
export interface Operations {
  /** Checks the arguments of a public function against its row. `on` is the row's table. */
  check: {
    on: FunctionRow['on'];
    fn: string;
    args: Encoded[];
    stack: string;
  };
  /**
   * Carries out a verb; blocks. Moves no cursor itself: the guest applies the entries `before`, then the
   * new entries up to `seq`. Conditions may not call verbs, wait or skip: `in_condition` is refused.
   * -> VerbReply; nothing where it is `queued`: the verb is checked now and started by `parallel`.
   */
  verb: {
    verb: AgentVerb | PeerVerb | GlobalVerb;
    agent?: string;
    /** `agent` is a peer, and the verb that of a peer. */
    on?: 'SipPeer';
    args: Encoded[];
    in_condition: boolean;
    /** How long it waits where the arguments do not say. */
    within_ms?: number;
    queued?: true;
    stack: string;
  };
  /** Checks a call of parallel(), and forgets verbs that an earlier one has left in the queue. */
  begin_parallel: { args: Encoded[]; in_condition: boolean; stack: string };
  /** Starts all queued verbs at the same time; blocks until each has ended. -> ParallelReply */
  parallel: Record<string, never>;
  /**
   * Carries out an HTTP function of the script; blocks. As `verb`, but requests may stand in
   * conditions. -> VerbReply
   */
  service: {
    on: 'global' | HttpObject;
    fn: ServiceVerb;
    /** Name of the mock server. */
    mock?: string;
    args: Encoded[];
    /** Number of the function of on(). */
    responder?: number;
    in_condition: boolean;
    stack: string;
  };
  /** The requests a mock server has received, as far as they are kept. -> MockRequestData[] */
  mock_requests: { mock: string; ids: readonly number[] };
  /**
   * Blocks until a new entry came, the script answered a request to a mock server, or until `until` (as
   * BegunWait.at). `of`: wake only for entries of these subjects. -> NextEntries
   */
  next: { until: number; of?: readonly string[] | undefined };
  /** New entries that have arrived, without blocking. -> LogEntry[] */
  poll: Record<string, never>;
  /** Records an assertion outside of conditions. -> its label: the given one, or its source text */
  assertion: {
    ok: boolean;
    label?: string;
    matcher: string;
    expected?: string;
    actual: string;
    /** Both sides of a failed assertion as lines, where they have parts. */
    sides?: { expected: string; actual: string };
    hint?: string | undefined;
    stack: string;
  };
  /**
   * Fails the scenario, because no matcher has followed an assert(). `value_type`: typeof of its argument; `stack`: where it was
   * called. -> ErrorData, to be thrown
   */
  no_matcher: { value_type: string; stack: string };
  /** -> source text of the argument of the assert() at the top of the stack */
  label: { stack: string };
  note: Extract<Note, { type: 'step_started' | 'step_finished' | 'warning' }>;
  /** Begins a wait: checks it, notes it, and returns all it needs in one answer. -> BegunWait */
  begin_wait: {
    fn: WaitName;
    /** The agent or peer a method was called on. */
    agent?: string;
    args: Encoded[];
    /** Place of a condition in a sequence, which was checked with its first condition. */
    part?: SequencePart;
    /** Default limit of await_until. */
    default_ms: number;
    in_condition: boolean;
    stack: string;
  };
  /** Ends the innermost wait; if its assertion never held, with the assertion's subject and both sides. */
  end_wait: {
    fn: WaitName;
    ok: boolean;
    /** What the script calls the condition. */
    called?: string | undefined;
    label?: string | undefined;
    expected?: string | undefined;
    actual?: string | undefined;
  };
  /** Adds entries of this kind about the agent to the log from now on. -> LogEntry[]: the entries so far */
  watch: { agent: string; what: Watched };
  /** The cursor of an agent has moved; only after traceCursor(). */
  cursor: { agent: string; text: string };
  log: { text: string; stack: string };
  skip: { reason: string; in_condition: boolean; stack: string };
  env: { name: string; default?: string; stack: string };
  load_env: { path: string; stack: string };
  /** -> the lines of the project file; nothing where it has none */
  lines: { stack: string };
  /** Waits until nobody else holds these. -> true where the file is only being declared: nothing was taken */
  take_locks: { names: readonly string[]; in_condition: boolean; stack: string };
  file_text: { path: string; stack: string };
  file_json: { path: string; stack: string };
  uuid: Record<string, never>;
  /** -> value of an Identity header */
  sign_identity: { args: Encoded[]; stack: string };
  /** -> Identity */
  read_identity: { args: Encoded[]; stack: string };
  /** -> what setup_file has returned */
  file_value: Record<string, never>;
  /** What setup_file has returned: plain data. */
  set_file_value: { value?: Encoded };
}

export type Operation = keyof Operations;

/** One condition of await_sequence, `index` of `of` counted from 1, and what is left of its time. */
export interface SequencePart {
  index: number;
  of: number;
  ms: number;
  /** What the script calls the condition. */
  label?: string;
}

type Blocking<Rows> = {
  [Name in keyof Rows]: Rows[Name] extends { side: 'guest'; effect: 'block' } ? Name : never;
}[keyof Rows];

/** Functions that block without an effect. */
export type WaitName =
  | Blocking<typeof GLOBALS>
  | Blocking<typeof AGENT_METHODS>
  | Blocking<typeof PEER_METHODS>;

/** New entries, and the monotonic ms since the scenario began. */
export interface NextEntries {
  at: number;
  entries: readonly LogEntry[];
  /** The script answered a request meanwhile, which may have changed its variables. */
  responded?: boolean;
}

export interface BegunWait {
  at: number;
  entries: readonly LogEntry[];
  /** The label or source text of the condition ("bob.state" of `() => bob.state`), or the duration in words. */
  what: string;
  /** The same without the words that a function puts in front: "never: ". */
  condition: string;
  /** What the script calls the condition. */
  label?: string | undefined;
  ms: number;
}

export interface VerbReply {
  /** What the verb returns. */
  value?: unknown;
  /** The same as `seq` of a CallReply. */
  seq?: number;
  /** Entries that had arrived when the verb was issued. */
  before: readonly LogEntry[];
  entries: readonly LogEntry[];
}

/** Results of the verbs of a parallel(), in their order; null for a verb that failed. */
export interface ParallelReply {
  done: readonly (ParallelDone | null)[];
  /** Error of the verb that failed first. */
  failed?: ErrorData;
  /** The same as in a VerbReply. */
  before: readonly LogEntry[];
  entries: readonly LogEntry[];
}

export interface ParallelDone {
  value?: unknown;
  seq?: number;
  /** seq of the newest entry when the verb had ended; absent before the first entry. */
  end?: number;
}

/** Either a value or an error to throw. */
export interface Answer {
  v?: unknown;
  e?: ErrorData;
}

/**
 * A script's value as JSON. What JSON cannot hold, and any object with a key "$", is an object with the
 * key "$": {"$":"undefined"}, {"$":"function","name"}, {"$":"agent","name"}, {"$":"call","agent","id"},
 * {"$":"number","text":"NaN"},
 * {"$":"bigint","text"}, {"$":"symbol","text"}, {"$":"regexp","text"}, {"$":"date","text"},
 * {"$":"error","text"}, {"$":"object","value":{...}}.
 */
export type Encoded = unknown;

/**
 * What the guest's main module exports for the thread. Each phase function is async: the thread runs jobs
 * until its promise settles.
 */
export interface GuestExports {
  /** JSON of Collected: of all, or of the scenario with that ordinal. */
  collected(ordinal?: number): string;
  setup(ordinal: number): Promise<void>;
  body(ordinal: number): Promise<void>;
  teardown(ordinal: number): Promise<void>;
  setup_file(): Promise<void>;
  teardown_file(): Promise<void>;
  /** Is called after the jobs of a phase: it records each assert() that no matcher has followed. */
  endPhase(): void;
  /** Whether the script has read the clock or chance. */
  readsClock(): boolean;
  /** JSON of ResponderTask -> JSON of ResponderResult. Runs while the script is blocked. */
  respond(task: string): string;
  /** Always called after respond(): an interrupt runs no `finally`. */
  responded(): void;
  /** Makes the guest report how its cursor moves, from now on. */
  traceCursor(): void;
  /** Any thrown value -> JSON of ErrorData with `stack` (text); runs in the VM, so that getters cannot hurt. */
  describe(thrown: unknown): string;
}

export interface ResponderTask {
  responder: number;
  request: MockRequestData;
  /** Entries the script has not taken yet: a responder reads them and leaves them in place. */
  entries: readonly LogEntry[];
}

/** `stack`: where on() was called. */
export type ResponderResult =
  | { value: Encoded; stack: string }
  | { thrown: ErrorData & { stack: string }; stack: string };
