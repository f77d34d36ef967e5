/**
 * What messages make their receivers do, found in texts that a script has written: they may hold several messages, or
 * broken ones.
 */
import { headerOf, parseHead, type SipMessage } from '../../sip/sip-message.js';

const START = /(?<=\n)(?=(?:SIP\/2\.0 \d|[^\s:]+ \S+ SIP\/2\.0\r?\n))/;
/** Connection lines and RTCP (RFC 8866, 5.7; RFC 3605), candidates (RFC 8839, 5.1). */
const MEDIA_ADDRESS = /\bIN[ \t]+IP[46][ \t]+([^\s/]+)|^a=candidate:(?:\S+[ \t]+){4}(\S+)/gim;
const NOWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
/** Contact, its compact form, and Record-Route, with the lines a field is folded over. */
const CONTACT = /^(?:contact|m|record-route)[ \t]*:((?:.*)(?:\r?\n[ \t].*)*)/gim;

/** Every request of the text. */
export function requestsIn(text: string): Omit<SipMessage, 'remote'>[] {
  return text.split(START).flatMap((one) => {
    const { method, uri, headers = [] } = parseHead(one.trimStart()) ?? {};
    if (method === undefined || uri === undefined) return [];
    const call_id = headerOf(headers, 'call-id') ?? '';
    return [
      {
        direction: 'sent',
        transport: 'UDP',
        local: '',
        method,
        uri,
        call_id,
        cseq: 0,
        headers,
        body: '',
      },
    ];
  });
}

/** Addresses that RTP is to be sent to. */
export function mediaAddresses(text: string): readonly string[] {
  return [...text.matchAll(MEDIA_ADDRESS)].flatMap(([, line, candidate]) => {
    const address = line ?? candidate ?? '';
    return address === '' || NOWHERE.has(address) ? [] : [address];
  });
}

/** URIs that requests are to be sent to, but for those of a 3xx. */
export function contactsIn(text: string): readonly string[] {
  return text
    .split(START)
    .filter((one) => !/^\s*SIP\/2\.0 3\d\d\b/.test(one))
    .flatMap((one) => [...one.matchAll(CONTACT)].flatMap(([, value = '']) => urisIn(value)));
}

function urisIn(value: string): string[] {
  const bracketed = [...value.matchAll(/<([^>]*)>/g)].map(([, uri = '']) => uri);
  const plain = value.trim().split(/[;,\s]/)[0] ?? '';
  const uris = bracketed.length > 0 ? bracketed : [plain];
  return uris.filter((one) => one !== '*' && one !== '');
}
