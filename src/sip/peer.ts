/** Names and addresses in header fields (RFC 3261, 20.10 and 25.1) -> `Peer`. */
import { headerOf, type SipMessage } from './sip-message.js';
import { behindAddress } from './uri.js';

/** Whom a call is with. Incoming: the From header (RFC 3261, 20.20); outgoing: what was dialled. */
export interface Peer {
  /** SIP URI without parameters of the name-addr form. */
  uri: string;
  /** User part, unescaped: the phone number, where the URI has one. Empty when the URI has no user part. */
  number: string;
  /** Display name, when there was one. */
  name?: string;
}

/** The sender that a request names in its From header. */
export function senderOf({ headers }: SipMessage): Peer {
  return peerOf(...nameAddr(headerOf(headers, 'from') ?? ''));
}

/** name-addr or addr-spec -> URI and display name. */
export function nameAddr(value: string): [uri: string, name: string] {
  const quoted = /^\s*"((?:[^"\\]|\\.)*)"\s*<([^>]*)>/.exec(value);
  if (quoted !== null) return [quoted[2] ?? '', (quoted[1] ?? '').replace(/\\(.)/g, '$1')];
  const bracket = /^([^<"]*)<([^>]*)>/.exec(value);
  if (bracket !== null) return [bracket[2] ?? '', (bracket[1] ?? '').trim()];
  // Without brackets, parameters belong to the header field.
  return [value.trim().split(';')[0] ?? '', ''];
}

export function peerOf(uri: string, name: string): Peer {
  return { uri, number: userOf(uri), ...(name === '' ? {} : { name }) };
}

/** User part, unescaped, without password and user parameters. */
function userOf(uri: string): string {
  const user = /^sips?:([^@]*)@/i.exec(uri)?.[1] ?? /^tel:([^;]*)/i.exec(uri)?.[1] ?? '';
  const plain = user.split(/[:;]/)[0] ?? '';
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

/** Where a SIP URI leads, as its parts are compared; undefined for another URI. */
interface Place {
  /** Unescaped. */
  user: string;
  /** In lower case; an IPv6 address in brackets. */
  host: string;
  /** Absent where the URI has none: that is not the same as its default (RFC 3261, 19.1.4). */
  port?: number;
}

export function placeOf(uri: string): Place | undefined {
  const [, host, port] =
    /^sips?:(?:[^@]*@)?(\[[^\]]*\]|[^:;?>@]+)(?::(\d+))?(?=$|[;?>])/i.exec(uri) ?? [];
  if (host === undefined) return undefined;
  return {
    user: userOf(uri),
    host: host.toLowerCase(),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

/** Whether user, host and port are equal (RFC 3261, 19.1.4): the user to the letter, the host without case. */
export function isSamePlace(a: Place | undefined, b: Place | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.user === b.user && a.host === b.host && a.port === b.port;
}

/** Whether a To or From header carries a tag, as inside a dialog (RFC 3261, 12). */
export function hasTag(value: string): boolean {
  return tagOf(value) !== undefined;
}

/** The tag of a From or To (RFC 3261, 19.3). */
export function tagOf(value: string): string | undefined {
  return /;\s*tag\s*=\s*([^;\s]*)/i.exec(behindAddress(value))?.[1];
}
