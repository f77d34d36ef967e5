/** Short words about SIP messages: what an SDP body offers, Call-IDs short enough to read. */
import type { SipMessage } from '../sip/sip-message.js';
import { audioOf, parseSdp, type SdpCodec } from '../sip/sdp.js';
import { oneLine } from './printable.js';

const CODECS_SHOWN = 3;
const SHORTEST_CALL_ID = 6;

/** "INVITE", or "180 Ringing": the method of a response stands in its CSeq. */
export function messageLabel({ method, code, reason = '' }: SipMessage): string {
  return code === undefined ? oneLine(method) : oneLine(`${code} ${reason}`).trim();
}

/** What its body and header fields say in a few words; empty where they say nothing of interest. */
export function messageNote(message: SipMessage): string {
  return sdpHint(message);
}

/** "sdp sendrecv PCMU,PCMA"; empty without an SDP body. */
export function sdpHint({ headers, body }: SipMessage): string {
  const type = headers.find(([name]) => /^(?:content-type|c)$/i.test(name))?.[1] ?? '';
  if (!/^\s*application\/sdp/i.test(type) && !body.startsWith('v=0')) return '';
  const sdp = parseSdp(body);
  if (sdp === undefined) return '';
  const audio = audioOf(sdp);
  if (audio === undefined) return 'sdp without audio';
  if (audio.port === 0) return 'sdp audio off';
  return oneLine(`sdp ${audio.direction} ${codecNames(audio.codecs)}`.trim());
}

function codecNames(codecs: readonly SdpCodec[]): string {
  const names = codecs
    .map(({ name, payload }) => (name === '' ? String(payload) : name))
    .filter((name) => !/^(?:telephone-event|CN)$/i.test(name));
  const shown = [...new Set(names)];
  const more = shown.length > CODECS_SHOWN ? ',…' : '';
  return shown.slice(0, CODECS_SHOWN).join(',') + more;
}

/** Beginnings of Call-IDs, as short as they can be and still differ. */
export function shortCallIds(ids: Iterable<string>): Map<string, string> {
  const all = [...new Set(ids)];
  return new Map(all.map((id) => [id, shortCallId(id, all)]));
}

/** The beginning of a Call-ID that none of the others begins with. */
export function shortCallId(id: string, all: readonly string[]): string {
  for (let length = SHORTEST_CALL_ID; length < id.length; length += 1) {
    const start = id.slice(0, length);
    if (!all.some((other) => other !== id && other.startsWith(start))) return oneLine(start);
  }
  return oneLine(id);
}
