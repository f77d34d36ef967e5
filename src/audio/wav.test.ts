import { describe, expect, test } from 'vitest';
import { sine } from '../testing/samples/signals.js';
import { levelOf } from './level.js';
import { convertSound, toFloat } from './pcm.js';
import { ToneDetector } from './tone-detector.js';
import { checkWavSize, decodeWav, encodeWav } from './wav.js';

interface Layout {
  tag: number;
  bits: number;
  rate?: number;
  channels?: number;
  extensible?: boolean;
}

/** One sample of each encoding, written by hand. */
const WRITERS: Readonly<Record<string, (bytes: Buffer, at: number, value: number) => void>> = {
  '1/8': (bytes, at, value) => bytes.writeUInt8(Math.round(value * 127) + 128, at),
  '1/16': (bytes, at, value) => bytes.writeInt16LE(Math.round(value * 32767), at),
  '1/24': (bytes, at, value) => bytes.writeIntLE(Math.round(value * 8388607), at, 3),
  '1/32': (bytes, at, value) => bytes.writeInt32LE(Math.round(value * 2147483647), at),
  '3/32': (bytes, at, value) => bytes.writeFloatLE(value, at),
  '3/64': (bytes, at, value) => bytes.writeDoubleLE(value, at),
};

function wavOf(
  samples: Int16Array,
  { tag, bits, rate = 8000, channels = 1, extensible }: Layout,
): Buffer {
  const width = bits / 8;
  const data = Buffer.alloc(samples.length * width * channels);
  samples.forEach((sample, i) => {
    for (let c = 0; c < channels; c += 1) {
      WRITERS[`${tag}/${bits}`]!(data, (i * channels + c) * width, sample / 32768);
    }
  });
  return withHead(data, { tag, bits, rate, channels, ...(extensible && { extensible }) });
}

function withHead(
  data: Buffer,
  { tag, bits, rate = 8000, channels = 1, extensible }: Layout,
): Buffer {
  const fmt = Buffer.alloc(extensible ? 40 : 16);
  fmt.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(rate, 4);
  fmt.writeUInt16LE((channels * bits) / 8, 12);
  fmt.writeUInt16LE(bits, 14);
  if (extensible) fmt.writeUInt16LE(tag, 24);
  // an odd chunk in between, padded
  const list = Buffer.concat([chunk('LIST', Buffer.from('abc')), Buffer.alloc(1)]);
  const body = Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', fmt), list, chunk('data', data)]);
  return chunk('RIFF', body);
}

