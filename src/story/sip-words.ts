/** Short words about SIP messages: what they offer, ask for and report; Call-IDs short enough to read. */
import { expiresOf } from '../sip/bindings.js';
import { headerValues } from '../sip/headers.js';
import { nameAddr } from '../sip/peer.js';
import { reasonOf } from '../sip/reason.js';
import { audioOf, parseSdp, type SdpCodec } from '../sip/sdp.js';
import { parseSipfrag } from '../sip/bodies/sipfrag.js';
import { headerOf, type SipMessage } from '../sip/sip-message.js';
import { oneLine } from './printable.js';

const CODECS_SHOWN = 3;
const TARGETS_SHOWN = 2;
const SHORTEST_CALL_ID = 6;

/** "INVITE", or "180 Ringing": the method of a response stands in its CSeq. */
export function messageLabel({ method, code, reason = '' }: SipMessage): string {
  return code === undefined ? oneLine(method) : oneLine(`${code} ${reason}`).trim();
}

/** What its body and header fields say in a few words; empty where they say nothing of interest. */
export function messageNote(message: SipMessage): string {
  return [sdpHint(message), whereTo(message), transferNote(message), ...whyNotes(message)]
    .filter((note) => note !== '')
    .map(oneLine)
    .join('  ');
}

/** "to sip:carol@10.0.0.5", where a transfer or a redirection sends the call. */
function whereTo({ method, code = 0, headers }: SipMessage): string {
  const isRedirection = code >= 300 && code < 400;
  const isRefer = method === 'REFER' && code === 0;
  const name = isRefer ? 'refer-to' : isRedirection ? 'contact' : undefined;
  const targets = name === undefined ? [] : headerValues(headers, name);
  const uris = targets.map((target) => nameAddr(target)[0].replace(/\?.*/s, ''));
  const more = uris.length > TARGETS_SHOWN ? ', …' : '';
  return uris.length === 0 ? '' : `to ${uris.slice(0, TARGETS_SHOWN).join(', ')}${more}`;
}

/** What an attended transfer replaces, and how far a transfer is. */
function transferNote({ method, code, headers, body }: SipMessage): string {
  if (code !== undefined) return '';
  const target = headerOf(headers, 'refer-to') ?? '';
  const replaces = headerOf(headers, 'replaces') !== undefined || /[?&]replaces=/i.test(target);
  if (replaces) return 'replaces a call';
  if (method !== 'NOTIFY') return '';
  const type = headerOf(headers, 'content-type') ?? '';
  const progress = /^\s*message\/sipfrag/i.test(type) ? parseSipfrag(body) : undefined;
  return progress === undefined ? '' : `reports ${progress.code} ${progress.reason}`.trim();
}

/** Why a call ended (RFC 3326), when to try again (RFC 3261, 20.33), and that a REGISTER takes bindings away. */
function whyNotes(message: SipMessage): string[] {
  const { method, code, headers } = message;
  const reasons = headerValues(headers, 'reason').map((value) => {
    const { protocol, cause, text } = reasonOf(value);
    return ['reason', protocol, cause, text].filter((one) => one !== undefined).join(' ');
  });
  const later = headerOf(headers, 'retry-after');
  const isGone = method === 'REGISTER' && code === undefined && expiresOf(message) === 0;
  return [
    ...reasons,
    ...(later === undefined ? [] : [`retry after ${later} s`]),
    ...(isGone ? ['unregisters'] : []),
  ];
}

/** "sdp sendrecv PCMU,PCMA"; empty without an SDP body. */
export function sdpHint({ headers, body }: SipMessage): string {
  const type = headers.find(([name]) => /^(?:content-type|c)$/i.test(name))?.[1] ?? '';
  if (!/^\s*(?:application\/sdp|multipart\/)/i.test(type) && !body.startsWith('v=0')) return '';
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
