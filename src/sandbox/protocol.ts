/**
 * Every message between the main thread and a scenario thread, and every operation between the scenario
 * thread and the code inside QuickJS. Only plain data crosses either border; across the second one only
 * text (JSON), so that no object of one side is ever reachable from the other.
 */
import type { ErrorData, SourceLocation } from '../errors.js';
import type { LogEntry } from '../model/agent-event.js';
import type { MockRequestData, MockResponseData } from '../model/http-message.js';
import type { Failure, Phase } from '../model/run-event.js';
import type { FunctionRow, HttpObject } from '../schema/rows.js';
import type { ServiceVerb } from '../schema/verbs/http.js';
import type { AgentVerb } from '../schema/verbs.js';

// ---- main thread <-> scenario thread -------------------------------------------------------------

/** What a scenario file declared; a file without scenario() is one scenario, its top level the test. */
export interface Collected {
  single: boolean;
  /** Whether there is one to run. */
  setup: boolean;
  teardown: boolean;
  scenarios: readonly DeclaredScenario[];
  /** Of a file without scenario(): what became of its top level. */
  topLevel?: TopLevel;
}

/**
 * `tests`: it asserted something, or reached something that waits or acts; `module`: it only exports;
 * `nothing`: none of these; `failed`: it broke off before it reached anything. `isFinal`: running it as a scenario
 * would only cost its limit once more.
 */
export type TopLevel =
  { how: 'tests' | 'module' | 'nothing' } | { how: 'failed'; failure: Failure; isFinal: boolean };

export interface DeclaredScenario {
  ordinal: number;
  name: string;
  tags: readonly string[];
  only: boolean;
  /** The reason, or "" without one. */
  skip?: string;
  /** Wall-clock limit in ms, where the scenario sets its own. */
  timeout_ms?: number;
}

export interface ThreadLimits {
  /** Bytes: the maximum of the WebAssembly memory. */
  memory: number;
  /** Bytes of QuickJS stack. */
  stack: number;
  /** ms of computing without a blocking call. */
  cpu_ms: number;
}

export interface ScenarioJob {
  /** Absolute real path of the scenario file. */
  file: string;
  /** Absolute real path of the folder modules and files may be read from. */
  readRoot: string;
  /** Absolute real paths of more such folders. */
  allowRead?: readonly string[];
  /** What env() finds, layered already. */
  env: Readonly<Record<string, string>>;
  /** Variables of --set: load_env() does not hide them. */
  fixedEnv: Readonly<Record<string, string>>;
  /** Names of variables that may be asked for, where not all may; `origin`: what said so. */
  allowEnv?: { patterns: readonly RegExp[]; origin: string };
}

export interface RunJob extends ScenarioJob {
  /** Undefined runs the file itself as the scenario. */
  scenario?: DeclaredScenario;
  teardown_ms: number;
}

/** What a thread is started with, besides its port. */
export interface ThreadData {
  /** CELLS numbers in shared memory. */
  cells: Int32Array;
}

export type ToThread =
  /** The first one: a thread boots before anybody knows its limits. */
  | ({ type: 'limits' } & ThreadStart)
  | { type: 'collect'; job: ScenarioJob }
  /** `began`: when the scenario began, as hrtime milliseconds: a clock all threads share. */
  | { type: 'run'; job: RunJob; began: number; timeout_ms: number }
  | { type: 'entries'; entries: readonly LogEntry[] }
  | { type: 'result'; call: number; reply: CallReply }
  /** With what is to be known before it: told apart, the script would look at that first. */
  | { type: 'respond'; call: ResponderCall; entries: readonly LogEntry[] }
  /** Nobody waits for that answer any more. */
  | { type: 'respond_cancelled'; id: number }
  | { type: 'close' };

/** What the script did since the last message, and what there is to say now. */
export interface FromThread {
  notes: readonly StampedNote[];
  message?: ThreadMessage;
}

export interface ReadFile {
  /** Real path. */
  path: string;
  text: string;
}

/** What a thread must know before its first job. */
export interface ThreadStart {
  limits: ThreadLimits;
  /** Scripts as they were when first read, by the scenario file they belong to and the path they were asked for. */
  sources: readonly (readonly [of: string, files: ReadonlyMap<string, ReadFile>])[];
}