function chunk(id: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 0, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

const TONE = sine(1000, 300, 8000, -12);

describe('what can be read', () => {
  const layouts: Layout[] = [
    { tag: 1, bits: 8 },
    { tag: 1, bits: 16, channels: 2 },
    { tag: 1, bits: 24, channels: 8, extensible: true },
    { tag: 1, bits: 32, extensible: true },
    { tag: 3, bits: 32, channels: 3 },
    { tag: 3, bits: 64 },
  ];
  test.each(layouts)('$tag/$bits, channels $channels', (layout) => {
    const sound = decodeWav(wavOf(TONE, layout), 'x.wav');
    expect(sound.channels.length).toBe(layout.channels ?? 1);
    expect(sound.ms).toBe(300);
    const { samples } = convertSound(sound, 8000);
    const worst = Math.max(...samples.map((sample, i) => Math.abs(sample - (TONE[i] ?? 0))));
    expect(worst).toBeLessThan(layout.bits === 8 ? 200 : 2);
  });

  test.each([8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])('%i Hz', (rate) => {
    const bytes = wavOf(sine(1000, 150, rate, -12), { tag: 1, bits: 16, rate });
    const { samples, done } = convertSound(decodeWav(bytes, 'x.wav'), 8000);
    expect(samples.length).toBe(1200);
    const { run } = new ToneDetector({ rate: 8000, hz: 1000 }).push(samples);
    expect(run?.hz[0]).toBeCloseTo(1000, 0);
    expect(run?.dbfs).toBeCloseTo(-12, 0);
    expect(done.length).toBe(rate === 8000 ? 0 : 1);
  });

  test('A-law and mu-law, as libsndfile decodes them', () => {
    // octets and their values from the tables of G.711: largest, smallest, and one between
    const alaw = decodeWav(
      withHead(Buffer.from([0xaa, 0x2a, 0xd5, 0x55]), { tag: 6, bits: 8 }),
      'a',
    );
    expect([...alaw.channels[0]!].map((one) => one * 32768)).toEqual([32256, -32256, 8, -8]);
    const mulaw = decodeWav(
      withHead(Buffer.from([0x80, 0x00, 0xff, 0xf0]), { tag: 7, bits: 8 }),
      'u',
    );
    expect([...mulaw.channels[0]!].map((one) => one * 32768)).toEqual([32124, -32124, 0, 120]);
    expect(mulaw.format).toBe('8 kHz mono, 8-bit mu-law');
  });

  test('a file whose writer never told its length', () => {
    const bytes = encodeWav(TONE, 8000);
    bytes.writeUInt32LE(0, 40);
    expect(decodeWav(bytes, 'x.wav').ms).toBe(300);
    bytes.writeUInt32LE(0xffffffff, 40);
    expect(decodeWav(bytes, 'x.wav').ms).toBe(300);
  });
});

describe('converting', () => {
  test('says what was done', () => {
    const bytes = wavOf(sine(1000, 50, 48_000, -12), {
      tag: 1,
      bits: 24,
      rate: 48_000,
      channels: 2,
    });
    const sound = decodeWav(bytes, 'x.wav');
    expect(sound.format).toBe('48 kHz stereo, 24-bit PCM');
    expect(convertSound(sound, 8000).done).toEqual(['stereo to mono (mean)', '48 kHz to 8 kHz']);
    const loud = { rate: 8000, channels: [Float32Array.from([2, 0.5, -1])] };
    const { samples, done } = convertSound(loud, 8000);
    expect([...samples]).toEqual([32767, 16384, -32768]);
    expect(done).toEqual(['samples beyond full scale clipped: 1']);
  });

  test('leaves nothing of what the lower rate cannot carry, and all of what it can', () => {
    const level = (hz: number): number => {
      const sound = { rate: 48_000, channels: [toFloat(sine(hz, 100, 48_000, -6))] };
      return levelOf(convertSound(sound, 8000).samples.subarray(100, -100));
    };
    for (const hz of [300, 1000, 3300]) expect(level(hz)).toBeCloseTo(-6, 0);
    for (const hz of [4400, 5000, 7000, 20_000]) expect(level(hz)).toBeLessThan(-70);
  });
});

describe('what cannot be read', () => {
  const good = encodeWav(TONE, 8000);
  const broken: readonly (readonly [string, Buffer, string])[] = [
    ['empty', Buffer.alloc(0), 'is empty: 0 bytes'],
    ['text', Buffer.from('hello there, world'), 'does not begin with RIFF but with "hell"'],
    ['MP3 with a tag', Buffer.from('ID3\u0003 more of it'), 'is an MP3 file, not RIFF/WAVE'],
    ['MP3', Buffer.from([0xff, 0xfb, 0x90, 0x00, 0, 0, 0, 0]), 'is an MP3 file'],
    ['Ogg', Buffer.from('OggS and so on...'), 'is an Ogg file'],
    ['AVI', Buffer.from('RIFF\0\0\0\0AVI LIST'), 'is RIFF of the form "AVI ", not WAVE'],
    ['header cut', good.subarray(0, 30), 'is truncated: 30 bytes, and no data chunk among them'],
    [
      'samples cut',
      good.subarray(0, 1000),
      'is truncated: 4800 bytes of samples announced, 956 present',
    ],
    ['no samples', encodeWav(new Int16Array(0), 8000), 'is empty: no samples'],
    ['GSM', withHead(Buffer.alloc(65), { tag: 0x31, bits: 0 }), 'is GSM 06.10, not PCM'],
    ['MP3 in a WAV', withHead(Buffer.alloc(65), { tag: 0x55, bits: 0 }), 'is MP3, not PCM'],
    [
      'unknown',
      withHead(Buffer.alloc(65), { tag: 0x999, bits: 8 }),
      'is of the unknown format 0x0999',
    ],
    [
      '12 bits',
      withHead(Buffer.alloc(65), { tag: 1, bits: 12 }),
      'has 12 bits a sample (pcm: 8, 16, 24, 32)',
    ],
    [
      '9 channels',
      withHead(Buffer.alloc(64), { tag: 1, bits: 16, channels: 9 }),
      'has 9 channels (allowed: 1 to 8)',
    ],
    ['no channel', withHead(Buffer.alloc(64), { tag: 1, bits: 16, channels: 0 }), 'has 0 channels'],
    [
      '4 kHz',
      withHead(Buffer.alloc(64), { tag: 1, bits: 16, rate: 4000 }),
      'has a rate of 4000 Hz',
    ],
  ];
  test.each(broken)('%s', (_, bytes, problem) => {
    expect(() => decodeWav(bytes, 'p.wav')).toThrow(`WAV "p.wav": cannot be used: ${problem}`);
  });

  test('too large, too long', () => {
    expect(() => {
      checkWavSize(200 * 1024 * 1024, 'p.wav');
    }).toThrow('is too large: 200 MiB (at most 128 MiB)');
    const long = encodeWav(new Int16Array(8000 * 601), 8000);
    expect(() => decodeWav(long, 'p.wav')).toThrow('is too long: 601 s (at most 600 s)');
  });

  test('no cut of a good file throws anything but E_AUDIO_FILE', () => {
    for (let length = 0; length < 60; length += 1) {
      expect(() => decodeWav(good.subarray(0, length), 'p.wav')).toThrow(
        expect.objectContaining({ code: 'E_AUDIO_FILE' }),
      );
    }
  });
});
