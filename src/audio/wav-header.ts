/** The head of a RIFF/WAVE file: what its samples are and where they begin. */
import { OffhookError } from '../errors.js';

type WavEncoding = 'pcm' | 'float' | 'alaw' | 'mulaw';

export interface WavHeader {
  encoding: WavEncoding;
  channels: number;
  rate: number;
  /** Width of one sample as stored: 8, 16, 24, 32 or 64. */
  bits: number;
  /** Where the samples begin, and their number of bytes according to the data chunk. */
  dataAt: number;
  dataBytes: number;
}

const RATES = { least: 8000, most: 192_000 };
const MOST_CHANNELS = 8;
const ENCODINGS: Readonly<Record<number, WavEncoding>> = {
  1: 'pcm',
  3: 'float',
  6: 'alaw',
  7: 'mulaw',
};
const WIDTHS: Readonly<Record<WavEncoding, readonly number[]>> = {
  pcm: [8, 16, 24, 32],
  float: [32, 64],
  alaw: [8],
  mulaw: [8],
};
const EXTENSIBLE = 0xfffe;
/** wFormatTag of common compressed formats (RFC 2361 and later registrations). */
const COMPRESSED: Readonly<Record<number, string>> = {
  0x02: 'Microsoft ADPCM',
  0x11: 'IMA ADPCM',
  0x31: 'GSM 06.10',
  0x40: 'G.721 ADPCM',
  0x45: 'G.726 ADPCM',
  0x50: 'MPEG audio',
  0x55: 'MP3',
  0x64: 'G.726 ADPCM',
  0x65: 'G.722 ADPCM',
  0x83: 'G.729',
  0x92: 'Dolby AC-3',
  0xff: 'AAC',
  0x161: 'Windows Media Audio',
  0x674f: 'Vorbis',
  0x1610: 'AAC',
};
/** [offset, text, format] of files that people take for WAVs. */
const OTHERS: readonly (readonly [number, string, string])[] = [
  [0, 'ID3', 'an MP3 file'],
  [0, 'OggS', 'an Ogg file'],
  [0, 'fLaC', 'a FLAC file'],
  [0, 'FORM', 'an AIFF file'],
  [0, '.snd', 'a Sun/NeXT .au file'],
  [0, 'caff', 'a Core Audio file'],
  [0, 'RF64', 'an RF64 file (a WAV beyond 4 GB)'],
  [0, 'BW64', 'a BW64 file (a WAV beyond 4 GB)'],
  [0, 'RIFX', 'a big-endian RIFX file'],
  [0, 'riff', 'a Sony Wave64 file'],
  [4, 'ftyp', 'an MP4 file'],
  [0, '\u001aE', 'a Matroska or WebM file'],
];
const REMEDY = 'convert it, for example: sox IN -r 8000 -c 1 -b 16 OUT.wav';

export function wavError(name: string, problem: string, hint = REMEDY): OffhookError {
  return new OffhookError(
    'E_AUDIO_FILE',
    { subject: `WAV "${name}"`, what: 'cannot be used', seen: problem },
    { hint },
  );
}

/**
 * Reads the chunks up to the samples. `undefined`: the bytes end before the samples, as in a file still being
 * written. @throws OffhookError E_AUDIO_FILE: not a WAV, or not a supported one.
 */
export function readWavHeader(bytes: Buffer, name: string): WavHeader | undefined {
  const other = OTHERS.find(([at, text]) => textAt(bytes, at, text.length) === text);
  if (other !== undefined) throw wavError(name, `is ${other[2]}, not RIFF/WAVE`);
  if (bytes.length >= 2 && bytes.readUInt16BE(0) >>> 5 === 0x7ff) {
    throw wavError(name, 'is an MP3 file, not RIFF/WAVE');
  }
  const start = textAt(bytes, 0, Math.min(4, bytes.length));
  if (start !== 'RIFF'.slice(0, bytes.length)) {
    throw wavError(name, `does not begin with RIFF but with ${JSON.stringify(start)}`);
  }
  if (bytes.length < 12) return undefined;
  const form = textAt(bytes, 8, 4);
  if (form !== 'WAVE')
    throw wavError(name, `is RIFF of the form ${JSON.stringify(form)}, not WAVE`);
  return readChunks(bytes, name);
}

function readChunks(bytes: Buffer, name: string): WavHeader | undefined {
  let format: Omit<WavHeader, 'dataAt' | 'dataBytes'> | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = textAt(bytes, at, 4);
    const size = bytes.readUInt32LE(at + 4);
    if (id === 'data') {
      if (format === undefined) throw wavError(name, 'its data chunk comes before any fmt chunk');
      return { ...format, dataAt: at + 8, dataBytes: size };
    }
    if (id === 'fmt ') {
      if (size < 16) throw wavError(name, `its fmt chunk holds ${size} bytes, not 16 or more`);
      if (at + 8 + size > bytes.length) return undefined;
      format = readFormat(bytes.subarray(at + 8, at + 8 + size), name);
    }
    // chunks are padded to even length
    at += 8 + size + (size & 1);
  }
  return undefined;
}

function readFormat(fmt: Buffer, name: string): Omit<WavHeader, 'dataAt' | 'dataBytes'> {
  const plain = fmt.readUInt16LE(0);
  // WAVE_FORMAT_EXTENSIBLE: the tag is the first field of the sub-format's GUID
  const tag = plain === EXTENSIBLE && fmt.length >= 26 ? fmt.readUInt16LE(24) : plain;
  const encoding = ENCODINGS[tag];
  if (encoding === undefined) {
    const what = COMPRESSED[tag] ?? `of the unknown format 0x${tag.toString(16).padStart(4, '0')}`;
    throw wavError(name, `is ${what}, not PCM, float, A-law or mu-law`);
  }
  const channels = fmt.readUInt16LE(2);
  const rate = fmt.readUInt32LE(4);
  const align = fmt.readUInt16LE(12);
  const bits = fmt.readUInt16LE(14);
  if (channels < 1 || channels > MOST_CHANNELS) {
    throw wavError(name, `has ${channels} channels (allowed: 1 to ${MOST_CHANNELS})`);
  }
  if (rate < RATES.least || rate > RATES.most) {
    throw wavError(name, `has a rate of ${rate} Hz (allowed: ${RATES.least} to ${RATES.most} Hz)`);
  }
  if (!WIDTHS[encoding].includes(bits)) {
    const widths = WIDTHS[encoding].join(', ');
    throw wavError(name, `has ${bits} bits a sample (${encoding}: ${widths})`);
  }
  if (align !== (channels * bits) / 8) {
    throw wavError(
      name,
      `contradicts itself: ${channels} x ${bits} bits in blocks of ${align} bytes`,
    );
  }
  return { encoding, channels, rate, bits };
}

function textAt(bytes: Buffer, at: number, length: number): string {
  return bytes.toString('latin1', at, at + length);
}
