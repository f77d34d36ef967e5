/**
 * Every message between the main thread and a scenario thread. Only plain data crosses that border. Between the thread
 * and QuickJS: guest-protocol.ts.
 */
import type { ErrorData, SourceLocation } from '../errors.js';
import type { LogEntry } from '../model/agent-event.js';
import type { MockRequestData, MockResponseData } from '../model/http-message.js';
import type { Failure, FilePart, Phase } from '../model/run-event.js';
import type { GlobalVerb } from '../schema/functions.js';
import type { ServiceVerb } from '../schema/verbs/http.js';
import type { AgentVerb, PeerVerb } from '../schema/verbs.js';

/** What a scenario file declared; a file without scenario() is one scenario, its top level the test. */
export interface Collected {
  single: boolean;
  /** Whether the file declares a setup. */
  setup: boolean;
  teardown: boolean;
  setupFile: boolean;
  teardownFile: boolean;
  scenarios: readonly DeclaredScenario[];
  /** Outcome of the top level of a file without scenario(). */
  topLevel?: TopLevel;
}

/**
 * `tests`: it asserted something, or reached something that waits or acts; `module`: it only exports;
 * `nothing`: none of these; `failed`: it broke off before it reached anything. `isFinal`: running it as a scenario
 * would only cost its limit once more.
 */
export type TopLevel =
  | { how: 'tests' | 'module' | 'nothing' }
  | { how: 'failed'; failure: Failure; isFinal: boolean };

export interface DeclaredScenario {
  ordinal: number;
  name: string;
  tags: readonly string[];
  only: boolean;
  /** The reason, or "" without one. */
  skip?: string;
  /** Wall-clock limit in ms, where the scenario sets its own. */
  timeout_ms?: number;
  /** How often it is run again after a failure, where the scenario says so itself. */
  retries?: number;
  /** What no other scenario may use at the same time. */
  locks?: readonly string[];
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
  /** Variables env() finds, already layered. */
  env: Readonly<Record<string, string>>;
  /** Variables of --set: load_env() does not hide them. */
  fixedEnv: Readonly<Record<string, string>>;
  /** Names of the variables env() may read, unless all are allowed; `origin`: the setting that says so. */
  allowEnv?: { patterns: readonly RegExp[]; origin: string };
  /** The phone lines of the project file, or the setting that denies them. */
  lines?: ScenarioLines;
}

