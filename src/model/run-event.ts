/**
 * A run as one stream of events: what the runner emits and every reporter renders. The runner knows no
 * reporter; reporters know nothing but these.
 */
import type { SipMessage } from '../sip/sip-message.js';
import type { ErrorData, SourceLocation } from '../errors.js';
import type { LogEntry } from './agent-event.js';
import type { Packets, Quality } from './call-quality.js';

/**
 * `failed`: the system under test or the script; `errored`: Offhook or the environment;
 * `flaky`: passed on a retry, after attempts that failed.
 */
export type Verdict = 'passed' | 'failed' | 'errored' | 'skipped' | 'flaky';

export interface ScenarioId {
  /** Names the attempt in the other events: unique within the run. */
  id: string;
  /** File and name: the same in every run, as long as the scenario keeps them. */
  key: string;
  /** How often the scenario has been started in this run, this attempt included. */
  attempt: number;
  /** Its place among all scenarios of the run, from 1: reports show them in this order. */
  order: number;
  /** Path as shown to people: relative to the working directory where that is shorter. */
  file: string;
  /** The file's base name for a single-scenario file. */
  name: string;
  tags: readonly string[];
}

/** The machine a run takes place on. */
export interface Host {
  name: string;
  /** Platform and architecture as Node.js names them: "linux", "x64". */
  platform: string;
  arch: string;
  /** Version of Node.js. */
  node: string;
}

/** Part `index` of `total`, from 1. */
export interface Shard {
  index: number;
  total: number;
  /** How many scenarios and errored files all parts have together. */
  scenarios: number;
  /** Differs where the scenarios were divided in another way: the parts are then not those of one whole. */
  digest: string;
}

/** An agent that somebody else may use now. */
export interface KeptAgent {
  name: string;
  /** Its address of record. */
  aor: string;
  /** URI it can be reached at directly, on this machine. */
  contact: string;
  /** The process id of the agent's baresip. */
  pid: number;
  /** Address of its baresip's ctrl_tcp: "127.0.0.1:40002". One connection at a time, the newest. */
  control: string;
  /** Its configuration, its recordings, its log. */
  folder: string;
}

/** One of the records that a merged report was made of. */
export interface MergedRecord {
  /** Its label, its shard, or its id: "debian-12, shard 2/3". */
  name: string;
  /** The ids of its attempts begin with it: "2:". */
  prefix: string;
  run: string;
  host: Host;
  version: string;
  baresip?: string;
  /** When it began, and how long it took, ms; without an end the record broke off. */
  at: number;
  ms?: number;
}

export interface Counts {
  passed: number;
  failed: number;
  errored: number;
  skipped: number;
  flaky: number;
}

export interface Failure extends ErrorData {
  /** The part of the scenario in which the failure happened. */
  phase: Phase;
  /** Lines around the place, with the line marked: made where the source is known. */
  codeFrame?: string;
  /** Last events and messages of the agents concerned, oldest first. */
  timeline?: readonly TimelineItem[];
}

export type Phase = 'load' | 'setup' | 'body' | 'teardown' | 'stop' | FilePart;

/** What runs once per file: before its first scenario, and after its last one. */
export type FilePart = 'setup_file' | 'teardown_file';

export type TimelineItem =
  | { kind: 'event'; entry: LogEntry }
  | { kind: 'sip'; at: number; agent: string; message: SipMessage };

