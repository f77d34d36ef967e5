/** Events in words. One place, so that console, time lines and JUnit say the same thing alike. */
import type { SipMessage } from '../sip/sip-message.js';
import type { AgentEvent, Transfer } from '../model/agent-event.js';
import { describeEnded } from '../model/describe.js';
import { isHttpEvent, type HttpEvent } from '../model/http-event.js';
import type { RunEvent } from '../model/run-event.js';
import type { PeerNames } from './peer-names.js';
import { formatMs } from '../time.js';
import { count, oneLine, plain, shortened } from './printable.js';

type AssertionEvent = Extract<RunEvent, { type: 'assertion' }>;

export function agentEventText(event: AgentEvent, names: PeerNames): string {
  switch (event.type) {
    case 'started':
      return `started as ${oneLine(event.aor)}`;
    case 'registering':
    case 'unregistering':
      return event.type;
    case 'registered':
      return `registered${inBrackets(event.code, event.reason)}`;
    case 'register_failed':
      return `registration failed: ${codeText(event.code, event.reason)}`;
    case 'unregistered':
      return `unregistered${inBrackets(event.code, event.reason)}`;
    case 'call_dialed':
      return `calling ${names.peer(event.peer)}${event.referred === true ? ', as the peer asked' : ''}`;
    case 'call_incoming':
      return `ringing from ${names.peer(event.peer)}`;
    case 'call_ringing':
      return `${event.early_media === true ? 'early media' : 'ringing'}${inBrackets(event.code, event.reason)}`;
    case 'call_accepted':
      return 'answered';
    case 'call_established':
      return 'established';
    case 'call_closed':
      return oneLine(describeEnded(event.ended));
    case 'call_superseded':
      return 'an earlier call with the same caller is over';
    case 'registration_expired':
      return 'registration expired: no 200 in time';
    case 'sip':
      return messageLine(event.message);
    case 'exited':
      if (event.by === 'kill') return 'unplugged: killed without BYE or un-REGISTER';
      if (event.by === 'stop') return 'switched off';
      return event.expected ? 'stopped' : `process ended: ${oneLine(event.reason)}`;
    case 'warning':
      return `warning: ${plain(event.text)}`;
    case 'other':
      return otherText(event);
    default:
      return isHttpEvent(event) ? httpText(event) : inCallText(event, names);
  }
}

/** A body in one line, behind a colon. */
const LONGEST_BODY = 120;

function httpText(event: HttpEvent): string {
  const body = 'body' in event ? bodyText(event) : '';
  switch (event.type) {
    case 'http_sent':
      return `→ ${oneLine(`${event.method} ${event.url}`)}${body}`;
    case 'http_response':
      return `← ${event.status} in ${formatMs(event.ms)}${body}`;
    case 'http_failed':
      return `✗ ${oneLine(event.reason)}`;
    case 'http_received': {
      const query = event.query === '' ? '' : `?${event.query}`;
      return `← ${oneLine(`${event.method} ${event.path}${query}`)}${body}`;
    }
    case 'http_answered': {
      const { status, by, reason } = event;
      const what = status === undefined ? 'connection dropped' : `${status}`;
      const why = by === 'static' || reason === undefined ? '' : ` (${oneLine(reason)})`;
      return `→ ${what}${why} in ${formatMs(event.ms)}${why === '' ? body : ''}`;
    }
  }
}

function bodyText({ body, bytes }: { body: string; bytes: number }): string {
  if (bytes === 0) return '';
  const text = oneLine(body).trim();
  return text === '' ? `: ${count(bytes, 'byte')}` : `: ${shortened(text, LONGEST_BODY)}`;
}

type InCallEvent = Extract<
  AgentEvent,
  {
    type:
      | 'call_media'
      | 'call_redirected'
      | 'call_resumed'
      | 'call_muted'
      | 'call_encrypted'
      | 'call_rtp'
      | 'call_quality'
      | 'call_transfer'
      | 'dtmf_received'
      | 'dtmf_sent'
      | 'audio_sent'
      | 'audio_ended'
      | 'audio_tone'
      | 'audio_level'
      | 'audio_speech'
      | 'message_received'
      | 'message_sent'
      | 'mwi';
  }
>;

function inCallText(event: InCallEvent, names: PeerNames): string {
  switch (event.type) {
    case 'call_media': {
      const { media, streams } = event;
      const held = event.held === 'none' ? '' : `, on hold (${event.held})`;
      const audio = media === undefined ? 'no audio' : `${oneLine(media.codec)} ${media.direction}`;
      // One active audio stream needs no more words.
      const others = streams
        .filter(({ kind, state }) => kind !== 'audio' || state !== 'active')
        .map(({ kind, protocol, state }) => `, ${oneLine(`${kind} (${protocol})`)} ${state}`);
      return `media ${audio}${held}${others.join('')}`;
    }
    case 'call_redirected':
      return `redirected to ${oneLine(event.uri)}`;
    case 'call_resumed':
      return 'resumed';
    case 'call_muted':
      return event.muted ? 'muted' : 'unmuted';
    case 'call_encrypted':
      return `media encrypted: ${oneLine(event.suite ?? event.encryption)}`;
    case 'call_rtp':
      return `RTP: ${event.received} packets received, ${event.sent} sent`;
    case 'call_quality':
      return `quality: MOS ${event.quality.mos}, ${event.quality.packet_loss} % lost`;
    case 'call_transfer':
      return `transfer: ${transferText(event.transfer)}`;
    case 'dtmf_received':
      return `received DTMF ${event.digit}`;
    case 'dtmf_sent':
      return `sent DTMF ${event.digits}`;
    case 'audio_sent':
      return `sends ${oneLine(event.source)}${event.converted === undefined ? '' : ` (${oneLine(event.converted)})`}`;
    case 'audio_tone':
      return event.heard
        ? `hears ${event.hz} Hz (${event.level} dBFS)`
        : `no longer hears ${event.hz} Hz`;
    case 'audio_speech':
      return event.change === 'ended' ? 'hears silence' : 'hears sound';
    case 'audio_level':
      return `level ${event.level} dBFS`;
    case 'audio_ended':
      return `${oneLine(event.source)} ${event.completed ? 'was sent to its end' : 'ended with the call'}`;
    case 'message_received':
      return `message from ${names.peer(event.from)}: ${oneLine(event.text)}`;
    case 'message_sent':
      return `message to ${oneLine(event.to)}${inBrackets(event.code, event.reason)}`;
    case 'mwi':
      return `mailbox: ${event.new} new, ${event.old} old`;
  }
}

