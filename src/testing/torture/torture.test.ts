/** RFC 4475 and RFC 5118, as this program reads their messages. */
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../signalling/transactions/messages.js';
import { headerLines, headerRecord, headerValues } from '../../sip/headers.js';
import { nameAddr, senderOf, tagOf } from '../../sip/peer.js';
import { audioOf, parseSdp } from '../../sip/sdp.js';
import { parseUri } from '../../sip/uri.js';
import type { SipMessage } from '../../sip/sip-message.js';
import { RFC_4475, RFC_5118 } from './all.js';

const ENDS = { direction: 'received', transport: 'udp', local: '', remote: '' } as const;
/** Start lines that no reading of RFC 3261 allows; baresip refuses them as well. */
const NO_START_LINE = ['lwsruri', 'lwsstart', 'trws', 'badvers'];
const RESPONSES: Readonly<Record<string, number>> = {
  unreason: 200,
  noreason: 100,
  scalarlg: 503,
  bigcode: 4_294_967_301,
  bcast: 200,
};

function read(name: string): SipMessage {
  const found = [...RFC_4475, ...RFC_5118].find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no message ${name}`);
  return messageOf(Buffer.from(found.octets, 'latin1').toString('utf8'), ENDS);
}

it('are all there', () => {
  expect(new Set(RFC_4475.map(({ name }) => name)).size).toBe(49);
  expect(new Set(RFC_5118.map(({ name }) => name)).size).toBe(12);
});

describe.each([...RFC_4475, ...RFC_5118])('$section $name', ({ name, octets }) => {
  it('has the method or the code of its start line, its Call-ID and its number', () => {
    const message = read(name);
    const [first = ''] = octets.split('\r\n');
    if (NO_START_LINE.includes(name)) {
      expect([message.method, message.code]).toEqual(['', undefined]);
      return;
    }
    expect(message.code).toBe(RESPONSES[name]);
    const method = RESPONSES[name] === undefined ? first.split(' ')[0] : message.method;
    expect(message.method).toBe(method);
    const callId = /^(?:Call-ID|i) *: *(.*)\r$/im.exec(octets)?.[1];
    expect(message.call_id).toBe(callId ?? '');
    expect(message.body).toBe(
      Buffer.from(octets.slice(octets.indexOf('\r\n\r\n') + 4), 'latin1').toString('utf8'),
    );
  });

  it('is taken apart without an error', () => {
    const { headers, uri = '', body } = read(name);
    for (const [field, value] of headers) {
      expect(headerValues(headers, field).length).toBeGreaterThan(0);
      expect(nameAddr(value)).toHaveLength(2);
      tagOf(value);
    }
    headerRecord(headers);
    parseUri(uri);
    parseSdp(body);
  });
});

describe('what the RFC says of its valid messages', () => {
  it('3.1.1.1 wsinv: folding, blanks, compact names, quotes', () => {
    const { headers, cseq, body } = read('wsinv');
    expect(cseq).toBe(9);
    expect(headerValues(headers, 'Via')).toHaveLength(3);
    expect(tagOf(headerLines(headers, 'to')[0] ?? '')).toBe('1918181833n');
    expect(senderOf(read('wsinv'))).toMatchObject({ uri: 'sip:jdrosen@example.com' });
    expect(headerLines(headers, 'Subject')).toEqual(['']);
    expect(headerLines(headers, 'NewFangledHeader')).toEqual([
      'newfangled value continued newfangled value',
    ]);
    expect(headerLines(headers, 'UnknownHeaderWithUnusualValue')).toEqual([';;,,;;,;']);
    const [contact = ''] = headerValues(headers, 'Contact');
    expect(nameAddr(contact)).toEqual(['sip:jdrosen@example.com', 'Quoted string ""']);
    expect(parseSdp(body)?.media.map(({ kind, port }) => [kind, port])).toEqual([
      ['audio', 49_217],
      ['video', 3227],
    ]);
  });

  it('3.1.1.2 intmeth: tags of any token, a display name of tokens, UTF-8', () => {
    const { headers, uri = '' } = read('intmeth');
    expect(tagOf(headerLines(headers, 'from')[0] ?? '')).toBe("_token~1'+`*%!-.");
    expect(headerLines(headers, "extensionHeader-!.%*+_`'~")[0]).toContain('大停電');
    expect(parseUri(uri)?.host).toBe('example.com');
  });

  it('3.1.1.3 esc01: an escaped @ does not end the user', () => {
    expect(parseUri(read('esc01').uri ?? '')).toMatchObject({
      user: 'sips%3Auser%40example.com',
      host: 'example.net',
    });
  });

  it('3.1.1.6 lwsdisp: no blank between the display name and <', () => {
    expect(senderOf(read('lwsdisp'))).toMatchObject({ name: 'caller', number: 'caller' });
  });

  it('3.1.1.7 longreq: long values, all of their Vias', () => {
    const { headers, body } = read('longreq');
    expect(headerValues(headers, 'Via')).toHaveLength(34);
    expect(audioOf(parseSdp(body) ?? { media: [] })?.port).toBe(49_217);
  });

  it('3.1.1.9 semiuri: a semicolon in the user part', () => {
    expect(parseUri(read('semiuri').uri ?? '')).toMatchObject({
      user: 'user;par=u%40example.net',
      host: 'example.com',
    });
  });

  it('3.1.1.10 transports: five of them', () => {
    expect(headerValues(read('transports').headers, 'via')).toHaveLength(5);
  });

  it('3.1.1.12 and 13: any reason, and none', () => {
    expect(read('unreason').reason).toBe('= 2**3 * 5**2 но сто девяносто девять - простое');
    expect(read('noreason').reason).toBe('');
  });
});

describe('RFC 5118', () => {
  it.each([
    ['ipv6-good', '2001:db8::10', undefined],
    ['ipv6-bad', undefined, undefined],
    ['port-ambiguous', '2001:db8::10:5070', undefined],
    ['port-unambiguous', '2001:db8::10', 5070],
    ['ipv6-bug-abnf-3-colons', '2001:db8:::192.0.2.1', undefined],
    ['ipv6-correct-abnf-2-colons', '2001:db8::192.0.2.1', undefined],
  ])('%s: the Request-URI', (name, host, port) => {
    const uri = parseUri(read(name).uri ?? '');
    expect([uri?.host, uri?.port]).toEqual([host, port]);
  });

  it.each([
    ['ipv6-in-sdp', ['2001:db8::20']],
    ['mult-ip-in-sdp', ['192.0.2.1', '2001:db8::1']],
    ['ipv4-mapped-ipv6', ['::ffff:192.0.2.2']],
  ])('%s: addresses of the streams', (name, addresses) => {
    const media = parseSdp(read(name).body)?.media ?? [];
    expect([...new Set(media.map(({ address }) => address))]).toEqual(addresses);
  });
});
