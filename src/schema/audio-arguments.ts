/** Checks of arguments about audio: sounds, frequencies, how to listen. */
import type { AudioKind } from './rows.js';
import { dtmfProblem } from '../model/dtmf.js';
import { durationProblem } from '../time.js';
import { durationHint } from './options.js';
import { nearest, quotedList } from './nearest.js';
import { describeValue, givenFields, isPlainObject } from './special.js';

interface KindProblem {
  readonly expected?: string;
  readonly what?: string;
  readonly hint?: string;
}

/** Frequencies a received stream of 48 kHz could hold; the actual limit is known once the stream exists. */
const HEARD_HZ = [60, 20_000] as const;
/** Sources are 8 kHz. */
const SENT_HZ = [20, 3800] as const;
const MOST_TONES = 8;

function isHz(value: unknown, [least, most]: readonly [number, number]): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

function hzKind(value: unknown, range: readonly [number, number]): KindProblem | undefined {
  if (isHz(value, range)) return undefined;
  const isText = typeof value === 'string' && isHz(Number(value), range);
  return {
    expected: `a frequency in Hz, from ${range[0]} to ${range[1]}`,
    ...(isText ? { hint: `write it without quotes: ${value}` } : {}),
  };
}

function severalKind(value: unknown): KindProblem | undefined {
  const expected = `an array of 1 to ${MOST_TONES} frequencies`;
  const hint = 'write [350, 440]';
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_TONES)
    return { expected, hint };
  const bad = value.findIndex((one) => !isHz(one, SENT_HZ));
  if (bad < 0) return undefined;
  const [least, most] = SENT_HZ;
  return {
    what: `"hz" must be frequencies from ${least} to ${most} Hz: number ${bad + 1} is ${describeValue(value[bad])}`,
  };
}

/** A sound as the functions of the guest make it. */
function soundKind(value: unknown): KindProblem | undefined {
  const expected = 'a sound';
  const hint = 'write send_audio(tone(440)), tones([..]), file("hello.wav") or silent()';
  if (!isPlainObject(value)) return { expected, hint };
  const { sound, hz, path } = value;
  const isTone = sound === 'tone' && severalKind(hz) === undefined;
  const isFile = sound === 'file' && typeof path === 'string' && path !== '';
  return isTone || isFile || sound === 'silent' ? undefined : { expected, hint };
}

type FieldCheck = (value: unknown) => { form: string; hint?: string } | undefined;

/** An options object whose fields are checked one by one. */
function fieldsProblem(
  value: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, FieldCheck>>,
): KindProblem | undefined {
  for (const [name, one] of Object.entries(givenFields(value))) {
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (check === undefined) {
      const meant = nearest(name, Object.keys(fields));
      return {
        what: `there is no option ${JSON.stringify(name)}`,
        hint:
          meant === undefined
            ? `the options are ${Object.keys(fields).join(', ')}`
            : `did you mean ${JSON.stringify(meant)}?`,
      };
    }
    const problem = check(one);
    if (problem === undefined) continue;
    const { form, hint } = problem;
    return {
      what: `option "${name}" must be ${form}: got ${describeValue(one)}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
  return undefined;
}

const DURATION_FORM = 'a duration such as "500ms" or "5s"';

function durationField(value: unknown): { form: string; hint?: string } | undefined {
  const problem = durationProblem(value);
  if (problem !== undefined) return { form: DURATION_FORM, hint: durationHint(value, problem) };
  return Number.parseFloat(String(value)) === 0
    ? { form: `${DURATION_FORM}, above zero` }
    : undefined;
}

/** The label of a stream in the session description (RFC 4574). */
const streamField: FieldCheck = (value) =>
  typeof value === 'string' && value !== ''
    ? undefined
    : { form: 'the label of a stream, such as "1"' };

function listenKind(value: unknown): KindProblem | undefined {
  if (isPlainObject(value))
    return fieldsProblem(value, { for: durationField, within: durationField, stream: streamField });
  const problem = durationField(value);
  if (problem === undefined) return undefined;
  return {
    expected: 'a duration such as "5s", above zero, or { for, within, stream }',
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  };
}

export const SIGNALS = [
  'dial',
  'busy',
  'congestion',
  'ringback',
  'sit',
  'fax_cng',
  'fax_ced',
  'dtmf',
] as const;
const COUNTRIES = ['us', 'uk', 'de', 'fr'] as const;

function signalKind(value: unknown): KindProblem | undefined {
  if ((SIGNALS as readonly unknown[]).includes(value)) return undefined;
  const similar = typeof value === 'string' ? nearest(value, SIGNALS) : undefined;
  return {
    expected: `one of ${quotedList(SIGNALS)}`,
    ...(similar === undefined ? {} : { hint: `did you mean "${similar}"?` }),
  };
}

const OPTIONS_EXPECTED = { expected: 'an options object' };

const digitsField: FieldCheck = (value) => {
  const form = 'DTMF digits as text';
  if (typeof value !== 'string') return { form, hint: 'write "123#"' };
  const problem = dtmfProblem(value);
  return problem === undefined ? undefined : { form, hint: `it ${problem}` };
};

function signalOptions(value: unknown): KindProblem | undefined {
  if (!isPlainObject(value)) return OPTIONS_EXPECTED;
  const country: FieldCheck = (one) => {
    if ((COUNTRIES as readonly unknown[]).includes(one)) return undefined;
    const lower = typeof one === 'string' ? nearest(one.toLowerCase(), COUNTRIES) : undefined;
    const form = quotedList(COUNTRIES);
    return { form, ...(lower === undefined ? {} : { hint: `did you mean "${lower}"?` }) };
  };
  return fieldsProblem(value, {
    country,
    digits: digitsField,
    within: durationField,
    stream: streamField,
  });
}

function recordingOptions(value: unknown): KindProblem | undefined {
  if (!isPlainObject(value)) return OPTIONS_EXPECTED;
  const min_similarity: FieldCheck = (one) =>
    typeof one === 'number' && one > 0 && one <= 1
      ? undefined
      : { form: 'a number above 0, at most 1' };
  return fieldsProblem(value, { min_similarity, within: durationField, stream: streamField });
}

export const AUDIO_KINDS = {
  signal: signalKind,
  signal_options: signalOptions,
  recording: (value: unknown) =>
    typeof value === 'string' && value !== '' ? undefined : { expected: 'text, not empty' },
  recording_options: recordingOptions,
  sound: soundKind,
  hz: (value: unknown) => hzKind(value, HEARD_HZ),
  sent_hz: (value: unknown) => hzKind(value, SENT_HZ),
  several_hz: severalKind,
  listen: listenKind,
} as const satisfies Record<AudioKind, unknown>;

/** Types for the typings. */
export const AUDIO_TYPES: Readonly<Record<AudioKind, string>> = {
  signal: 'string',
  signal_options:
    '{ readonly country?: "us" | "uk" | "de" | "fr"; readonly digits?: string; readonly within?: Duration; readonly stream?: string }',
  recording: 'string',
  recording_options:
    '{ readonly min_similarity?: number; readonly within?: Duration; readonly stream?: string }',
  sound: 'Sound',
  hz: 'number',
  sent_hz: 'number',
  several_hz: 'readonly number[]',
  listen:
    'Duration | { readonly for?: Duration; readonly within?: Duration; readonly stream?: string }',
};
