/**
 * The memory of a QuickJS that has evaluated the guest, as a file made by the build: evaluating it anew costs
 * every start of the program a quarter of its time. Without the file, or with one of another build of
 * QuickJS, the guest is evaluated as ever.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { GUEST_IMAGE } from '../built.js';
import type { Region } from './memory-image.js';

/** Bytes of the header's length, which comes first. */
const LENGTH_BYTES = 4;

export interface GuestImage {
  /** QuickJs.layout of the instance the image was taken from. */
  layout: string;
  /** Address of the handle on the guest's exports. */
  guest: number;
  /** See QuickJs.findRandomState. */
  randomState: number;
  regions: readonly Region[];
}

interface Header extends Omit<GuestImage, 'regions'> {
  regions: readonly { start: number; length: number }[];
}

export function writeGuestImage({ regions, ...rest }: GuestImage): void {
  const shapes = regions.map(({ start, bytes }) => ({ start, length: bytes.length }));
  const header = Buffer.from(JSON.stringify({ ...rest, regions: shapes } satisfies Header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  writeFileSync(GUEST_IMAGE, Buffer.concat([length, header, ...regions.map(({ bytes }) => bytes)]));
}

/** Reads the build's image; undefined when there is none with this layout. */
export function readGuestImage(layout: string): GuestImage | undefined {
  const file = readIfThere();
  if (file === undefined) return undefined;
  let at = LENGTH_BYTES + file.readUInt32LE();
  const { regions, ...header } = JSON.parse(file.toString('utf8', LENGTH_BYTES, at)) as Header;
  if (header.layout !== layout) return undefined;
  const read = regions.map(({ start, length }) => {
    at += length;
    return { start, bytes: file.subarray(at - length, at) };
  });
  return { ...header, regions: read };
}

function readIfThere(): Buffer | undefined {
  try {
    return readFileSync(GUEST_IMAGE);
  } catch {
    // Where there is no image, the guest is evaluated anew, which only takes longer.
    return undefined;
  }
}