/** "MOS 4.41, round trip 0.2 ms, jitter 0.4 ms, 0 % lost, 498 packets received, 497 sent; 1 call". */
export function metricText(event: Extract<RunEvent, { type: 'metric' }>): string {
  const { quality, packets, calls } = event;
  const counted = `; ${count(calls, 'call')}`;
  if (quality === undefined) return `metrics: no RTCP report${counted}`;
  const { mos, rtt, jitter, packet_loss } = quality;
  const measured = `MOS ${mos}, round trip ${formatMs(rtt)}, jitter ${formatMs(jitter)}, ${packet_loss} % lost`;
  return `metrics: ${measured}, ${packets.received} packets received, ${packets.sent} sent${counted}`;
}

function transferText({ accepted, progress, final, reason }: Transfer): string {
  if (final !== undefined) return codeText(final, reason);
  if (progress !== undefined) return codeText(progress, reason);
  return accepted ? 'accepted' : 'asked for';
}

/** Fields of every baresip event that name its agent and call, which the line or its neighbours show. */
const COMMON_FIELDS: ReadonlySet<string> = new Set(
  'type class accountaor cuser direction peeruri contacturi localuri id'.split(' '),
);
const LONGEST_OTHER = 160;

function otherText(event: Extract<AgentEvent, { type: 'other' }>): string {
  const fields = Object.entries(event.fields)
    .filter(([key, value]) => value !== '' && !COMMON_FIELDS.has(key))
    .map(([key, value]) => `${key}=${value}`);
  return shortened(oneLine([event.name, ...fields].join(' ')), LONGEST_OTHER);
}

function codeText(code: number | undefined, reason: string | undefined): string {
  return oneLine([code, reason].filter((part) => part !== undefined && part !== '').join(' '));
}

function inBrackets(code: number | undefined, reason: string | undefined): string {
  const text = codeText(code, reason);
  return text === '' ? '' : ` (${text})`;
}

/** "caller.state equals Established". */
export function assertionText(event: AssertionEvent): string {
  const matcher = event.matcher.replaceAll('_', ' ');
  const claim = `${oneLine(event.label)} ${matcher}`;
  return event.expected === undefined ? claim : `${claim} ${oneLine(event.expected)}`;
}

/** "INVITE" or "180 Ringing (INVITE)". */
export function messageName(message: SipMessage): string {
  if (message.code === undefined) return message.method;
  return oneLine(`${message.code} ${message.reason ?? ''}`).trim() + ` (${message.method})`;
}

/** One message as its agent saw it: "-> INVITE sip:bob@example.org". */
function messageLine(message: SipMessage): string {
  const sent = message.direction === 'sent';
  const uri = message.uri === undefined ? '' : ` ${oneLine(message.uri)}`;
  const remote = message.remote === '' ? '' : ` ${sent ? 'to' : 'from'} ${message.remote}`;
  return `${sent ? '→' : '←'} ${messageName(message)}${uri}${remote}`;
}

export function verbText(verb: string, args: string): string {
  return `${verb}(${oneLine(args)})`;
}

/** Balanced to a depth of two: deeper ones are shown as they were written. */
const ARGUMENT = String.raw`([^()]*(?:\([^()]*\)[^()]*)*)`;
const SINGLE_ASSERTION = new RegExp(String.raw`^assert\(${ARGUMENT}\)\.(\w+)\(${ARGUMENT}\);?$`);

const LONGEST_ASSERTION = 200;

/** What await_until waits for: "bob.state equals State.Ringing", however it was written. */
export function conditionText(what: string): string {
  const kind = /^(never|\d+ of \d+): /.exec(what)?.[0];
  if (kind !== undefined) return kind + conditionText(what.slice(kind.length));
  const match = what.length > LONGEST_ASSERTION ? null : SINGLE_ASSERTION.exec(what);
  if (match === null) return oneLine(what);
  const [, label = '', matcher = '', expected = ''] = match;
  return oneLine(`${label} ${matcher.replaceAll('_', ' ')} ${expected}`).trimEnd();
}

/** " (after 120 ms)"; wait() says itself how long it takes. */
export function waitedText(event: Extract<RunEvent, { type: 'waited' }>): string {
  if (!event.ok) return ` (failed after ${formatMs(event.ms)})`;
  if (event.by === 'never') return ` (for ${formatMs(event.ms)})`;
  return event.by === 'wait' ? '' : ` (after ${formatMs(event.ms)})`;
}
