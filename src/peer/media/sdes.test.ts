import { describe, expect, it } from 'vitest';
import { SUITES } from '../../rtp/srtp/keys.js';
import { audioOf, parseSdp, type SdpMedia } from '../../sip/sdp.js';
import { Description } from './media.js';
import { OwnKeys, settledKeys, unknownKeys } from './sdes.js';

const SHA1_80 = 'AES_CM_128_HMAC_SHA1_80';
const SHA1_32 = 'AES_CM_128_HMAC_SHA1_32';
const [KEY, OTHER] = [1, 2].map((octet) => Buffer.alloc(30, octet).toString('base64'));

function stream(protocol: string, ...crypto: string[]): SdpMedia {
  const lines = ['v=0', 'c=IN IP4 127.0.0.1', `m=audio 9 ${protocol} 0`];
  const sdp = parseSdp([...lines, ...crypto.map((one) => `a=crypto:${one}`)].join('\r\n'));
  const audio = sdp && audioOf(sdp);
  if (audio === undefined) throw new Error('no stream');
  return audio;
}

const line = (tag: number, suite = SHA1_80, key = KEY, more = '') =>
  `${tag} ${suite} inline:${key}${more}`;

describe('OwnKeys', () => {
  it('offers every suite with a key of its own, the same in each offer', () => {
    const keys = new OwnKeys('srtp-mand');
    const { protocol, lines } = keys.offer();
    expect(protocol).toBe('RTP/SAVP');
    expect(lines.map((one) => one.split(' ')[1])).toEqual(Object.keys(SUITES));
    expect(new Set(lines.map((one) => one.split('inline:')[1])).size).toBe(4);
    expect(keys.offer().lines).toEqual(lines);
    expect(new OwnKeys('srtp-mand').offer().lines).not.toEqual(lines);
    expect(new OwnKeys('srtp').offer().protocol).toBe('RTP/AVP');
    expect(new OwnKeys(undefined).offer()).toEqual({ protocol: 'RTP/AVP', lines: [] });
  });

  it.each([
    ['srtp', 'RTP/AVP', [], 'plain'],
    ['srtp', 'RTP/AVP', [line(3)], 3],
    ['srtp', 'RTP/SAVP', [line(3)], 3],
    ['srtp', 'RTP/SAVPF', [line(3)], 3],
    ['srtp', 'RTP/SAVP', [], 'refused'],
    ['srtp', 'UDP/TLS/RTP/SAVPF', [], 'refused'],
    ['srtp-mand', 'RTP/AVP', [], 'refused'],
    ['srtp-mand', 'RTP/AVP', [line(3)], 3],
    ['srtp-mand', 'RTP/SAVP', [], 'refused'],
    [undefined, 'RTP/AVP', [line(3)], 'plain'],
    [undefined, 'RTP/AVPF', [], 'plain'],
    [undefined, 'RTP/SAVP', [line(3)], 'refused'],
    ['srtp-mand', 'RTP/SAVP', [line(1, 'F8_128_HMAC_SHA1_80'), line(2, SHA1_32), line(3)], 2],
    ['srtp-mand', 'RTP/SAVP', [line(1, SHA1_80, 'AQID'), line(2)], 2],
    ['srtp-mand', 'RTP/SAVP', [line(1, SHA1_80, KEY, '|2^20|1:4'), line(2)], 2],
    ['srtp-mand', 'RTP/SAVP', [line(1, SHA1_80, KEY, `;inline:${KEY}`), line(2)], 2],
    ['srtp-mand', 'RTP/SAVP', [line(1, SHA1_80, KEY, ' UNENCRYPTED_SRTP'), line(2)], 2],
    ['srtp-mand', 'RTP/SAVP', [line(1, SHA1_80, KEY, '|2^20 WSH=64 -X')], 1],
    ['srtp-mand', 'RTP/SAVP', ['x', '1', `a ${SHA1_80} inline:${KEY}`, `1 ${SHA1_80}`], 'refused'],
    ['srtp-mand', 'RTP/SAVP', ['1 constructor inline:AQID'], 'refused'],
  ] as const)('%s answers %s %j: %s', (encryption, protocol, crypto, wanted) => {
    const answer = new OwnKeys(encryption).answer(stream(protocol, ...crypto));
    const tag = /^a=crypto:(\d+) \S+ inline:/.exec(answer?.lines[0] ?? '')?.[1];
    expect(answer === undefined ? 'refused' : (tag ?? 'plain')).toBe(String(wanted));
    if (answer !== undefined) expect(answer.protocol).toBe(protocol);
  });

  it('lines of the script take the place of the own ones', () => {
    const wished = [`a=crypto:${line(5)}`];
    expect(new OwnKeys('srtp').offer(wished).lines).toEqual([]);
    expect(new OwnKeys('srtp').answer(stream('RTP/SAVP'), wished)?.lines).toEqual([]);
    const description = new Description('127.0.0.1', () => 4, [], 'srtp-mand');
    expect(description.offer({ lines: wished })).toContain(`\r\na=crypto:${line(5)}\r\n`);
    expect(description.offer({ lines: wished }).match(/a=crypto/g)).toHaveLength(1);
  });
});

