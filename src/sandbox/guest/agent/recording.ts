/** `call.recording`: what a recording session tells of itself (RFC 7866, 9), read from the SIP log at the cursor. */
import type { LogEntry } from '../../../model/agent-event.js';
import {
  metadataTextIn,
  parseRecordingMetadata,
  type RecordingMetadata,
} from '../../../sip/bodies/recording-metadata.js';
import { xmlProblem } from '../../../sip/xml.js';
import { frozen } from './sip-log.js';
import * as world from '../world.js';

export interface Recording {
  readonly metadata?: RecordingMetadata;
  readonly text: string;
  readonly problem?: string;
}

/** Each message is read once, however often a condition looks; null: it holds no metadata. */
const known = new WeakMap<LogEntry, Recording | null>();

/** @returns the recording session as the newest message of the call with metadata describes it; undefined where none has metadata */
export function recordingOf(agent: string, call: string): Recording | undefined {
  for (const entry of world.sipOf(agent).toReversed()) {
    const recording = recordingIn(entry, call);
    if (recording !== null) return recording;
  }
  return undefined;
}

function recordingIn(entry: LogEntry, call: string): Recording | null {
  const { event } = entry;
  if (event.type !== 'sip' || event.message.call_id !== call) return null;
  const before = known.get(entry);
  if (before !== undefined) return before;
  const text = metadataTextIn(event.message);
  const recording = text === undefined ? null : frozen(recordingFrom(text));
  known.set(entry, recording);
  return recording;
}

function recordingFrom(text: string): Recording {
  const metadata = parseRecordingMetadata(text);
  if (metadata !== undefined) return { metadata, text };
  const problem = xmlProblem(text.trim()) ?? 'the element is not <recording>';
  return { text, problem };
}
