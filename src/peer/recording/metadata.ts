/** What a recording client tells about the session it records: the body of its INVITE, re-INVITE or UPDATE (RFC 7866, 9.1). */
import { createHash } from 'node:crypto';
import type { RecordingMetadataWish } from '../../schema/types.gen.js';
import { multipartText } from '../../sip/bodies/multipart.js';
import {
  METADATA_TYPES,
  recordingMetadataText,
  type RecordingMetadata,
} from '../../sip/bodies/recording-metadata.js';
import type { HeaderField } from '../../sip/sip-message.js';
import type { PeerCall } from '../call.js';

/** The option `metadata`: a text, what a document is made of, false for none; undefined: what is known without it. */
export type MetadataChoice = string | RecordingMetadataWish | false | undefined;

/** RFC 7866, 9.1. */
const DISPOSITION: HeaderField = ['Content-Disposition', 'recording-session'];

export interface RecordingBody {
  readonly body: string;
  readonly contentType: string;
  /** Header fields of the message, where the metadata are its whole body. */
  readonly more: readonly HeaderField[];
}

/** The body of a message with an offer, with metadata, or with both; undefined where there is neither. */
export function recordingBody(
  call: PeerCall,
  offer: string,
  choice: MetadataChoice,
  type: string = METADATA_TYPES[0],
): RecordingBody | undefined {
  const metadata = choice === false ? undefined : metadataText(call, choice);
  if (metadata === undefined) {
    return offer === '' ? undefined : { body: offer, contentType: 'application/sdp', more: [] };
  }
  if (offer === '') return { body: metadata, contentType: type, more: [DISPOSITION] };
  const parts = [
    { headers: [['Content-Type', 'application/sdp'] as const], body: offer },
    { headers: [['Content-Type', type] as const, DISPOSITION], body: metadata },
  ];
  return { ...multipartText(parts), more: [] };
}

function metadataText(call: PeerCall, choice: Exclude<MetadataChoice, false>): string {
  return typeof choice === 'string' ? choice : recordingMetadataText(metadataOf(call, choice));
}

/** What the script leaves out follows from the call: ids stay the same from document to document. */
function metadataOf(call: PeerCall, wish: RecordingMetadataWish = {}): RecordingMetadata {
  const { labels = [], began = new Date() } = call.recording ?? {};
  const now = began.toISOString();
  const idOf = (kind: string, name: string): string => identifier(`${call.id} ${kind} ${name}`);
  const given = wish.session ?? {};
  const session = {
    id: given.id ?? idOf('session', ''),
    start_time: given.start_time ?? now,
    ...(given.stop_time === undefined ? {} : { stop_time: given.stop_time }),
    sip_session_ids: given.sip_session_id === undefined ? [] : [given.sip_session_id],
  };
  const streams = (wish.streams ?? labels.map((label) => ({ label }))).map(
    ({ label, id }: { readonly label: string; readonly id?: string }) => ({
      id: id ?? idOf('stream', label),
      session_id: session.id,
      label,
    }),
  );
  const participants = (wish.participants ?? []).map((one, index) => ({
    id: one.id ?? idOf('participant', one.aor),
    aor: one.aor,
    name: one.name ?? '',
    sends: one.sends ?? labels.slice(index, index + 1),
    receives: one.receives ?? labels.filter((_, at) => at !== index),
    associate_time: one.associate_time ?? now,
    ...(one.disassociate_time === undefined ? {} : { disassociate_time: one.disassociate_time }),
  }));
  const data_mode = wish.data_mode ?? 'complete';
  return { data_mode, session, sessions: [session], participants, streams };
}

/** A UUID in Base64, as RFC 7865, 6.10 has it: the same for the same name. */
function identifier(name: string): string {
  const octets = createHash('sha256').update(name).digest().subarray(0, 16);
  // Version 8, variant 1 (RFC 9562, 5.8): an identifier made in a way of its own.
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x80;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  return octets.toString('base64');
}
