/**
 * A WAV file that another process is still writing: its header announces no length yet, frames are appended as they
 * are heard. Nothing tells of a write: kernel notifications cost more than asking for the file's size, and
 * come no earlier than the next question.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { OffhookError } from '../errors.js';
import { readWavHeader, type WavHeader } from './wav-header.js';
import { readSamples } from './wav.js';
import { toInt16, toMono } from './pcm.js';

export interface Heard {
  /** Mono; several channels are averaged. */
  samples: Int16Array;
  rate: number;
  channels: number;
  /** Place of the first of `samples` in its stream, in samples. */
  position: number;
  /** Counts up from 0: the file was begun anew. Positions and detectors start over with it. */
  stream: number;
}

/** Frames come every 20 ms: the next look is when one is due, then often until it is there. */
const DUE_MS = 19;
const LATE_MS = 4;
const IDLE_MS = 10;
/** Nothing for so long: the sender holds, or is busy. */
const IDLE_AFTER_LOOKS = 5;
const HEADER_BYTES = 512;
const READ_BYTES = 64 * 1024;

/**
 * Follows one file; it need not exist yet. Two ways to use it:
 *
 *     const wav = new GrowingWav(path);
 *     wav.listen((heard) => detector.push(heard.samples));   // looks every 4 to 20 ms until close()
 *     wav.close();
 *
 * or `wav.read()` whenever the caller likes, which returns what has come since. `listen` reads from the file's
 * beginning on, so nothing is missed before it. The timer keeps no process alive. A file that is no WAV throws
 * E_AUDIO_FILE from `read`, and ends a `listen` with its second argument.
 */
export class GrowingWav {
  readonly #path: string;
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  #file: number | undefined;
  #header: WavHeader | undefined;
  /** Bytes consumed. */
  #at = 0;
  #stream = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  listen(heard: (heard: Heard) => void, failed: (error: OffhookError) => void): void {
    let idle = IDLE_AFTER_LOOKS;
    const look = (): void => {
      const timer = this.#timer;
      try {
        const all = this.read();
        idle = all.length > 0 ? 0 : idle + 1;
        for (const one of all) heard(one);
      } catch (error) {
        this.close();
        if (!(error instanceof OffhookError)) throw error;
        failed(error);
      }
      // closed meanwhile, by what was heard
      if (this.#timer !== timer || timer === undefined) return;
      const wait = idle === 0 ? DUE_MS : idle < IDLE_AFTER_LOOKS ? LATE_MS : IDLE_MS;
      this.#timer = setTimeout(look, wait).unref();
    };
    this.#timer ??= setTimeout(look, 0).unref();
  }

  /** Ends listening and lets go of the file; reading may begin again later, from its start. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#header = undefined;
    this.#at = 0;
  }

  /** What came since the last call, in pieces; nothing when there is none. Whole frames only. */
  read(): Heard[] {
    const file = (this.#file ??= opened(this.#path));
    if (file === undefined) return [];
    const { size } = fstatSync(file);
    if (size < this.#at) this.#restart();
    if (size === this.#at) return [];
    this.#header ??= this.#readHeader(file);
    const header = this.#header;
    if (header === undefined) return [];
    const all: Heard[] = [];
    for (let one = this.#next(file, header); one; one = this.#next(file, header)) all.push(one);
    return all;
  }

  #restart(): void {
    this.#stream += 1;
    this.#header = undefined;
    this.#at = 0;
  }

  #readHeader(file: number): WavHeader | undefined {
    const length = readSync(file, this.#buffer, 0, HEADER_BYTES, 0);
    const header = readWavHeader(this.#buffer.subarray(0, length), this.#path);
    if (header !== undefined) this.#at = header.dataAt;
    return header;
  }

  #next(file: number, header: WavHeader): Heard | undefined {
    const { rate, channels, bits } = header;
    const frame = (channels * bits) / 8;
    const length = READ_BYTES - (READ_BYTES % frame);
    const frames = Math.floor(readSync(file, this.#buffer, 0, length, this.#at) / frame);
    if (frames === 0) return undefined;
    const position = (this.#at - header.dataAt) / frame;
    this.#at += frames * frame;
    const samples = monoOf(this.#buffer.subarray(0, frames * frame), header, frames);
    return { samples, rate, channels, position, stream: this.#stream };
  }
}

/** 16-bit PCM, which baresip writes, without the way over floating point. */
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