export type ThreadMessage =
  | { type: 'ready' }
  | { type: 'collected'; collected?: Collected; error?: Failure; reusable: boolean }
  | { type: 'call'; request: CallRequest }
  /** A script or module was read for that scenario file: it is not read again for it, in no other thread either. */
  | { type: 'source'; of: string; path: string; file: ReadFile }
  /** Values that load_env() read under the names of secrets. */
  | { type: 'secrets'; values: readonly string[] }
  /** Told as it happens: a thread that has to be terminated has told its failures already. */
  | { type: 'failed'; failure: Failure }
  | { type: 'responded'; id: number; reply: ResponderReply }
  | { type: 'finished'; skipped?: { reason: string }; reusable: boolean };

/** Functions that drivers carry out. */
type GlobalVerb = 'agent' | 'verify_audio_connection';

/** A request of a mock server for a function of the script. */
export interface ResponderCall {
  /** Unique in the scenario. */
  id: number;
  /** Number of the function. */
  responder: number;
  request: MockRequestData;
}

export type ResponderReply =
  | { response: MockResponseData }
  /** The scenario has failed with it: why, in words. */
  | { failed: string }
  /** It was not asked. */
  | { unavailable: string };

/** A verb with an effect, on its way to a driver. */
export interface CallRequest {
  call: number;
  /**
   * `watch` is no verb of a script: it asks for what is costly to tell, for the rest of the scenario.
   * `requests`: bodies and headers of requests a mock server has received.
   */
  verb: AgentVerb | GlobalVerb | 'watch' | ServiceVerb | 'requests';
  /** The agent, or the mock server, the verb was called on. */
  agent?: string;
  args: readonly Argument[];
  at?: SourceLocation;
  /** How long it waits, in ms, where the arguments do not say and the scenario does. */
  within_ms?: number;
  /** The arguments as reports show them, where they are not just those. */
  shown?: string;
}

/** Plain JSON, but an agent is an AgentArgument; options given as `undefined` are left out. */
export type Argument = unknown;

/** An agent of the scenario as an argument: what AgentRef is after the thread checked the call. */
export interface AgentArgument {
  $: 'agent';
  name: string;
}

/** A call of the agent as an argument: what CallRef is after the thread checked it. */
export interface CallArgument {
  $: 'call';
  id: string;
}

export interface CallReply {
  error?: ErrorData;
  /** What the verb returns to the script: plain data. */
  value?: unknown;
  /** Of `watch`: the SIP messages the agent's trace has shown so far. */
  history?: readonly LogEntry[];
  /**
   * seq of the log entry that is the verb's local effect: the cursor of its agent moves there before the
   * verb returns.
   */
  seq?: number;
}

export interface Outcome {
  /** Set when skip() ended it. */
  skipped?: { reason: string };
  failures: readonly Failure[];
  /** False when the thread must not be used again. */
  reusable: boolean;
}

export type AbortKind = 'timeout' | 'interrupt' | 'cpu';

/** Cells of the shared Int32Array. */
export const CELL = {
  /** Counts messages to the thread: what Atomics.wait sleeps on. */
  messages: 0,
  /**
   * 0, or 1 + index in ABORTS: seen by every operation and by the interrupt handler until teardown begins.
   */
  abort: 1,
  /** 1 while the thread computes, 0 while it waits: the watchdog's view. */
  computing: 2,
  /** Increased at every change of `computing`: tells one long computation from many short ones. */
  turns: 3,
  /** As `abort`, for teardown and its own budget: a late time-out of the body never hits teardown. */
  teardownAbort: 4,
  /** 1 while the thread sleeps for entries: what comes meanwhile wakes it. Else only a result does. */
  awaitsEntries: 5,
  /** ms the running computation may take, where it is not the limit of the script; else 0. */
  cpuBudget: 6,
} as const;
export const CELLS = 7;
export const ABORTS: readonly AbortKind[] = ['timeout', 'interrupt', 'cpu'];

export interface StampedNote {
  /** ms since the scenario began. */
  at: number;
  note: Note;
}

/** What the script does that people want to see. */
export type Note =
  | { type: 'phase'; phase: Phase }
  | { type: 'step_started'; name: string; depth: number }
  | { type: 'step_finished'; name: string; depth: number; ok: boolean }
  | {
      type: 'assertion';
      ok: boolean;
      label: string;
      matcher: string;
      expected?: string;
      actual: string;
      at?: SourceLocation;
    }
  | { type: 'waiting'; what: string; ms: number }
  | { type: 'waited'; what: string; ok: boolean }
  | { type: 'warning'; text: string }
  | { type: 'log'; text: string; at?: SourceLocation };

