import { expect, test } from 'vitest';
import { Pcap, Pcapng, type CaptureFormat } from '../../report/sip/capture-file.js';
import { PacketMaker } from '../../report/sip/ip-packets.js';
import { randomOf } from '../../testing/samples/signals.js';
import { writeRtp } from '../packet.js';
import { readCapture } from './pcap.js';

const FOUR = { source: '192.0.2.1:4000', destination: '192.0.2.2:5000' };
const SIX = { source: '[2001:db8::1]:4000', destination: '[2001:db8::2]:5000' };
/** A wall-clock time in microseconds. */
const BEGAN = 1_764_460_800_000_000;

interface Stream {
  ssrc: number;
  count: number;
  route: { source: string; destination: string };
}

const rtp = (ssrc: number, n: number): Buffer =>
  writeRtp({
    payloadType: n % 2 === 0 ? 0 : 101,
    marker: n === 0,
    sequence: 65_535 + n,
    timestamp: 1000 + n * 160,
    ssrc,
    payload: Buffer.from([n, 1, 2]),
  });

/** Frames of those streams, a packet of each every 20 ms, from Ethernet on. */
function frames(streams: readonly Stream[]): { time: number; bytes: Uint8Array }[] {
  const maker = new PacketMaker();
  return streams
    .flatMap(({ ssrc, count, route }) =>
      Array.from({ length: count }, (_, n) => ({
        time: BEGAN + n * 20_000 + (ssrc & 7),
        bytes: maker.packets({ protocol: 'udp', ...route }, rtp(ssrc, n))[0]!,
      })),
    )
    .sort((a, b) => a.time - b.time);
}

function file(
  format: CaptureFormat,
  packets: readonly { time: number; bytes: Uint8Array }[],
): Buffer {
  const parts = packets.map((packet) => format.packet({ ...packet, seenBy: 'alice', sent: true }));
  return Buffer.concat([format.header(), ...parts]);
}

const pcapng = (): CaptureFormat =>
  new Pcapng({ comment: 'test', system: 'Linux', program: 'Offhook' }, (name) => name);

/** A pcap file of any byte order, unit of time and link type. */
function pcap(
  packets: readonly { time: number; bytes: Uint8Array }[],
  { big = false, nano = false, link = 1 } = {},
): Buffer {
  const numbers = (...all: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * all.length);
    all.forEach((one, i) =>
      big ? bytes.writeUInt32BE(one, 4 * i) : bytes.writeUInt32LE(one, 4 * i),
    );
    return bytes;
  };
  const head = numbers(nano ? 0xa1b23c4d : 0xa1b2c3d4, big ? 0x20004 : 0x40002, 0, 0, 65_535, link);
  return Buffer.concat([
    head,
    ...packets.flatMap(({ time, bytes }) => [
      numbers(Math.floor(time / 1e6), (time % 1e6) * (nano ? 1000 : 1), bytes.length, bytes.length),
      bytes,
    ]),
  ]);
}

const IP_AT = 14;
const one = [{ ssrc: 0xabcd0001, count: 4, route: FOUR }];
const ethernet = frames(one);
const raw = ethernet.map(({ time, bytes }) => ({ time, bytes: bytes.subarray(IP_AT) }));
const behind = (head: Buffer): { time: number; bytes: Uint8Array }[] =>
  raw.map(({ time, bytes }) => ({ time, bytes: Buffer.concat([head, bytes]) }));
/** Addresses of Ethernet, then what is given. */
const tagged = (...more: number[]): Buffer => Buffer.from([...Array<number>(12).fill(2), ...more]);

const sll = Buffer.from([0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0]);
const sll2 = Buffer.from([8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0]);

