/**
 * A WAV file of a stream while it is made, as baresip's sndfile makes its dumps: 8 kHz, one channel, 16 bits; the header
 * announces no length until the file is closed. `audio/growing-wav.ts` reads it meanwhile.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { WAV_HEADER_BYTES, wavHeader } from '../audio/wav.js';
import { RATE } from './codec.js';

const SAMPLE_BYTES = 2;

export class WavFile {
  readonly path: string;
  /** Samples not yet written: one array, because a list of arrays for each stream makes the collector's pauses long. */
  readonly #waiting: Int16Array;
  #file: number | undefined;
  /** Samples on disk. */
  #written = 0;
  #waitingLength = 0;

  /** Collects `atOnce` samples for each write, because a write call costs more than writing its samples. */
  constructor(path: string, atOnce = 1) {
    this.path = path;
    this.#waiting = new Int16Array(atOnce);
    // a file of that name is another stream's: it is not overwritten
    this.#file = openSync(path, 'wx', 0o600);
    writeSync(this.#file, wavHeader(RATE, 1, 0));
  }

  /** Length so far, in samples. */
  get length(): number {
    return this.#written + this.#waitingLength;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** The samples are copied: their array may be used again. */
  append(samples: Int16Array): void {
    if (this.#file === undefined || samples.length === 0) return;
    if (this.#waitingLength + samples.length > this.#waiting.length) this.flush();
    if (samples.length >= this.#waiting.length) {
      this.#write(samples);
      return;
    }
    this.#waiting.set(samples, this.#waitingLength);
    this.#waitingLength += samples.length;
    if (this.#waitingLength === this.#waiting.length) this.flush();
  }

  /** Silence up to that place. It takes no space on the disk: the file has a hole there. */
  silenceTo(place: number): void {
    if (place <= this.length) return;
    this.flush();
    this.#written = place;
  }

  /** Writes the samples that were kept. */
  flush(): void {
    if (this.#file === undefined || this.#waitingLength === 0) return;
    const waiting = this.#waiting.subarray(0, this.#waitingLength);
    this.#waitingLength = 0;
    this.#write(waiting);
  }

  /** Each write names its position, so a file that its reader has emptied meanwhile continues where it was. */
  #write(samples: Int16Array): void {
    if (this.#file === undefined) return;
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    writeSync(this.#file, bytes, 0, bytes.length, placeOf(this.#written));
    this.#written += samples.length;
  }

  /** The header gets its length. Whatever is appended later is dropped. */
  close(): void {
    if (this.#file === undefined) return;
    this.flush();
    // silence at the end is no write
    ftruncateSync(this.#file, placeOf(this.#written));
    writeSync(this.#file, wavHeader(RATE, 1, this.#written * SAMPLE_BYTES), 0, WAV_HEADER_BYTES, 0);
    closeSync(this.#file);
    this.#file = undefined;
  }
}

function placeOf(sample: number): number {
  return WAV_HEADER_BYTES + sample * SAMPLE_BYTES;
}
