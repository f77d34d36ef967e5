/**
 * (l) How often listening errs on what people recorded: the music on hold and the English prompts that come with
 * Asterisk (Debian's asterisk-moh-opsound-wav 2.03, five pieces, 18 minutes; asterisk-core-sounds-en-wav 1.6, 21
 * minutes of one speaker), 8 kHz, fetched for this. Cut into 5 s, as long as verify_audio listens, each piece is held
 * against 16 frequencies one may ask for. Prompts that are tones are left out.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, test } from 'vitest';
import { DtmfDetector } from '../../audio/dtmf-detector.js';
import { convertSound } from '../../audio/pcm.js';
import { SignalDetector } from '../../audio/signal-detector.js';
import { COUNTRIES, SIGNAL_NAMES, signalPlan } from '../../audio/signal-plans.js';
import { MIN_SIMILARITY, similarityOf } from '../../audio/similarity.js';
import { MIX_MS, MIX_SHARE, ToneDetector, type ToneDemand } from '../../audio/tone-detector.js';
import { decodeWav } from '../../audio/wav.js';
import { unpacked } from '../real-servers.js';
import { lossy, throughCodec } from '../samples/signals.js';
import { report, type Figure } from './figures.js';

const RATE = 8000;
const WINDOW = 5 * RATE;
/** The frequencies of exchanges, of DTMF, and those that tests send. */
const TARGETS = [
  350, 400, 425, 440, 480, 620, 697, 770, 852, 941, 1004, 1100, 1209, 1336, 1477, 1633,
];
const TONES = /^(?:beep|beeperr|ascending-2tone|descending-2tone|confbridge-(?:join|leave))\.wav$/;
/** Only every fourth prompt is used; each of these is compared with all of them. */
const EVERY = 4;
const LEAST_S = 1.5;

type Demand = Omit<ToneDemand, 'rate' | 'hz'>;
type Recordings = ReadonlyMap<string, Int16Array>;

let music: Recordings;
let speech: Recordings;

beforeAll(async () => {
  const folder = await unpacked('asterisk-moh-opsound-wav', 'asterisk-core-sounds-en-wav');
  const sounds = `${folder}/root/usr/share/asterisk`;
  music = recordingsOf(`${sounds}/moh`);
  speech = recordingsOf(`${sounds}/sounds/en_US_f_Allison`);
}, 300_000);

function recordingsOf(folder: string): Recordings {
  const names = readdirSync(folder).filter((name) => name.endsWith('.wav') && !TONES.test(name));
  return new Map(
    names.map((name) => {
      const sound = decodeWav(readFileSync(`${folder}/${name}`), name);
      return [name, throughCodec('mulaw', convertSound(sound, RATE).samples)];
    }),
  );
}

function windowsOf(recordings: Recordings): Int16Array[] {
  return [...recordings.values()].flatMap((samples) =>
    Array.from({ length: Math.ceil(samples.length / WINDOW) }, (_, i) =>
      samples.subarray(i * WINDOW, (i + 1) * WINDOW),
    ),
  );
}

/** Counts the pieces of 5 s, each held against every target, in which the demand is met. */
function heard(what: string, recordings: Recordings, demand: Demand, limit: number): Figure {
  const windows = windowsOf(recordings);
  const cases = windows.length * TARGETS.length;
  let value = 0;
  for (const window of windows)
    for (const hz of TARGETS)
      if (new ToneDetector({ rate: RATE, hz, ...demand }).push(window).heard) value += 1;
  const from = { cases, percent: (value / cases) * 100 };
  return { name: `(l) ${what}`, value, unit: 'of', limit: Math.ceil(limit * cases), from };
}

const SETS = [
  { name: 'music', of: () => music, lone: 0.03, mix: 0.2 },
  { name: 'speech', of: () => speech, lone: 0.002, mix: 0.003 },
];

test.each(SETS)('(l) tones heard in recorded $name', ({ name, of, lone, mix }) => {
  report(
    [
      heard(`${name}: verify_audio passes, 100 ms`, of(), {}, lone),
      heard(`${name}: verify_audio passes, for 500 ms`, of(), { for_ms: 500 }, 0.001),
      heard(`${name}: hears is true`, of(), { share: MIX_SHARE, for_ms: MIX_MS }, mix),
    ],
    'recorded, PCMU',
  );
});

test.each(SETS)('(l) digits and signals found in recorded $name', ({ name, of }) => {
  const plans = SIGNAL_NAMES.flatMap((signal) =>
    COUNTRIES.map((country) => signalPlan(signal, country)),
  );
  let [seconds, digits, signals] = [0, 0, 0];
  for (const samples of of().values()) {
    seconds += samples.length / RATE;
    digits += new DtmfDetector(RATE).push(samples).length;
    for (const plan of new Set(plans))
      if (new SignalDetector(plan, RATE).push(samples).start !== undefined) signals += 1;
  }
  const figure = (what: string, value: number): Figure => {
    return { name: `(l) ${name}: ${what}`, value, unit: 'of', limit: 0, from: { seconds } };
  };
  report(
    [figure('DTMF digits', digits), figure('signals of four countries', signals)],
    'recorded, PCMU',
  );
});

test('(l) prompts taken for other prompts', () => {
  const prompts = [...speech].filter(([, { length }]) => length >= LEAST_S * RATE);
  const some = prompts.filter((_, i) => i % EVERY === 0);
  let [wrong, missed, cases] = [0, 0, 0];
  for (const [name, samples] of some) {
    const call = lossy(samples, RATE, 0.01, 'repeat', cases);
    for (const [other, recording] of some) {
      const similarity = similarityOf(call, recording)?.similarity ?? 0;
      cases += 1;
      if (other === name && similarity < MIN_SIMILARITY) missed += 1;
      if (other !== name && similarity >= MIN_SIMILARITY) wrong += 1;
    }
  }
  report(
    [
      { name: '(l) prompts found in others', value: wrong, unit: 'of', limit: 0, from: { cases } },
      {
        name: '(l) prompts not found, 1 % loss',
        value: missed,
        unit: 'of',
        limit: 0,
        from: { cases: some.length },
      },
    ],
    'recorded, PCMU',
  );
});