export type ScenarioLines =
  | { data: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
  | { denied: string };

export interface RunJob extends ScenarioJob {
  /** Undefined runs the file itself as the scenario. */
  scenario?: DeclaredScenario;
  /** Runs this part of the file instead of a scenario. */
  part?: FilePart;
  /** What setup_file has returned: plain data. */
  fileValue?: unknown;
  teardown_ms: number;
  /** Asks before teardown begins, and waits for the answer. */
  keep?: true;
}

/** Data a thread is started with, besides its port. */
export interface ThreadData {
  /** CELLS numbers in shared memory. */
  cells: Int32Array;
}

export type ToThread =
  /** The first message: a thread boots before its limits are known. */
  | ({ type: 'limits' } & ThreadStart)
  | { type: 'collect'; job: ScenarioJob }
  /**
   * `began`: when the scenario began, as hrtime milliseconds: a clock all threads share. `sources`: scripts of a
   * file that was collected in another thread.
   */
  | {
      type: 'run';
      job: RunJob;
      began: number;
      timeout_ms: number;
      sources?: ReadonlyMap<string, ReadFile>;
    }
  | { type: 'entries'; entries: readonly LogEntry[] }
  | { type: 'result'; call: number; reply: CallReply }
  /** Carries the earlier entries along: if they were sent separately, the script would see them before the request. */
  | { type: 'respond'; call: ResponderCall; entries: readonly LogEntry[] }
  /** Cancels a request whose answer is not awaited any more. */
  | { type: 'respond_cancelled'; id: number }
  | { type: 'close' };

/** Notes of the script since the last message, and the message itself. */
export interface FromThread {
  notes: readonly StampedNote[];
  message?: ThreadMessage;
}

export interface ReadFile {
  /** Real path. */
  path: string;
  text: string;
  /** What is evaluated, where it is not the text itself: a script without its types, the module of a JSON file. */
  code?: string;
  /** Why it cannot be evaluated. */
  problem?: ErrorData;
}

/** Data a thread needs before its first job. */
export interface ThreadStart {
  limits: ThreadLimits;
  /** Scripts as they were when first read, by the scenario file they belong to and the path they were asked for. */
  sources: readonly (readonly [of: string, files: ReadonlyMap<string, ReadFile>])[];
  /** Whether the guest reports how its cursor moves. */
  traceCursor: boolean;
}

export type ThreadMessage =
  | { type: 'ready' }
  | { type: 'collected'; collected?: Collected; error?: Failure; reusable: boolean }
  /** Calls that are carried out at the same time; each has a reply of its own. */
  | { type: 'call'; requests: readonly CallRequest[] }
  /** A script or module was read for a scenario file: no thread reads it again for that file. */
  | { type: 'source'; of: string; path: string; file: ReadFile }
  /** Values that load_env() read under the names of secrets. */
  | { type: 'secrets'; values: readonly string[] }
  /** The trace shows how a cursor moved; `at` is in milliseconds of hrtime. */
  | { type: 'cursor'; agent: string; text: string; at: number }
  /** Sent at once, so that the failure is known even if the thread has to be terminated afterwards. */
  | { type: 'failed'; failure: Failure }
  | { type: 'responded'; id: number; reply: ResponderReply }
  | { type: 'finished'; skipped?: { reason: string }; fileValue?: unknown; reusable: boolean };

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
  /** The responder failed, and the scenario with it; the reason in words. */
  | { failed: string }
  /** The script was not asked; the reason in words. */
  | { unavailable: string };

/** A verb with an effect, on its way to a driver. */
export interface CallRequest {
  call: number;
  /**
   * `locks` and `watch` are not verbs of a script: `locks` waits for the locks in its arguments; `watch` asks, for the rest of the
   * scenario, for entries that are costly to send. `requests`: bodies and headers of requests a mock server has received. `keep`:
   * whether teardown may begin; its arguments are the failures so far.
   */
  verb: AgentVerb | PeerVerb | GlobalVerb | 'watch' | ServiceVerb | 'requests' | 'keep' | 'locks';
  /** The verb is that of a peer, which may have the name of a verb of an agent. */
  peer?: true;
  /** The agent, or the mock server, the verb was called on. */
  agent?: string;
  /** Whether that is a mock server: it has a verb "stop" as agents do. */
  mock?: true;
  /** The arguments of a verb that has a row: each stands at the place of its parameter, undefined where it was left out. */
  args: readonly Argument[];
  at?: SourceLocation;
  /** The scenario's time limit, ms, where the arguments give none. */
  within_ms?: number;
  /** The arguments as reports show them, where they differ from `args`. */
  shown?: string;
}

/** Plain JSON, but an agent is an AgentArgument; options given as `undefined` are left out. */
export type Argument = unknown;

/** An agent of the scenario as an argument: an AgentRef after the thread checked the call. */
export interface AgentArgument {
  $: 'agent';
  name: string;
}

/** A file as an argument, after the thread checked that the script may read it. */
export interface FileArgument {
  /** The path as the script wrote it: reports show no other path. */
  path: string;
  real: string;
}

/** A call of the agent as an argument: a CallRef after the thread checked it. */
export interface CallArgument {
  $: 'call';
  id: string;
}

export interface CallReply {
  error?: ErrorData;
  /** Value the verb returns to the script: plain data. */
  value?: unknown;
  /** Reply to `watch`: the SIP messages in the agent's trace so far. */
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
  /** What setup_file returned: plain data. */
  fileValue?: unknown;
  /** False when the thread must not be used again. */
  reusable: boolean;
}

/** `restart`: the scenario has done nothing yet that others could see, so there is nothing to tear down. */
export type AbortKind = 'timeout' | 'interrupt' | 'cpu' | 'restart';

/** Cells of the shared Int32Array. */
export const CELL = {
  /** Counts messages to the thread; Atomics.wait sleeps on this cell. */
  messages: 0,
  /**
   * 0, or 1 + index in ABORTS: seen by every operation and by the interrupt handler until teardown begins.
   */
  abort: 1,
  /** 1 while the thread computes, 0 while it waits: the watchdog's view. */
  computing: 2,
  /** Increased at every change of `computing`, to distinguish one long computation from many short ones. */
  turns: 3,
  /** Ends the teardown as `abort` ends the body. It is a flag of its own, so that a late time-out of the body never hits the teardown. */
  teardownAbort: 4,
  /** 1 while the thread sleeps for entries, which then wake it. Otherwise only a result does. */
  awaitsEntries: 5,
  /** ms the running computation may take, where it is not the limit of the script; else 0. */
  cpuBudget: 6,
} as const;
export const CELLS = 7;
export const ABORTS: readonly AbortKind[] = ['timeout', 'interrupt', 'cpu', 'restart'];

export interface StampedNote {
  /** ms since the scenario began. */
  at: number;
  note: Note;
}

/** Actions of the script that reports show. */
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
  | { type: 'waiting'; by: string; what: string; ms: number }
  | { type: 'waited'; by: string; what: string; ok: boolean }
  | { type: 'warning'; text: string }
  | { type: 'log'; text: string; at?: SourceLocation };
