import { expect, test } from 'vitest';
import { byteStream, CLIP, CLIP_PICTURES, nal } from '../../testing/samples/h264.js';
import { randomOf } from '../../testing/samples/signals.js';
import { Depacketizer, nalUnits, payloadsOf, readClip } from './h264.js';

/** What comes out of these payloads, each packet with its number; a picture has one time stamp and ends with the marker. */
function received(
  pictures: readonly (readonly Uint8Array[])[],
  lost: readonly number[] = [],
): { nals: Uint8Array[]; pictures: number } {
  const nals: Uint8Array[] = [];
  let count = 0;
  const depacketizer = new Depacketizer(
    (one) => nals.push(Uint8Array.from(one)),
    () => (count += 1),
  );
  let sequence = 0xfffe;
  for (const [i, payloads] of pictures.entries()) {
    for (const [at, payload] of payloads.entries()) {
      const marker = at === payloads.length - 1;
      const number = sequence & 0xffff;
      if (!lost.includes(sequence - 0xfffe)) {
        depacketizer.push({ sequence: number, timestamp: i * 3600, marker, payload });
      }
      sequence += 1;
    }
  }
  return { nals, pictures: count };
}

const sent = readClip(byteStream(CLIP)).units.map((unit) =>
  unit.flatMap((one) => payloadsOf(one, 1200)),
);

test('NAL units of a byte stream, whatever stands between them', () => {
  expect(nalUnits(byteStream(CLIP))).toEqual(CLIP.map((one) => Buffer.from(one)));
  const zeros = Buffer.from([0, 0, 0, 0, 1, 0x67, 1, 0, 0, 0, 0, 1, 0x68, 2, 0, 0]);
  expect(nalUnits(zeros).map((one) => [...one])).toEqual([
    [0x67, 1],
    [0x68, 2],
  ]);
  expect(nalUnits(Buffer.from('no start code'))).toEqual([]);
});

test('pictures: several slices are one, what precedes a slice belongs to it', () => {
  const { units, profileLevelId, parameterSets } = readClip(byteStream(CLIP));
  expect(units.map((unit) => unit.map(([first = 0]) => first & 0x1f))).toEqual([
    [7, 8, 5],
    [1],
    [1],
    [1],
    [1, 1],
  ]);
  expect([profileLevelId, parameterSets]).toEqual(['42c01f', 'Z0LAH4yNQA==,aM48gA==']);
  // access unit delimiters and SEI begin the next one; the unit behind the last slice has no picture
  const aud = Uint8Array.of(0x09, 0xf0);
  const more = [aud, ...CLIP.slice(0, 3), aud, Uint8Array.of(0x06, 5), CLIP[3]!, aud];
  expect(readClip(byteStream(more)).units.map(({ length }) => length)).toEqual([4, 3]);
});

test.each([
  ['does not begin with 00 00 01', Buffer.from('no H.264 at all')],
  ['holds no picture', byteStream(CLIP.slice(0, 2))],
  ['no sequence and picture parameter sets', byteStream(CLIP.slice(2))],
])('a file is refused: %s', (what, bytes) => {
  expect(() => readClip(bytes)).toThrow(what);
});

test('what is too long for a packet is sent in fragments, and comes together octet by octet', () => {
  expect(sent.map((payloads) => payloads.length)).toEqual([2 + 5, 1, 1, 2, 1 + 3]);
  expect(Math.max(...sent.flat().map(({ length }) => length))).toBe(1200);
  // FU indicator with the importance of the unit, FU header with start, none, end and its type (RFC 6184, 5.8)
  expect(sent[0]!.slice(2).map((payload) => [...payload.subarray(0, 2)])).toEqual([
    [0x7c, 0x85],
    [0x7c, 0x05],
    [0x7c, 0x05],
    [0x7c, 0x05],
    [0x7c, 0x45],
  ]);
  const back = received(sent);
  expect(back.nals).toEqual(CLIP);
  expect(back.pictures).toBe(CLIP_PICTURES);
});

test.each([
  ['the first fragment', 2],
  ['one in the middle', 4],
  ['the last one, with the marker', 6],
])('of a unit that lacks a part nothing is left: %s', (_, lost) => {
  const { nals, pictures } = received(sent, [lost]);
  expect(nals).toEqual(CLIP.filter((_one, i) => i !== 2));
  expect(pictures).toBe(CLIP_PICTURES - 1);
});

test('several units in one packet (STAP-A); a length beyond the end ends it', () => {
  const [one, other] = [nal(0x41, 3, 1), nal(0x41, 2, 2)];
  const together = Uint8Array.of(0x78, 0, 3, ...one, 0, 2, ...other);
  expect(received([[together]])).toEqual({ nals: [one, other], pictures: 1 });
  expect(received([[together.subarray(0, 8)]]).nals).toEqual([one]);
});

test('octets of chance: no throw, and no more memory than a limit', () => {
  const random = randomOf(7);
  const octet = (): number => Math.floor(256 * random());
  const noise = Array.from({ length: 5000 }, () =>
    Uint8Array.from({ length: Math.floor(8 * random()) }, octet),
  );
  received(noise.map((payload) => [payload]));
  const middle = new Uint8Array(60_000).fill(0x7c).fill(0x05, 1, 2);
  const endless = [Uint8Array.of(0x7c, 0x85, 1), ...Array<Uint8Array>(100).fill(middle)];
  const end = Uint8Array.of(0x7c, 0x45, 1);
  expect(received([[...endless, end]]).nals).toEqual([]);
});
