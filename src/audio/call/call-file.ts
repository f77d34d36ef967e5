/**
 * The audio of a call in the form that reports hold: each channel of a recording as mu-law octets at 8 kHz, with marks for
 * what can be heard. A file of 10 s takes some 20 ms: callers that read many files should let other work go on in between.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { encodeMulaw } from '../g711.js';
import { marksOf, type Marked } from './marks.js';
import { resample, toFloat, toInt16 } from '../pcm.js';
import type { Side } from '../stereo-file.js';
import { readWavHeader, type WavHeader } from '../wav-header.js';
import { readSamples } from '../wav.js';

export interface SideOfCall extends Marked {
  side: Side;
  /** Samples a second: 8000. */
  rate: number;
  samples: number;
  /** The samples in mu-law (ITU-T G.711). */
  octets: Uint8Array;
}

export interface CallAudio {
  /** How long the recording is; `sides` hold at most its first ten minutes. */
  ms: number;
  /** The left channel is what the agent sent, the right one what it received. None in a file without any sample. */
  sides: readonly SideOfCall[];
}

const RATE = 8000;
const MOST_SECONDS = 600;
const HEADER_BYTES = 4096;
const SIDES: readonly Side[] = ['sent', 'received'];

/**
 * A file that ends before its samples do counts as far as it goes.
 * @throws OffhookError E_AUDIO_FILE: it is no WAV; the error of the system: it cannot be read.
 */
export function audioOfFile(path: string): CallAudio {
  const file = openSync(path, 'r');
  try {
    const header = readWavHeader(read(file, 0, HEADER_BYTES), path);
    if (header === undefined) return { ms: 0, sides: [] };
    const frame = (header.channels * header.bits) / 8;
    const present = Math.max(0, fstatSync(file).size - header.dataAt);
    const frames = Math.floor(Math.min(present, header.dataBytes || present) / frame);
    const ms = (frames * 1000) / header.rate;
    if (frames === 0) return { ms, sides: [] };
    const kept = Math.min(frames, MOST_SECONDS * header.rate);
    const bytes = read(file, header.dataAt, kept * frame);
    const channels = channelsOf(bytes, header, Math.floor(bytes.length / frame));
    return {
      ms,
      sides: SIDES.flatMap((side, index) => sideOf(side, channels[index], header.rate)),
    };
  } finally {
    closeSync(file);
  }
}

function read(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let at = 0;
  for (let got = 1; got > 0 && at < length; at += got) {
    got = readSync(file, bytes, at, length - at, from + at);
  }
  return bytes.subarray(0, at);
}

function channelsOf(bytes: Buffer, header: WavHeader, frames: number): Int16Array[] {
  const { channels, encoding, bits } = header;
  if (encoding !== 'pcm' || bits !== 16) {
    return readSamples(bytes, header, frames).map((one) => toInt16(one).samples);
  }
  const all = new Int16Array(bytes.buffer, bytes.byteOffset, frames * channels);
  return Array.from({ length: channels }, (_, channel) => {
    const out = new Int16Array(frames);
    for (let i = 0; i < frames; i += 1) out[i] = all[i * channels + channel] ?? 0;
    return out;
  });
}

function sideOf(side: Side, samples: Int16Array | undefined, rate: number): SideOfCall[] {
  if (samples === undefined) return [];
  const plain = rate === RATE ? samples : toInt16(resample(toFloat(samples), rate, RATE)).samples;
  return [
    {
      side,
      rate: RATE,
      samples: plain.length,
      octets: encodeMulaw(plain),
      ...marksOf(plain, RATE),
    },
  ];
}
