/** WAV files: decodes any common one, and encodes the sounds that are played and recorded. */
import { decodeG711 } from './g711.js';
import type { Sound } from './pcm.js';
import { readWavHeader, wavError, type WavHeader } from './wav-header.js';

/** A larger file is refused before it is read: see `checkWavSize`. */
const MOST_WAV_BYTES = 128 * 1024 * 1024;
const MOST_SECONDS = 600;
/** Lengths written by programs that do not know the length yet: libsndfile, and ffmpeg into a pipe. */
const UNKNOWN_LENGTHS: readonly number[] = [0, 0xffffffff, 0x7fffffff, 0x7fffffff - 36];

export interface WavSound extends Sound {
  /** The format for people: "48 kHz stereo, 24-bit PCM". */
  format: string;
  ms: number;
}

/** @throws OffhookError E_AUDIO_FILE: the file is too large to be read. */
export function checkWavSize(bytes: number, name: string): void {
  if (bytes <= MOST_WAV_BYTES) return;
  const size = `${Math.ceil(bytes / 1024 / 1024)} MiB`;
  throw wavError(
    name,
    `is too large: ${size} (at most ${MOST_WAV_BYTES / 1024 / 1024} MiB)`,
    'shorten it',
  );
}

/**
 * The sound of a WAV file: 8 to 32-bit PCM, 32 and 64-bit float, A-law, mu-law; 8 to 192 kHz; 1 to 8 channels.
 * `convertSound` converts it to what a call carries. `name` is the file as the script wrote it.
 * @throws OffhookError E_AUDIO_FILE: not a WAV, compressed, truncated, empty, longer than 10 minutes.
 */
export function decodeWav(bytes: Buffer, name: string): WavSound {
  checkWavSize(bytes.length, name);
  if (bytes.length === 0) throw wavError(name, 'is empty: 0 bytes');
  const header = readWavHeader(bytes, name);
  if (header === undefined) {
    throw wavError(name, `is truncated: ${bytes.length} bytes, and no data chunk among them`);
  }
  const frame = (header.channels * header.bits) / 8;
  const present = bytes.length - header.dataAt;
  const open = UNKNOWN_LENGTHS.includes(header.dataBytes);
  if (!open && header.dataBytes > present) {
    const told = `${header.dataBytes} bytes of samples announced, ${present} present`;
    throw wavError(name, `is truncated: ${told}`, 'copy or record it again');
  }
  const frames = Math.floor((open ? present : header.dataBytes) / frame);
  if (frames === 0) throw wavError(name, 'is empty: no samples', 'record it again');
  const seconds = frames / header.rate;
  if (seconds > MOST_SECONDS) {
    const told = `${Math.round(seconds)} s (at most ${MOST_SECONDS} s)`;
    throw wavError(name, `is too long: ${told}`, 'shorten it');
  }
  return {
    rate: header.rate,
    channels: readSamples(bytes.subarray(header.dataAt), header, frames),
    format: formatText(header),
    ms: seconds * 1000,
  };
}

/** One array per channel. */
export function readSamples(bytes: Buffer, header: WavHeader, frames: number): Float32Array[] {
  const read = READERS[header.encoding](header.bits);
  const width = header.bits / 8;
  return Array.from({ length: header.channels }, (_, channel) => {
    const out = new Float32Array(frames);
    let at = channel * width;
    for (let i = 0; i < frames; i += 1) {
      out[i] = read(bytes, at);
      at += header.channels * width;
    }
    return out;
  });
}

type Reader = (bytes: Buffer, at: number) => number;

const READERS: Readonly<Record<WavHeader['encoding'], (bits: number) => Reader>> = {
  pcm: (bits) => {
    // 8-bit PCM is unsigned, all wider ones are signed
    if (bits === 8) return (bytes, at) => (bytes.readUInt8(at) - 128) / 128;
    const scale = 2 ** (bits - 1);
    return (bytes, at) => bytes.readIntLE(at, bits / 8) / scale;
  },
  float: (bits) => (bytes, at) => {
    const value = bits === 32 ? bytes.readFloatLE(at) : bytes.readDoubleLE(at);
    return Number.isFinite(value) ? value : 0;
  },
  alaw: () => (bytes, at) => decodeG711('alaw', bytes.readUInt8(at)) / 32768,
  mulaw: () => (bytes, at) => decodeG711('mulaw', bytes.readUInt8(at)) / 32768,
};

const ENCODING_TEXT = { pcm: 'PCM', float: 'float', alaw: 'A-law', mulaw: 'mu-law' } as const;

function formatText({ rate, channels, bits, encoding }: WavHeader): string {
  const layout = channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`;
  return `${rate / 1000} kHz ${layout}, ${bits}-bit ${ENCODING_TEXT[encoding]}`;
}

export const WAV_HEADER_BYTES = 44;

/** The 44 bytes in front of 16-bit PCM samples. */
export function wavHeader(rate: number, channels: number, dataBytes: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(WAV_HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** A whole WAV file of 16-bit PCM; several channels are interleaved samples. */
export function encodeWav(samples: Int16Array, rate: number, channels = 1): Buffer {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return Buffer.concat([wavHeader(rate, channels, bytes.length), bytes]);
}