// ---- scenario thread <-> QuickJS -----------------------------------------------------------------

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
   * Carries out a verb; blocks. Moves nothing itself: the guest applies what was there `before`, then the
   * new entries up to `seq`. Conditions may not call verbs, wait or skip: `in_condition` is refused.
   * -> VerbReply
   */
  verb: {
    verb: AgentVerb | GlobalVerb;
    agent?: string;
    args: Encoded[];
    in_condition: boolean;
    /** How long it waits where the arguments do not say. */
    within_ms?: number;
    stack: string;
  };
  /**
   * Carries out an HTTP function of the script; blocks. As `verb`, but those that ask may stand in
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
  /** What a mock server has received, as far as it is kept. -> MockRequestData[] */
  mock_requests: { mock: string; ids: readonly number[] };
  /** Blocks until at least one new entry came, or until that time (as BegunWait.at). -> NextEntries */
  next: { until: number };
  /** New entries that have arrived, without blocking. -> LogEntry[] */
  poll: Record<string, never>;
  /** Records an assertion outside of conditions. -> its label: the given one, or its source text */
  assertion: {
    ok: boolean;
    label?: string;
    matcher: string;
    expected?: string;
    actual: string;
    /** Of one that did not hold: both sides as lines, where they have parts. */
    sides?: { expected: string; actual: string };
    hint?: string | undefined;
    stack: string;
  };
  /**
   * Fails the scenario: no matcher has followed an assert(). `value_type`: typeof of what it was given;
   * `stack`: where it was called. -> ErrorData, to be thrown
   */
  no_matcher: { value_type: string; stack: string };
  /** -> source text of what the assert() at the top of the stack looks at */
  label: { stack: string };
  note: Extract<Note, { type: 'step_started' | 'step_finished' | 'warning' }>;
  /** A wait begins: checked, told as a note, and all it needs in one answer. -> BegunWait */
  begin_wait: {
    fn: WaitName;
    /** Of those that are methods. */
    agent?: string;
    args: Encoded[];
    /** A condition of a sequence: that was checked with the first one. */
    part?: SequencePart;
    /** Limit of await_until when it is given none. */
    default_ms: number;
    in_condition: boolean;
    stack: string;
  };
  /** The innermost wait is over; of one whose assertion never held, what that was about and both sides. */
  end_wait: {
    ok: boolean;
    label?: string | undefined;
    expected?: string | undefined;
    actual?: string | undefined;
  };
  /** From now on entries tell this about the agent too. -> LogEntry[]: what was told before */
  watch: { agent: string; what: Watched };
  log: { text: string; stack: string };
  skip: { reason: string; in_condition: boolean; stack: string };
  env: { name: string; default?: string; stack: string };
  load_env: { path: string; stack: string };
  file_text: { path: string; stack: string };
  file_json: { path: string; stack: string };
  uuid: Record<string, never>;
}

export type Operation = keyof Operations;

/** One condition of await_sequence, `index` of `of` counted from 1, and what is left of its time. */
export interface SequencePart {
  index: number;
  of: number;
  ms: number;
}

/** What blocks without an effect. */
export type WaitName =
  'await_until' | 'wait' | 'never' | 'await_sequence' | 'verify_media' | 'verify_no_media';

/** What is told of an agent only when somebody asks: its SIP messages, its RTP packets, what it hears. */
export type Watched = 'sip' | 'rtp' | 'level' | 'speech' | `tone ${number}`;

/** New entries, and the monotonic ms since the scenario began. */
export interface NextEntries {
  at: number;
  entries: readonly LogEntry[];
}

export interface BegunWait extends NextEntries {
  /** Source text of the condition ("bob.state" of `() => bob.state`), or the duration in words. */
  what: string;
  ms: number;
}

export interface VerbReply {
  /** What the verb returns. */
  value?: unknown;
  /** As CallReply. */
  seq?: number;
  /** What had arrived when the verb was issued. */
  before: readonly LogEntry[];
  entries: readonly LogEntry[];
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
  /** After the jobs of a phase: records each assert() that no matcher has followed. */
  endPhase(): void;
  /** JSON of ResponderTask -> JSON of ResponderResult. Runs while the script is blocked. */
  respond(task: string): string;
  /** Always after it: an interrupt runs no `finally`. */
  responded(): void;
  /** Any thrown value -> JSON of ErrorData with `stack` (text); runs in the VM, so that getters cannot hurt. */
  describe(thrown: unknown): string;
}

export interface ResponderTask {
  responder: number;
  request: MockRequestData;
  /** What has arrived and was not told yet: a responder reads it and takes nothing away. */
  entries: readonly LogEntry[];
}

/** `stack`: where on() was called. */
export type ResponderResult =
  { value: Encoded; stack: string } | { thrown: ErrorData & { stack: string }; stack: string };
