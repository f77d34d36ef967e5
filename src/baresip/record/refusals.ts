/**
 * Warnings about what baresip refuses or drops by itself, so that a script would never know: INVITEs,
 * challenges it cannot answer, datagrams it cannot read.
 */
import type { AgentEvent } from '../../model/agent-event.js';
import { headerValues } from '../../sip/headers.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import { headerOf, type SipMessage } from '../../sip/sip-message.js';

/** The most that libre reads of one datagram (udp.c, every version): the rest is lost. */
const LONGEST_DATAGRAM = 8192;
const CHALLENGED: readonly number[] = [401, 407];
/** Matches `name=value` in a challenge (RFC 7235, 2.1). A quoted value may contain commas and blanks. */
const PARAMETER = /([^\s,="]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)/g;

/** Emits these warnings for one agent. */
export class RefusalLog {
  readonly #emit: (event: AgentEvent) => void;
  readonly #version: string;
  readonly #hasProxy: boolean;
  readonly #challenges = new Set<string>();

  /** @param hasProxy a proxy in front of baresip answers the challenges baresip cannot, and passes everything on over UDP */
  constructor(emit: (event: AgentEvent) => void, version: string, hasProxy = false) {
    this.#emit = emit;
    this.#version = version;
    this.#hasProxy = hasProxy;
  }

  /** Takes every message of the trace, with its text. */
  message(message: SipMessage, raw: string): void {
    this.#warn(cutMessage(message, raw, this.#hasProxy));
    if (message.direction === 'received') this.#challenge(message);
  }

  /** Takes a line that baresip wrote to stderr. */
  line(text: string): void {
    this.#warn(droppedDatagram(text));
  }

  /** Takes an INVITE that led to no call. */
  invite(invite: SipMessage, response: SipMessage): void {
    this.#warn(refusedInvite(invite, response, this.#version));
  }

  /** Every request of a method fails at the same challenge, so each problem is reported once per method. */
  #challenge(message: SipMessage): void {
    const problem = this.#hasProxy ? undefined : challengeProblem(message, this.#version);
    if (problem === undefined) return;
    const key = `${message.method} ${problem}`;
    if (this.#challenges.has(key)) return;
    this.#challenges.add(key);
    this.#warn(`${message.method}: ${problem}`);
  }

  #warn(text: string | undefined): void {
    if (text !== undefined) this.#emit({ type: 'warning', text });
  }
}

/** Describes an INVITE that baresip answered with an error before it reported a call. */
function refusedInvite(invite: SipMessage, response: SipMessage, version: string): string {
  const from = headerOf(invite.headers, 'from') ?? '';
  const { code = 0, reason = '' } = response;
  const answer = `${code} ${reason}`.trim();
  return `baresip ${version} refused an INVITE from ${from} by itself: ${answer}: ${whyRefused(invite, code)}`;
}

function whyRefused(invite: SipMessage, code: number): string {
  const type = headerOf(invite.headers, 'content-type') ?? '';
  if (/^\s*multipart\//i.test(type)) {
    return `no baresip accepts a multipart body in an INVITE (${type.split(';')[0]?.trim() ?? ''})`;
  }
  switch (code) {
    case 400:
      return 'a header field it needs is missing or cannot be read (Max-Forwards, Via, Contact)';
    case 404:
      return 'the user of the Request-URI is not the user of the agent';
    case 420:
      return `it does not support what Require asks for: ${headerOf(invite.headers, 'require') ?? ''}`;
    case 481:
      return 'the Replaces of the INVITE names no call of the agent';
    case 482:
      return 'it already received this request by another path (merged request)';
    case 486:
      return 'it accepts no more calls';
    case 488:
    case 606:
      return 'no codec in common, or another address family';
    case 500:
      return 'its session description cannot be read or offers nothing usable';
    default:
      return 'the scenario got no event of the call';
  }
}

/** The algorithms of a challenge that this version cannot answer (RFC 8760); empty when it can answer all. */
function unknownAlgorithms(response: SipMessage, version: string): readonly string[] {
  return algorithmsOf(response).filter((one) => !isKnown(one, version));
}

/** The algorithms a 401 or 407 asks for; a scheme other than Digest counts under its own name. */
export function algorithmsOf({ code, headers }: SipMessage): readonly string[] {
  if (code === undefined || !CHALLENGED.includes(code)) return [];
  const name = code === 401 ? 'www-authenticate' : 'proxy-authenticate';
  return headerValues(headers, name).map((challenge) => {
    const scheme = /^\S*/.exec(challenge)?.[0] ?? '';
    if (!/^digest$/i.test(scheme)) return scheme;
    const found = [...challenge.matchAll(PARAMETER)].find(([, key]) =>
      /^algorithm$/i.test(key ?? ''),
    );
    return found?.[2]?.replaceAll('"', '') ?? 'MD5';
  });
}

function isKnown(algorithm: string, version: string): boolean {
  if (/^sha-256$/i.test(algorithm)) return hasCapability(version, 'digest_sha256');
  return /^md5$/i.test(algorithm);
}

/** Why baresip gives up at a challenge; undefined when it can answer the challenge. */
export function challengeProblem(response: SipMessage, version: string): string | undefined {
  const unknown = unknownAlgorithms(response, version);
  const [first] = unknown;
  if (first === undefined) return undefined;
  const needed = /^sha-256$/i.test(first)
    ? `needs ${first}: baresip ${sinceOf('digest_sha256')} or newer`
    : `no baresip knows ${first}`;
  return `baresip ${version} does not understand the challenge: ${needed}`;
}

/** Describes a datagram of which baresip read only a part; undefined for any other message. */
function cutMessage(
  { direction, transport, body }: SipMessage,
  raw: string,
  hasProxy: boolean,
): string | undefined {
  // A proxy in front of baresip sends it everything over UDP.
  if (direction !== 'received' || (transport !== 'UDP' && !hasProxy)) return undefined;
  if (Buffer.byteLength(raw) < LONGEST_DATAGRAM) return undefined;
  const lost = body === '' ? 'the rest, with the whole body,' : 'the rest';
  return `a datagram was longer than the ${LONGEST_DATAGRAM} bytes that baresip reads: ${lost} was lost`;
}

/** Describes a log line about something received that was dropped; undefined for any other line. */
function droppedDatagram(line: string): string | undefined {
  const why = /^sip: msg decode err: (.*)/.exec(line)?.[1];
  if (why === undefined) return undefined;
  return `baresip dropped a datagram it could not read as SIP: ${why.replace(/ \[\d+\]$/, '')}`;
}
