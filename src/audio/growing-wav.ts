/**
 * A WAV file that another process is still writing: its header announces no length yet, frames are appended as they
 * are heard. The file is polled: kernel notifications cost more than asking for the file's size, and come no
 * earlier than the next poll.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readWavHeader, type WavHeader } from './wav-header.js';
import { readSamples } from './wav.js';
import { toInt16, toMono } from './pcm.js';

export interface Heard {
  /** Mono; several channels are averaged. */
  samples: Int16Array;
  rate: number;
  channels: number;
  /** Place of the first of `samples` in the file, in samples. */
  position: number;
}

const HEADER_BYTES = 512;
const READ_BYTES = 64 * 1024;
/**
 * The most pieces returned at once: 4 MiB, which is 20 s of opus and far more than comes between two reads. The rest of a
 * longer file is read next time, so that other work is not held up.
 */
const MOST_PIECES = 64;
/** Shared by all files: what was read is copied before anything else is read. */
const BUFFER = Buffer.allocUnsafe(READ_BYTES);

/**
 * Follows one file; it need not exist yet. Each `read()` returns the samples that have come since the last
 * one. A file that was emptied to free its space goes on where it was. A file that is not a WAV throws
 * E_AUDIO_FILE.
 */
export class GrowingWav {
  readonly #path: string;
  #file: number | undefined;
  #header: WavHeader | undefined;
  /** Bytes consumed. */
  #at = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Lets go of the file; reading may begin again later, from its start. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#header = undefined;
    this.#at = 0;
  }

  /** Samples that came since the last call, in pieces of whole frames; empty when the file does not exist. */
  read(): Heard[] {
    const file = (this.#file ??= opened(this.#path));
    if (file === undefined) return [];
    this.#header ??= this.#readHeader(file);
    if (this.#header === undefined) return [];
    const all: Heard[] = [];
    let one: Heard | undefined;
    // a system call costs more than filtering the bytes it returns: make no more of them than needed
    do {
      one = this.#next(file, this.#header);
      if (one !== undefined) all.push(one);
    } while (one?.samples.length === framesAtOnce(this.#header) && all.length < MOST_PIECES);
    return all;
  }

  /** ms since the last write to the file, exact to 10 ms; undefined where there is no file. */
  get age_ms(): number | undefined {
    return this.#file === undefined
      ? undefined
      : Math.max(0, Date.now() - fstatSync(this.#file).mtimeMs);
  }

  #readHeader(file: number): WavHeader | undefined {
    const length = readSync(file, BUFFER, 0, HEADER_BYTES, 0);
    const header = readWavHeader(BUFFER.subarray(0, length), this.#path);
    if (header !== undefined) this.#at = header.dataAt;
    return header;
  }

  #next(file: number, header: WavHeader): Heard | undefined {
    const { rate, channels } = header;
    const frame = bytesOfFrame(header);
    const length = framesAtOnce(header) * frame;
    const frames = Math.floor(readSync(file, BUFFER, 0, length, this.#at) / frame);
    if (frames === 0) return undefined;
    const position = (this.#at - header.dataAt) / frame;
    this.#at += frames * frame;
    const samples = monoOf(BUFFER.subarray(0, frames * frame), header, frames);
    return { samples, rate, channels, position };
  }
}

function bytesOfFrame({ channels, bits }: WavHeader): number {
  return (channels * bits) / 8;
}

function framesAtOnce(header: WavHeader): number {
  return Math.floor(READ_BYTES / bytesOfFrame(header));
}

/** Short cut for 16-bit PCM, which baresip writes: no detour over floating point. */
function monoOf(bytes: Buffer, header: WavHeader, frames: number): Int16Array {
  if (header.encoding !== 'pcm' || header.bits !== 16) {
    return toInt16(toMono(readSamples(bytes, header, frames))).samples;
  }
  const all = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const { channels } = header;
  if (channels === 1) return all;
  const mono = new Int16Array(frames);
  for (let i = 0; i < frames; i += 1) {
    let sum = 0;
    for (let c = 0; c < channels; c += 1) sum += all[i * channels + c] ?? 0;
    mono[i] = Math.round(sum / channels);
  }
  return mono;
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
