/**
 * Turns a dialled text into one complete, escaped SIP URI. baresip itself would pass a raw "#" on, cut a
 * number at a blank and mangle a tel URI, each version in its own way.
 */
import { OffhookError } from '../errors.js';
import { escapeUser } from '../sip/uri.js';
import type { UserAgent } from './user-agent.js';

export interface Caller {
  name: string;
  /** Default: agent. */
  kind?: 'agent' | 'peer';
  /** Undefined for a serverless agent. */
  domain: string | undefined;
  transport: 'udp' | 'tcp' | 'tls';
  /** The verb that needs the target, for errors. */
  verb?: string;
}

const SEPARATORS = /[ ().\-/]/g;
const NUMBER = /^[+0-9*# ().\-/]*[0-9*#][+0-9*# ().\-/]*$/;
const BARE_USER = /^[^\s@<>":/]+$/;
const HOST_PORT = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?$/;

/** The URI to reach an agent: that of its registrar, where it has one. */
export function uriOfAgent(agent: UserAgent): string {
  return agent.serverless ? agent.contact : agent.aor;
}

export function targetUri(target: string, caller: Caller): string {
  if (/[\x00-\x1f\x7f]/.test(target)) throw bad(caller, target, 'it holds a control character');
  if (/[\ud800-\udfff]/u.test(target))
    throw bad(caller, target, 'it holds half a character (a lone surrogate)');
  const text = target.trim();
  if (text === '') throw bad(caller, target, 'it is empty');
  if (/^sips?:/i.test(text)) return sipUri(text, caller);
  if (/^tel:/i.test(text)) return numberUri(text.slice(4).split(';')[0] ?? '', target, caller);
  if (NUMBER.test(text)) return numberUri(text, target, caller);
  if (text.includes('@')) return sipUri(`sip:${text}`, caller);
  if (!BARE_USER.test(text))
    throw bad(caller, target, 'it is neither a SIP or tel URI nor a number');
  return inDomain(text, target, caller);
}

function numberUri(text: string, target: string, caller: Caller): string {
  const number = text.replace(SEPARATORS, '');
  if (!/^\+?[0-9*#]+$/.test(number)) throw bad(caller, target, 'it is not a telephone number');
  return inDomain(number, target, caller);
}

function inDomain(user: string, target: string, caller: Caller): string {
  if (caller.domain === undefined) {
    throw new OffhookError(
      'E_TARGET',
      {
        subject: `${caller.kind ?? 'agent'} "${caller.name}"`,
        verb: caller.verb ?? 'dial',
        what: `${JSON.stringify(target)} needs a domain, and the option domain is not set`,
      },
      { hint: 'set the option domain, or name another agent or a SIP URI' },
    );
  }
  return `sip:${escapeUser(user).replace(/%2A/gi, '*')}@${caller.domain}`;
}

function sipUri(text: string, caller: Caller): string {
  const match = /^(sips?):(?:([^@]*)@)?([^;?@]+)((?:;[^?]*)?)(\?.*)?$/i.exec(text);
  if (match === null) throw bad(caller, text, 'it is not a valid SIP URI');
  const [, scheme = '', user, host = '', parameters = '', headers] = match;
  if (headers !== undefined) throw bad(caller, text, 'headers in a URI are not supported');
  if (!HOST_PORT.test(host)) throw bad(caller, text, 'its host is not valid');
  if (/[\s<>"]/.test(text) || /[^\x21-\x7e]/.test(parameters))
    throw bad(caller, text, 'it holds a character that must be escaped');
  return `sip:${user === undefined ? '' : `${escapeUriUser(user)}@`}${host}${withTransport(scheme, parameters, caller)}`;
}

/** A serverless agent's calls use the agent's transport; with a registrar the outbound proxy carries it. */
function withTransport(scheme: string, parameters: string, caller: Caller): string {
  if (/;transport=/i.test(parameters)) return parameters;
  // sips asks for TLS on every hop (RFC 3261, 26.2.2); we control only this hop.
  if (scheme.toLowerCase() === 'sips') return `${parameters};transport=tls`;
  const own = caller.domain === undefined && caller.transport !== 'udp';
  return own ? `${parameters};transport=${caller.transport}` : parameters;
}

/** Keeps existing escapes and escapes "#", a lone "%" and anything that is not ASCII. */
function escapeUriUser(user: string): string {
  return user.replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-_.!~*'()&=+$,;?/:%]+/g, encodeURIComponent);
}

function bad(caller: Caller, target: string, why: string): OffhookError {
  const { verb = 'dial' } = caller;
  const shown = JSON.stringify(target.length > 80 ? `${target.slice(0, 80)}...` : target);
  return new OffhookError(
    'E_TARGET',
    {
      subject: `${caller.kind ?? 'agent'} "${caller.name}"`,
      verb,
      what: `cannot ${verb} ${shown}`,
      seen: why,
    },
    {
      hint: 'name an agent, a SIP URI like "sip:bob@example.com", or a number like "+49 30 123"',
    },
  );
}
