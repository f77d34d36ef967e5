import { expect, test } from 'vitest';
import { sipMessage } from '../../testing/samples/sample-run.js';
import { MediaEnds } from './media-ends.js';

const LOCAL = '10.0.0.7:5060';

/** Whether media from that address and port count, after a user agent has sent the description. */
function knows(lines: readonly string[], end: string, local = LOCAL): boolean {
  const media = new MediaEnds();
  const body = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', ...lines, ''].join('\r\n');
  media.note(sipMessage({ direction: 'sent', local, body }));
  const packet = { time: 0, ip: new Uint8Array() };
  const ways = [
    media.has({ ...packet, ends: [end, '203.0.113.9:9999'] }),
    media.has({ ...packet, ends: ['203.0.113.9:9999', end] }),
  ];
  expect(ways[0]).toBe(ways[1]);
  return ways.every(Boolean);
}

const AUDIO = ['c=IN IP4 192.0.2.1', 't=0 0', 'm=audio 10004 RTP/AVP 0'];

test('RTP and RTCP of every stream, to and from the address of the description', () => {
  for (const port of [10004, 10005, 10006, 10007]) {
    expect(knows([...AUDIO, 'm=video 10006 RTP/AVP 31'], `192.0.2.1:${port}`)).toBe(true);
  }
  expect(knows(AUDIO, '192.0.2.1:10006')).toBe(false);
  expect(knows([...AUDIO, 'm=video 0 RTP/AVP 31'], '192.0.2.1:0')).toBe(false);
});

test('the same port of another address is that of somebody else', () => {
  expect(knows(AUDIO, '192.0.2.2:10004')).toBe(false);
});

test('behind a NAT, the address that SIP is sent from', () => {
  expect(knows(AUDIO, '10.0.0.7:10004')).toBe(true);
  expect(knows(['c=IN IP4 0.0.0.0', ...AUDIO.slice(1)], '10.0.0.7:10004')).toBe(true);
  expect(knows(['c=IN IP4 0.0.0.0', ...AUDIO.slice(1)], '0.0.0.0:10004')).toBe(false);
});

test('IPv6, however it is written', () => {
  const lines = ['c=IN IP6 2001:DB8::7', ...AUDIO.slice(1)];
  expect(knows(lines, '[2001:db8:0:0:0:0:0:7]:10005')).toBe(true);
  expect(knows(lines, '[0:0:0:0:0:0:0:1]:10004', '[::1]:5060')).toBe(true);
});

test('RTCP on a port of its own, and the candidates of ICE', () => {
  expect(knows([...AUDIO, 'a=rtcp:10012'], '192.0.2.1:10012')).toBe(true);
  const candidate =
    'a=candidate:1 1 UDP 1694498815 198.51.100.3 30000 typ srflx raddr 172.17.0.2 rport 10010';
  expect(knows([...AUDIO, candidate], '198.51.100.3:30000')).toBe(true);
  expect(knows([...AUDIO, candidate], '172.17.0.2:10010')).toBe(true);
  expect(knows([...AUDIO, candidate], '172.17.0.2:10004')).toBe(false);
});

test('what the other side offers is where media go anyway', () => {
  const media = new MediaEnds();
  const body = ['v=0', ...AUDIO, ''].join('\r\n');
  media.note(sipMessage({ direction: 'received', local: LOCAL, body }));
  const ends = ['192.0.2.1:10004', '192.0.2.1:10004'] as const;
  expect(media.has({ time: 0, ip: new Uint8Array(), ends })).toBe(false);
});
