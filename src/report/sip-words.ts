/** Short words about SIP messages: what an SDP body offers, Call-IDs short enough to read. */
import type { SipMessage } from '../model/agent-event.js';
import { oneLine } from './text.js';

/** Payload types with a fixed meaning (RFC 3551, 6), audio ones that are in use. */
const STATIC_CODECS: Readonly<Record<string, string>> = {
  0: 'PCMU',
  3: 'GSM',
  4: 'G723',
  8: 'PCMA',
  9: 'G722',
  10: 'L16',
  11: 'L16',
  18: 'G729',
};
const CODECS_SHOWN = 3;
const SHORTEST_CALL_ID = 6;

/** "sdp sendrecv PCMU,PCMA"; empty without an SDP body. */
export function sdpHint({ headers, body }: SipMessage): string {
  const type = headers.find(([name]) => /^(?:content-type|c)$/i.test(name))?.[1] ?? '';
  if (body === '' || !(/^\s*application\/sdp/i.test(type) || body.startsWith('v=0'))) return '';
  const lines = body.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith('m=audio '));
  if (start < 0) return 'sdp without audio';
  const next = lines.findIndex((line, index) => index > start && line.startsWith('m='));
  const media = lines.slice(start, next < 0 ? undefined : next);
  const [port, , ...formats] = (lines[start] ?? '').slice('m=audio '.length).trim().split(/\s+/);
  if (port === '0') return 'sdp audio off';
  const direction = directionOf(media) ?? directionOf(lines.slice(0, start)) ?? 'sendrecv';
  return oneLine(`sdp ${direction} ${codecs(formats, media)}`.trim());
}

/** A media line's own direction goes before the session's (RFC 4566, 6). */
function directionOf(lines: readonly string[]): string | undefined {
  const line = lines.find((one) => /^a=(?:sendrecv|sendonly|recvonly|inactive)\s*$/.test(one));
  return line?.slice(2).trim();
}

function codecs(formats: readonly string[], media: readonly string[]): string {
  const mapped = new Map<string, string>();
  for (const line of media) {
    const match = /^a=rtpmap:(\d+)\s+([^/\s]+)/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) mapped.set(match[1], match[2]);
  }
  const names = formats
    .map((format) => mapped.get(format) ?? STATIC_CODECS[format] ?? format)
    .filter((name) => !/^(?:telephone-event|CN)$/i.test(name));
  const shown = [...new Set(names)];
  const more = shown.length > CODECS_SHOWN ? ',…' : '';
  return shown.slice(0, CODECS_SHOWN).join(',') + more;
}

/** Beginnings of Call-IDs, as short as they can be and still differ. */
export function shortCallIds(ids: Iterable<string>): Map<string, string> {
  const all = [...new Set(ids)];
  return new Map(all.map((id) => [id, shortest(id, all)]));
}

function shortest(id: string, all: readonly string[]): string {
  for (let length = SHORTEST_CALL_ID; length < id.length; length += 1) {
    const start = id.slice(0, length);
    if (!all.some((other) => other !== id && other.startsWith(start))) return oneLine(start);
  }
  return oneLine(id);
}
