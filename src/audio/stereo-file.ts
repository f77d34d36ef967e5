/**
 * A call on disk: sent audio left, received audio right. Every write leaves a whole, valid WAV file behind,
 * so a run that is killed loses nothing: samples first, then the lengths in the header.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readSync, writeSync } from 'node:fs';
import { OffhookError } from '../errors.js';
import { NotOrdinary, openNew } from '../ordinary-file.js';
import { WAV_HEADER_BYTES, wavHeader } from './wav.js';

export type Side = 'sent' | 'received';

export interface FinishedFile {
  /** How long it is. */
  ms: number;
  bytes: number;
  /** The digest of all its bytes, in hexadecimal. */
  sha256: string;
}

const FRAME_BYTES = 4;
const MOST_SECONDS = 4 * 3600;

/**
 * `--save-audio`: one file for one call.
 *
 *     const file = new StereoFile('call.wav', 8000);
 *     file.write('received', samples, 8000, 12_000);   // 12,000 ms after the file's beginning
 *     file.write('sent', samples, 8000, 0);
 *     await file.close();                              // { ms, bytes, sha256 }
 *
 * Pieces of the two sides may be written in any order, each with its time since the file's beginning, in ms. Times that were
 * never written are silence; of audio written twice, the later write counts. Audio before the file's beginning is dropped;
 * a stream of another rate is converted, crudely, as it is only for listening. Compute the time of a piece from its position
 * in the stream and the start of that stream, not from its arrival, or delays on a busy machine become clicks.
 * @throws OffhookError E_OUTPUT: the file cannot be written.
 */
export class StereoFile {
  readonly path: string;
  readonly rate: number;
  readonly #file: number;
  /** Frames in the file. */
  #frames = 0;

  constructor(path: string, rate: number) {
    this.path = path;
    this.rate = rate;
    this.#file = this.#try(() => openNew(path, true));
    this.#try(() => writeSync(this.#file, wavHeader(rate, 2, 0), 0, WAV_HEADER_BYTES, 0));
  }

  write(side: Side, samples: Int16Array, rate: number, atMs: number): void {
    const all = rate === this.rate ? samples : adapted(samples, rate, this.rate);
    const at = Math.round((atMs * this.rate) / 1000);
    const own = at < 0 ? all.subarray(-at) : all;
    const start = Math.max(0, at);
    const end = start + own.length;
    if (own.length === 0 || end > MOST_SECONDS * this.rate) return;
    this.#try(() => {
      this.#put(side === 'sent' ? 0 : 1, own, start);
      if (end <= this.#frames) return;
      this.#frames = end;
      const header = wavHeader(this.rate, 2, end * FRAME_BYTES);
      writeSync(this.#file, header, 0, WAV_HEADER_BYTES, 0);
    });
  }

  /** Reads the file for its digest without blocking, because hours of audio take a second. @throws OffhookError E_OUTPUT */
  async close(): Promise<FinishedFile> {
    const digest = createHash('sha256');
    let bytes = 0;
    try {
      for await (const chunk of createReadStream('', { fd: this.#file, start: 0 })) {
        digest.update(chunk as Buffer);
        bytes += (chunk as Buffer).length;
      }
    } catch (error) {
      throw this.#outputError(error);
    }
    return { ms: (this.#frames * 1000) / this.rate, bytes, sha256: digest.digest('hex') };
  }

  /** Keeps the samples of the other side; bytes never written are zeros (POSIX pwrite). */
  #put(channel: number, samples: Int16Array, start: number): void {
    const bytes = Buffer.alloc(samples.length * FRAME_BYTES);
    const place = WAV_HEADER_BYTES + start * FRAME_BYTES;
    if (start < this.#frames) readSync(this.#file, bytes, 0, bytes.length, place);
    samples.forEach((sample, i) => {
      bytes.writeInt16LE(sample, i * FRAME_BYTES + channel * 2);
    });
    writeSync(this.#file, bytes, 0, bytes.length, place);
  }

  #try<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw this.#outputError(error);
    }
  }

  #outputError(error: unknown): OffhookError {
    const { code: seen = String(error) } = error as NodeJS.ErrnoException;
    const code = error instanceof NotOrdinary ? `it ${error.message}` : seen;
    return new OffhookError(
      'E_OUTPUT',
      { subject: `audio file "${this.path}"`, what: 'cannot be written', seen: code },
      { hint: 'check the folder of --save-audio and its free space' },
    );
  }
}

/** Each new sample is the mean of the old ones it covers, or the nearest. */
function adapted(samples: Int16Array, from: number, to: number): Int16Array {
  const step = from / to;
  return Int16Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const first = Math.floor(i * step);
    const last = Math.max(first + 1, Math.floor((i + 1) * step));
    let sum = 0;
    for (let k = first; k < last; k += 1) sum += samples[k] ?? 0;
    return Math.round(sum / (last - first));
  });
}
