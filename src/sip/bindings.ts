/** What a REGISTER asks for and its 200 grants: bindings and their times (RFC 3261, 10.2 and 10.3). */
import type { SipMessage } from './sip-message.js';
import { headerValues } from './headers.js';
import { nameAddr } from './peer.js';

/** Lifetime, in seconds, a registrar may assume when the request names none (RFC 3261, 10.2). */
const DEFAULT_EXPIRES = 3600;
/** The longest a timer can wait, in seconds. */
const MAX_EXPIRES = Math.floor((2 ** 31 - 1) / 1000);

/** Seconds a REGISTER asks for: in its Contact, else in its Expires header (10.2.1.1). */
export function expiresOf(request: SipMessage): number {
  const [contact = ''] = contactsOf(request);
  return parameterOf(contact) ?? headerExpires(request) ?? DEFAULT_EXPIRES;
}

/** Every binding a 200 lists, and the seconds granted to the binding the request asked for. */
export function bindingsOf(
  request: SipMessage,
  response: SipMessage,
): { contacts: readonly string[]; expires: number } {
  const contacts = contactsOf(response);
  const asked = nameAddr(contactsOf(request)[0] ?? '')[0];
  const own = contacts.find((one) => sameUri(nameAddr(one)[0], asked)) ?? lone(contacts);
  const expires = parameterOf(own ?? '') ?? headerExpires(response) ?? expiresOf(request);
  return { contacts, expires: Math.min(expires, MAX_EXPIRES) };
}

/** The only contact of a list. A registrar may rewrite the URI, but a lone contact must be ours. */
function lone(contacts: readonly string[]): string | undefined {
  return contacts.length === 1 ? contacts[0] : undefined;
}

function sameUri(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Each binding as written; one header field can list several (7.3.1). */
function contactsOf(message: SipMessage): readonly string[] {
  return headerValues(message.headers, 'contact').filter((one) => one !== '');
}

function parameterOf(contact: string): number | undefined {
  const parameters = contact.slice(contact.lastIndexOf('>') + 1);
  return seconds(/;\s*expires\s*=\s*"?(\d+)/i.exec(parameters)?.[1]);
}

function headerExpires(message: SipMessage): number | undefined {
  return seconds(/^\d+/.exec(headerValues(message.headers, 'expires')[0] ?? '')?.[0]);
}

function seconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
