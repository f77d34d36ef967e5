/**
 * (k) What listening costs and how often it errs. Sounds come from `testing/samples/signals.ts`, each from its number, so every
 * case can be made again. Its "music" is 120 synthetic pieces (chords and melodies in equal temperament with harmonics
 * and drums; organ chords; bare melodies), each held against twelve notes it may well contain; for recorded music and
 * speech see recordings.bench.ts.
 */
import { test } from 'vitest';
import { DtmfDetector } from '../../audio/dtmf-detector.js';
import { similarityOf } from '../../audio/similarity.js';
import {
  MIX_MS,
  MIX_SHARE,
  ToneDetector,
  toneTolerance,
  type ToneDemand,
} from '../../audio/tone-detector.js';
import {
  between,
  lossy,
  music,
  randomOf,
  sine,
  speech,
  throughCodec,
  whiteNoise,
} from '../samples/signals.js';
import { report, type Figure } from './figures.js';

const RATE = 8000;
const CASES = 1000;
const CODECS = ['none', 'alaw', 'mulaw'] as const;
const LOSSES = ['zeros', 'repeat', 'cut'] as const;
const KINDS = ['band', 'melody', 'organ'] as const;
const SECONDS = 10;
/** 100 ms: what comes between two looks. */
const PIECE = 800;

function hears(samples: Int16Array, demand: Omit<ToneDemand, 'rate'>): boolean {
  return new ToneDetector({ rate: RATE, ...demand }).push(samples).heard;
}

const count = (name: string, value: number, of: number, limit = 0): Figure => ({
  name: `(k) ${name}`,
  value,
  unit: 'of',
  limit,
  from: { cases: of },
});

test('(k) tones that are there and are missed', () => {
  const random = randomOf(1);
  let missed = 0;
  for (let i = 0; i < CASES; i += 1) {
    const hz = between(random, 200, 3400);
    const off = between(random, -1, 1) * toneTolerance(hz);
    const clean = sine(hz + off, 800, RATE, -30, between(random, 0, 2 * Math.PI));
    const lost = lossy(clean, RATE, 0.01, LOSSES[i % 3] ?? 'zeros', i);
    const call = throughCodec(CODECS[Math.floor(i / 3) % 3] ?? 'none', lost);
    if (!hears(call, { hz }) || !hears(call, { hz, for_ms: 500 })) missed += 1;
  }
  report([count('tones missed at -30 dBFS, 1 % loss, off frequency', missed, CASES)], '8 kHz');
});

test('(k) tones that are not there and are heard', () => {
  const random = randomOf(2);
  const sounds: Readonly<Record<string, (i: number, hz: number) => Int16Array>> = {
    silence: (i) => whiteNoise(200, RATE, -70, i),
    noise: (i) => whiteNoise(200, RATE, -20, i),
    'speech-like sound': (i) => speech(400, RATE, -20, i),
    'neighbours 40 to 80 Hz away': (i, hz) =>
      sine(hz + (i % 2 ? 1 : -1) * between(random, 40, 80), 200, RATE, -10, i),
  };
  const figures = Object.entries(sounds).map(([name, make]) => {
    let alone = 0;
    for (let i = 0; i < CASES; i += 1) {
      const hz = between(random, 200, i % 2 ? 3400 : 1000);
      const call = throughCodec(CODECS[i % 3] ?? 'none', make(i, hz));
      if (hears(call, { hz })) alone += 1;
    }
    return count(`tones heard in ${name}`, alone, CASES);
  });
  report(figures, '8 kHz');
});

test('(k) music, and tones inside a mix', () => {
  const pieces = 120;
  let alone = 0;
  let mix = 0;
  for (let i = 0; i < pieces; i += 1) {
    const call = throughCodec('alaw', music(2000, RATE, -18, i, KINDS[i % 3] ?? 'band'));
    for (let note = 0; note < 12; note += 1) {
      const hz = 440 * 2 ** ((note - (i % 12)) / 12);
      if (hears(call, { hz })) alone += 1;
      if (hears(call, { hz, share: MIX_SHARE, for_ms: MIX_MS })) mix += 1;
    }
  }
  const cases = pieces * 12;
  let voices = 0;
  const random = randomOf(3);
  for (let i = 0; i < CASES; i += 1) {
    const hz = between(random, 200, 1000);
    const call = speech(1000, RATE, -20, i);
    if (hears(call, { hz, share: MIX_SHARE, for_ms: MIX_MS })) voices += 1;
  }
  report(
    [
      count('notes heard as a tone in synthetic music', alone, cases, cases * 0.02),
      // notes are tones, so most of what is found here is really in the music: no error to limit
      count('the same, asked for inside a mix', mix, cases, cases),
      count('tones found inside a mix in speech-like sound', voices, CASES, CASES * 0.01),
    ],
    '8 kHz',
  );
});

test('(k) DTMF digits found in speech, similarity of other speech', () => {
  let digits = 0;
  for (let i = 0; i < 60; i += 1) {
    digits += new DtmfDetector(RATE).push(speech(4000, RATE, -15, i)).length;
  }
  const prompts = Array.from({ length: 8 }, (_, i) => speech(3000, RATE, -20, 500 + i));
  let unrelated = 0;
  let least = 1;
  prompts.forEach((one, i) => {
    const call = throughCodec('alaw', lossy(one, RATE, 0.01, LOSSES[i % 3] ?? 'zeros', i));
    least = Math.min(least, similarityOf(call, one)?.similarity ?? 0);
    for (const other of prompts) {
      if (other !== one)
        unrelated = Math.max(unrelated, similarityOf(call, other)?.similarity ?? 1);
    }
  });
  report(
    [
      count('digits heard in 240 s of speech-like sound', digits, 60),
      { name: '(k) similarity of other speech, most', value: unrelated, unit: 'x', limit: 0.65 },
      { name: '(k) 1 - similarity of the same, most', value: 1 - least, unit: 'x', limit: 0.2 },
    ],
    '8 kHz',
  );
});

test('(k) processor time of filtering', () => {
  const sounds = {
    tone: sine(440, SECONDS * 1000, RATE, -20),
    speech: speech(10_000, RATE, -20, 1),
  };
  const percent = (samples: Int16Array): number => {
    const detector = new ToneDetector({ rate: RATE, hz: 440, for_ms: SECONDS * 20_000 });
    const began = process.cpuUsage();
    let pushed = 0;
    for (; pushed < SECONDS * RATE * 10; pushed += PIECE) {
      const at = pushed % (samples.length - PIECE);
      detector.push(samples.subarray(at, at + PIECE));
    }
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 10_000 / (pushed / RATE);
  };
  const figures = Object.entries(sounds).map(([name, samples]): Figure => {
    return { name: `(k) filtering ${name}`, value: percent(samples), unit: '%', limit: 0.5 };
  });
  report(figures, 'of a core, 100 s of 8 kHz in pieces of 100 ms');
});
