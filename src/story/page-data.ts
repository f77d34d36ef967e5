/**
 * What a report page holds: an overview as JSON, and parts that are read when somebody looks at them. A part is an
 * element `<script type="text/plain" id="part-N">` with gzip in base64 (RFC 1952, RFC 4648).
 */
import type { Failure, FilePart, ScenarioId, Verdict } from '../model/run-event.js';
import type { AudioMark } from '../model/audio-mark.js';
import type { EventOf } from './story.js';

export const PAGE_DATA_ID = 'offhook-data';
export const partId = (part: number): string => `part-${part}`;

export interface PageData {
  run: EventOf<'run_started'>;
  /** Absent: the run broke off. */
  finished?: EventOf<'run_finished'>;
  /** The attempts stand in the order of the scenarios, those of a scenario one behind the other. */
  attempts: readonly AttemptData[];
  leftOut: readonly EventOf<'left_out'>[];
  /** Warnings that belong to the run, and to no scenario. */
  warnings: readonly string[];
  /** Part with the text of each script, by its absolute path, as locations have it. */
  sources: Readonly<Record<string, number>>;
  /** Names of addresses, "address:port" or "address". */
  aliases: Readonly<Record<string, string>>;
  /** Options without which a scenario cannot be run again. */
  again: readonly string[];
  /** Folder of the parts, beside the page, when they are too large for it: part N is `FOLDER/part-N.js`. */
  folder?: string;
}

export interface AttemptData {
  scenario: ScenarioId;
  /** "unfinished": the run broke off before its end. */
  verdict: Verdict | 'unfinished';
  /** What runs once per file is no scenario: only where it failed. */
  part?: FilePart;
  /** When it began, in ms since the run began. */
  at: number;
  ms: number;
  skipReason?: string;
  /** It was run again: not the one that counts. */
  retried?: true;
  /** The first one, as the overview shows it. */
  failure?: Pick<Failure, 'code' | 'message' | 'brief' | 'at' | 'phase'>;
  /** Part with its events: a RunEvent as JSON in each line, a SIP message without `raw` where messageText() makes it. */
  events: number;
  audio: readonly AudioData[];
}

/** The audio of one call of an agent, one channel. */
export interface AudioData {
  agent: string;
  /** The number of the call among those of the agent; the first is 1. */
  call: number;
  /** Seen from the agent. */
  side: 'sent' | 'received';
  /** When its first sample was heard, in ms since the run began. */
  at: number;
  /** Samples a second. */
  rate: number;
  samples: number;
  /** Part with the samples as mu-law octets (ITU-T G.711). */
  part: number;
  marks: readonly AudioMark[];
  /** RMS of what is no silence, in dBFS; absent where all is silence. */
  level?: number;
}