test.each<[string, Buffer]>([
  ['pcap', file(new Pcap(), ethernet)],
  ['pcapng', file(pcapng(), ethernet)],
  ['pcap, the other byte order', pcap(ethernet, { big: true })],
  ['pcap with nanoseconds', pcap(ethernet, { nano: true })],
  ['raw IP', pcap(raw, { link: 101 })],
  ['raw IPv4', pcap(raw, { link: 228 })],
  ['BSD loopback', pcap(behind(Buffer.from([2, 0, 0, 0])), { link: 0 })],
  ['Linux cooked', pcap(behind(sll), { link: 113 })],
  ['Linux cooked, version 2', pcap(behind(sll2), { link: 276 })],
  ['VLAN', pcap(behind(tagged(0x81, 0, 0, 5, 8, 0)))],
  ['VLAN in VLAN', pcap(behind(tagged(0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0)))],
  ['cut off at its end', file(new Pcap(), [...ethernet, ethernet[0]!]).subarray(0, -20)],
  [
    'each packet twice',
    file(
      new Pcap(),
      ethernet.flatMap((frame) => [frame, frame]),
    ),
  ],
])('%s', (_, bytes) => {
  const stream = readCapture(bytes, 'call.pcap');
  expect(stream).toMatchObject({ ssrc: 0xabcd0001, ...FOUR });
  expect(stream.packets.map(({ sequence, payload }) => [sequence, payload[0]])).toEqual([
    [65_535, 0],
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  stream.packets.forEach(({ at, payloadType, marker }, n) => {
    expect(at).toBeCloseTo(20 * n, 2);
    expect([payloadType, marker]).toEqual([n % 2 === 0 ? 0 : 101, n === 0]);
  });
});

test('IPv6, with extension headers too', () => {
  const six = frames([{ ssrc: 5, count: 3, route: SIX }]);
  expect(readCapture(pcap(six), 'x')).toMatchObject({
    source: '[2001:db8:0:0:0:0:0:1]:4000',
    destination: '[2001:db8:0:0:0:0:0:2]:5000',
  });
  const extended = six.map(({ time, bytes }) => {
    const head = Buffer.from(bytes.subarray(0, IP_AT + 40));
    const next = head[IP_AT + 6]!;
    head[IP_AT + 6] = 0;
    // hop-by-hop with six bytes of padding (RFC 8200, 4.3)
    const hop = Buffer.from([next, 0, 1, 4, 0, 0, 0, 0]);
    return { time, bytes: Buffer.concat([head, hop, bytes.subarray(IP_AT + 40)]) };
  });
  expect(readCapture(pcap(extended), 'x').packets).toHaveLength(3);
});

const several = file(
  new Pcap(),
  frames([
    { ssrc: 1, count: 3, route: FOUR },
    { ssrc: 2, count: 9, route: { source: FOUR.destination, destination: FOUR.source } },
    { ssrc: 3, count: 5, route: { source: '192.0.2.1:4002', destination: '192.0.2.2:5002' } },
  ]),
);

test('of several streams the largest, or what was chosen', () => {
  const ssrcOf = (choice?: Parameters<typeof readCapture>[2]): number =>
    readCapture(several, 'x', choice).ssrc;
  expect(ssrcOf()).toBe(2);
  expect(ssrcOf({ ssrc: 1 })).toBe(1);
  expect(ssrcOf({ port: 4002 })).toBe(3);
  expect(ssrcOf({ port: 5000 })).toBe(2);
  expect(ssrcOf({ port: 5000, ssrc: 1 })).toBe(1);
});

const udpOnly = (text: string): Buffer =>
  file(new Pcap(), [
    {
      time: BEGAN,
      bytes: new PacketMaker().packets({ protocol: 'udp', ...FOUR }, Buffer.from(text))[0]!,
    },
  ]);

test.each<[string, Buffer, string]>([
  ['empty', Buffer.alloc(0), 'is no capture file: 0 bytes'],
  [
    'a WAV file',
    Buffer.from('RIFF....WAVEfmt ........'),
    'is neither pcap nor pcapng: it begins with the bytes 52494646',
  ],
  ['a link nobody knows', pcap(raw, { link: 105 }), 'has packets of link type 105'],
  ['no RTP in it', udpOnly('OPTIONS sip:a@b SIP/2.0'), 'holds no RTP stream (UDP packets: 1)'],
  [
    'damaged',
    Buffer.concat([pcapng().header(), Buffer.alloc(40, 7)]),
    'is damaged: no pcapng block at byte ',
  ],
])('%s: a clear error', (_, bytes, message) => {
  expect(() => readCapture(bytes, 'call.pcap')).toThrow(
    `capture "call.pcap": cannot be used: ${message}`,
  );
});

test('a stream that is not there: the message says which are', () => {
  expect(() => readCapture(several, 'x', { ssrc: 9, port: 1 })).toThrow(
    'holds no RTP stream of SSRC 0x00000009 and port 1, but 0x00000002 192.0.2.2:5000 to 192.0.2.1:4000 (9 packets), ',
  );
});

test('damaged files: nothing but clear errors', () => {
  const random = randomOf(2);
  for (const whole of [several, file(pcapng(), ethernet), pcap(behind(sll2), { link: 276 })]) {
    for (let i = 0; i < 1000; i += 1) {
      const bytes = Buffer.from(whole.subarray(0, Math.floor(random() * (whole.length + 1))));
      for (let n = 0; n < 4 && bytes.length > 0; n += 1) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      try {
        readCapture(bytes, 'x');
      } catch (error) {
        expect(error).toMatchObject({ code: 'E_AUDIO_FILE' });
      }
    }
  }
});