/** All times: `at` = ms since the run began, `ms` = how long it took. */
export type RunEvent =
  | {
      type: 'run_started';
      at: number;
      /** Id of the run; ids sort by time. */
      run: string;
      /** Wall clock at this event, ISO 8601 in UTC; all other times follow from their `at`. */
      time: string;
      /** What local time at the host was ahead of UTC: "+01:00". */
      utc_offset: string;
      host: Host;
      version: string;
      baresip?: string;
      scenarios: number;
      files: number;
      /** How many scenarios run at a time. */
      jobs: number;
      /** How often each scenario runs (--repeat); absent = once. Every attempt counts then, and none is a retry. */
      repeat?: number;
      /** What the order of the scenarios and pauses before verbs were made from (--seed). */
      seed?: number;
      /** How often a scenario that failed may run again; absent = never. */
      retries?: number;
      /** The part of the scenarios that this run is. */
      shard?: Shard;
      /** How long it will take, ms, as far as scenarios have run before. */
      estimate_ms?: number;
      /** Name of this run in a report that merges several runs, such as "debian-12". */
      label?: string;
      /** The records this run was merged from, where there were several. */
      records?: readonly MergedRecord[];
      /** Names of SIP parties for reports, by "address:port" or "address"; absent = none. */
      aliases?: Readonly<Record<string, string>>;
      /** Address of the SIP server that was started for the run. */
      lab?: string;
    }
  /** `aside`: of interest only where the scenario failed. */
  | { type: 'warning'; at: number; text: string; scenario?: string; aside?: true }
  /** A scenario that does not run; with `bail` emitted at the end, else before the first one runs. `reason`: in words. */
  | {
      type: 'left_out';
      at: number;
      file: string;
      name: string;
      tags: readonly string[];
      /** A single-scenario file of a folder; left out by a filter; beside others with the option only; others failed. */
      why: 'single' | 'filter' | 'only' | 'bail';
      reason: string;
    }
  | { type: 'scenario_started'; at: number; scenario: ScenarioId }
  /**
   * The attempt begins anew, because it waited for a lock whose holder waited for one of its own. It has done nothing
   * that others could see. Everything of it since `scenario_started` is void; another `scenario_started` follows.
   */
  | { type: 'scenario_restarted'; at: number; scenario: string; reason: string }
  /**
   * The attempt has failed and is kept running until somebody has looked at it (--keep). Holds its failures so far, and how
   * to reach its agents and servers. Its teardown and `scenario_finished` follow.
   */
  | {
      type: 'scenario_kept';
      at: number;
      scenario: string;
      failures: readonly Failure[];
      agents: readonly KeptAgent[];
      /** Its mock servers. */
      servers: readonly { name: string; url: string }[];
      /** Address of the SIP server that was started for the run. */
      lab?: string;
    }
  /** The scenario waits until another one, named by `holder`, releases a lock. */
  | { type: 'lock_waiting'; at: number; scenario: string; lock: string; holder: string }
  /** The scenario holds these locks until it has finished; `ms`: how long it waited for them. */
  | { type: 'locks_taken'; at: number; scenario: string; locks: readonly string[]; ms: number }
  /** A part that runs once per file begins. It is no scenario, but other events name it as theirs by its id. */
  | { type: 'file_part_started'; at: number; scenario: ScenarioId; part: FilePart }
  | {
      type: 'file_part_finished';
      at: number;
      scenario: ScenarioId;
      part: FilePart;
      verdict: Exclude<Verdict, 'flaky'>;
      ms: number;
      skip_reason?: string;
      failures: readonly Failure[];
    }
  /** A phase of the scenario begins (setup, body, teardown). */
  | { type: 'phase'; at: number; scenario: string; phase: Phase }
  | {
      type: 'step_started';
      at: number;
      scenario: string;
      name: string;
      depth: number;
    }
  | {
      type: 'step_finished';
      at: number;
      scenario: string;
      name: string;
      depth: number;
      ok: boolean;
      ms: number;
    }
  | {
      type: 'verb_started';
      at: number;
      scenario: string;
      call: number;
      agent?: string;
      verb: string;
      args: string;
      location?: SourceLocation;
    }
  | {
      type: 'verb_finished';
      at: number;
      scenario: string;
      call: number;
      agent?: string;
      verb: string;
      ms: number;
      /** What it returned to the script, as text. */
      result?: string;
      error?: ErrorData;
    }
  /** An assertion outside of a condition. Of those inside a condition, `waited` is the outcome. */
  | {
      type: 'assertion';
      at: number;
      scenario: string;
      ok: boolean;
      label: string;
      matcher: string;
      expected?: string;
      actual: string;
      location?: SourceLocation;
    }
  /** The script blocks in await_until or wait; until = run time at which it gives up or goes on. */
  | {
      type: 'waiting';
      at: number;
      scenario: string;
      /** The function: await_until, await_sequence, never, wait, verify_media or verify_no_media. */
      by: string;
      what: string;
      until: number;
    }
  | {
      type: 'waited';
      at: number;
      scenario: string;
      by: string;
      what: string;
      ok: boolean;
      ms: number;
    }
  | {
      type: 'log';
      at: number;
      scenario: string;
      text: string;
      location?: SourceLocation;
    }
  | { type: 'agent'; at: number; scenario: string; entry: LogEntry }
  | {
      type: 'sip';
      at: number;
      scenario: string;
      agent: string;
      message: SipMessage;
      raw: string;
      /** When it was sent or received, in ms since the run began: before `at` where the agent's trace was read late. */
      happened?: number;
    }
  | {
      type: 'agent_log';
      at: number;
      scenario: string;
      agent: string;
      line: string;
    }
  /** How the program of an agent was configured, when it starts: its files by name. Not in the NDJSON. */
  | {
      type: 'agent_config';
      at: number;
      scenario: string;
      agent: string;
      files: readonly { name: string; text: string }[];
    }
  /**
   * Media of an agent over a scenario, emitted at its end. `quality`: the mean over its calls, weighted by
   * packets received; absent when RTCP never reported.
   */
  | {
      type: 'metric';
      at: number;
      scenario: string;
      agent: string;
      calls: number;
      quality?: Quality;
      packets: Packets;
    }
  /** The audio of a call lies in `file`: a stereo WAV, left sent, right received. `call`: of the agent, from 1. */
  | {
      type: 'audio_saved';
      at: number;
      scenario: string;
      agent: string;
      call: number;
      file: string;
      /** When its first sample was heard, by the same clock as `at`. */
      start: number;
      /** How long it is. */
      ms: number;
      bytes: number;
      /** Digest of its content, in hexadecimal. */
      sha256: string;
    }
  | {
      type: 'scenario_finished';
      at: number;
      scenario: ScenarioId;
      verdict: Verdict;
      ms: number;
      skip_reason?: string;
      failures: readonly Failure[];
      /** The scenario is going to be run again: its last attempt has the verdict that counts. */
      retried?: true;
    }
  /**
   * A file that explains the attempt was written; follows its `scenario_finished`, and where RTP is added to it, the last of
   * them. `name`: what it is, such as "sip.pcapng"
   * or "audio/alice-1.wav"; `file`: its path relative to the working directory, with "/".
   */
  | {
      type: 'artifact';
      at: number;
      scenario: string;
      name: string;
      file: string;
      media_type: string;
      bytes: number;
      /** Digest of its content, in hexadecimal. */
      sha256: string;
    }
  /**
   * The text of a script that scenarios of the run are made of: a scenario file, or a module it imports. Once per file,
   * before `run_finished`: all passwords are known by then, and masked.
   */
  | {
      type: 'source';
      at: number;
      /** The path as `file` of a ScenarioId shows it. */
      file: string;
      /** Absolute: as in a SourceLocation. */
      path: string;
      text: string;
    }
  | {
      type: 'run_finished';
      at: number;
      counts: Counts;
      ms: number;
      left_out: readonly string[];
      interrupted: boolean;
      exit: number;
    };
