/** H.264 byte streams as a camera's: nothing in them can be shown, as nothing here decodes. Never shipped. */
import { randomOf } from './signals.js';

/** A unit of that type; no zero octets, so no start code is in it. */
export function nal(first: number, length: number, seed: number, second = 0x80): Uint8Array {
  const random = randomOf(seed);
  return Uint8Array.from({ length }, (_, i) =>
    i === 0 ? first : i === 1 ? second : 1 + Math.floor(255 * random()),
  );
}

/** Parameter sets, a key picture of five packets, three small pictures, one of two slices. */
export const CLIP: readonly Uint8Array[] = [
  Uint8Array.of(0x67, 0x42, 0xc0, 0x1f, 0x8c, 0x8d, 0x40),
  Uint8Array.of(0x68, 0xce, 0x3c, 0x80),
  nal(0x65, 5000, 1),
  nal(0x41, 300, 2),
  nal(0x41, 1200, 3),
  nal(0x41, 1201, 4),
  nal(0x41, 200, 5),
  nal(0x41, 2500, 6, 0x40),
];
export const CLIP_PICTURES = 5;

/** @returns a byte stream with start codes of three octets and of four, in turn */
export function byteStream(nals: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    nals.flatMap((one, i) => [Uint8Array.of(...(i % 2 === 0 ? [0] : []), 0, 0, 1), one]),
  );
}