describe('settledKeys', () => {
  const master = (key = '') => Buffer.from(key, 'base64');

  it('each side sends by its own line; the tag of the answer chooses', () => {
    const offered = stream('RTP/SAVP', line(1, SHA1_32, OTHER), line(2, SHA1_80, KEY));
    const answered = stream('RTP/SAVP', line(2, SHA1_80, OTHER));
    const [own, remote] = [
      { suite: SHA1_80, master: master(KEY) },
      { suite: SHA1_80, master: master(OTHER) },
    ];
    expect(settledKeys(offered, answered, 'own').keys).toMatchObject({
      sends: own,
      receives: remote,
    });
    expect(settledKeys(offered, answered, 'remote').keys).toMatchObject({
      sends: remote,
      receives: own,
    });
  });

  it.each([
    ['RTP/AVP', [], 'RTP/AVP', [], undefined],
    ['RTP/AVP', [line(1)], 'RTP/AVP', [], undefined],
    ['RTP/AVP', [], 'RTP/AVP', [line(1)], undefined],
    ['RTP/SAVP', [line(1)], 'RTP/SAVP', [], 'the answer has no a=crypto line'],
    ['RTP/SAVP', [line(1)], 'RTP/AVP', [], 'the answer has no a=crypto line'],
    ['RTP/SAVP', [], 'RTP/SAVP', [line(1)], 'the offer has no a=crypto line'],
    ['RTP/SAVP', [line(1)], 'RTP/SAVP', [line(2)], `not offered (2 ${SHA1_80})`],
    ['RTP/SAVP', [line(1)], 'RTP/SAVP', [line(1, SHA1_32)], `not offered (1 ${SHA1_32})`],
    ['RTP/SAVP', [line(1)], 'RTP/SAVP', [line(1, 'X')], 'cannot be used (1 X)'],
  ] as const)('%s %j, %s %j: %s', (protocol, offer, other, answer, problem) => {
    const settled = settledKeys(stream(protocol, ...offer), stream(other, ...answer), 'own');
    expect(settled.keys).toBeUndefined();
    if (problem === undefined) expect(settled.problem).toBeUndefined();
    else expect(settled.problem).toContain(problem);
    expect(settled.problem ?? '').not.toContain(KEY);
  });

  it('unknownKeys: what comes is still read', () => {
    const { keys } = settledKeys(stream('RTP/SAVP', line(1)), stream('RTP/SAVP', line(1)), 'own');
    const unknown = unknownKeys(keys!);
    expect(unknown.receives).toBe(keys!.receives);
    expect(unknown.sends.master).not.toEqual(keys!.sends.master);
    expect(unknown.sends.suite).toBe(SHA1_80);
  });
});
