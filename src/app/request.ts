/**
 * The request for a run: plain data and objects. It holds no command-line flags and nothing of `process`, because the
 * caller (today the command line, later a monitor) has already read its own settings.
 */
import type { BinarySearch } from '../baresip/start/binary.js';
import type { ScenarioId } from '../model/run-event.js';
import type { Reporter } from '../report/reporter.js';
import type { Among } from '../runner/plan/plan.js';
import type { Filters } from '../runner/plan/select.js';
import type { ThreadPool } from '../runner/schedule/threads.js';
import type { ThreadLimits } from '../sandbox/protocol.js';
import type { Secrets } from '../secrets/secrets.js';
import type { PolicyFlags } from '../settings/policy-settings.js';

type Variables = Readonly<Record<string, string>>;

/** Which scenarios, and what they may find and touch. */
export interface ScriptRequest {
  /** Scenario files, folders and globs. */
  paths: readonly string[];
  /** Folder that paths are relative to. */
  cwd: string;
  /** The environment: env() finds its variables, and OFFHOOK_ALLOW_NET and similar variables are settings. */
  environment: Variables;
  filters?: Filters;
  /** Also runs single-scenario files of folders. */
  allFiles?: boolean;
  /** Leaves out files that are not concerned by any change since this state of the git repository, such as "HEAD". */
  onlyChanged?: string;
  /** Limits the run to these files or scenarios: a watch runs again only what changed. */
  among?: Among;
  /**
   * Makes the scenario option `only` an error; the text names the setting that forbids it, for the message. false allows
   * `only` everywhere, even in untrusted files.
   */
  forbidOnly?: string | false;
  /** File with the results of earlier runs, which a run adds its own to; without one nothing is known of them. */
  lastRun?: string;
  /** Only scenarios that failed or were flaky when they last ran, only flaky ones, or the slowest ten. */
  last?: { kind: 'failed' | 'flaky' | 'slow'; words: string };
  /** Only the scenarios of a list, such as `offhook list` prints. */
  testList?: { text: string; words: string };
  /** Only this part of the scenarios: all parts take about as long as each other. */
  shard?: { index: number; total: number };
  /** Variables as "NAME=value". */
  set?: readonly string[];
  /** Files of variables; later ones win. */
  envFiles?: readonly string[];
  /** Variables of one attempt, such as the account of its user: they win over all others. */
  attemptVariables?: (attempt: ScenarioId) => Variables;
  policy?: PolicyFlags;
}

export interface RunRequest extends ScriptRequest {
  /** Each reporter gets all events, without secrets, and is closed at the end. */
  reporters: readonly Reporter[];
  baresip: BinarySearch;
  /** Starts a throw-away SIP server for the run. */
  lab?: boolean;
  /** How many scenarios run at a time: 1 unless given. */
  jobs?: number;
  /** How often a failed scenario is retried, at the end and alone, unless the scenario itself sets this. Default: 0. */
  retries?: number;
  /** How often each scenario runs: 1 unless given. With more, none is retried. */
  repeat?: number;
  /** Shuffles the scenarios of each round and adds pauses before verbs; equal seeds give the same order and pauses. */
  seed?: number;
  /** Keeps every processor busy meanwhile. */
  stress?: boolean;
  /** Ends the run once that many scenarios have failed. */
  bail?: number;
  /** A run with flaky scenarios fails. */
  failOnFlaky?: boolean;
  /**
   * Keeps a scenario that has failed running, with its agents, calls and mock servers, so that somebody can look into it,
   * until `signal` is aborted. From the first such failure on no other scenario begins.
   */
  keep?: boolean;
  /** Name of this run in a report that merges several runs, such as "debian-12". */
  label?: string;
  /** Names of SIP parties in reports, by "address:port" or "address". */
  aliases?: Readonly<Record<string, string>>;
  limits?: ThreadLimits;
  /** Limit of a scenario that sets none itself. */
  timeoutMs?: number;
  /** http() checks no certificates. */
  insecureHttp?: boolean;
  /** Also reports the media quality of each agent. */
  metrics?: boolean;
  /** Folder for the audio of every call; it exists. */
  saveAudio?: string;
  /** Aborted to end the run: running scenarios still get their teardown. */
  signal?: AbortSignal;
  /** Threads that were opened ahead; the caller closes them. Otherwise the run opens and closes its own. */
  threads?: ThreadPool;
  /** Where secrets are noted, for a caller that prints as well. */
  secrets?: Secrets;
}
