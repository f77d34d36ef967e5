/** Modes that only answer: CallTest's wait, answer and record. Somebody has to call: a trigger, or the scenario itself. */
import { ANSWER_CHECKS, type AnswerOptions, type CallSound, sound } from './call-options.js';
import { CallUnderTest } from './call-under-test.js';
import { type Check, readOptions, text } from './options.js';
import { playAndHear } from './outgoing.js';
import { pullTrigger, type Trigger, trigger } from './trigger.js';

/** Options of `wait_mode`. */
export interface WaitModeOptions extends AnswerOptions {
  /** What makes somebody call. Default: nothing; the call comes by itself, or waits already. */
  readonly trigger?: Trigger | string;
  /** The number to call, for `{number}` of the trigger. */
  readonly number?: string;
}

/** Options of `answer_mode`. A sound is a frequency in Hz, or the path of a WAV file relative to the scenario file. */
export interface AnswerModeOptions extends WaitModeOptions {
  /** What is sent after the answer. */
  readonly dst_out?: CallSound;
  /** What has to be heard meanwhile. */
  readonly dst_in?: CallSound;
}

/** Options of `record_mode`. */
export interface RecordModeOptions extends AnswerModeOptions {
  /** The digit that ends the call. Default: "#". */
  readonly stop_digit?: string;
}

/** What a passed `record_mode` returns. */
export interface RecordResult {
  /** Who ended the call: the caller by hanging up, or by the digit. */
  readonly ended_by: 'hangup' | 'digit';
  /** How long it was up, in ms. */
  readonly talk_ms: number;
}

const DEFAULT_RING_MS = 1000;

const stopDigit: Check<string> = {
  takes: 'one of the digits 0 to 9, * and #',
  read: (value) => (typeof value === 'string' && /^[\d*#]$/.test(value) ? value : undefined),
};
const WAIT_CHECKS = { ...ANSWER_CHECKS, trigger, number: text };
const ANSWER_MODE_CHECKS = { ...WAIT_CHECKS, dst_out: sound, dst_in: sound };

interface Wish {
  trigger?: Trigger;
  number?: string;
}

function awaitCall(test: CallUnderTest, callee: Agent, { trigger: wish, number }: Wish): Call {
  if (wish !== undefined) pullTrigger(test, wish, number);
  return test.awaitIncoming(callee);
}

/**
 * A call has to come in. It rings for a while, and is then refused.
 * @throws E_MODE
 */
export function wait_mode(callee: Agent, options: WaitModeOptions = {}): void {
  const values = readOptions('wait_mode', options, WAIT_CHECKS);
  const test = new CallUnderTest('wait_mode', { callee }, values);
  awaitCall(test, callee, values);
  test.ring(callee, DEFAULT_RING_MS);
  test.hangUp(callee);
  test.refuseSecond();
}

/**
 * A call has to come in. It is answered; a sound is sent, if any, another one has to be heard meanwhile, if any; then it
 * is hung up.
 * @throws E_MODE; E_AUDIO for what was not heard
 */
export function answer_mode(callee: Agent, options: AnswerModeOptions = {}): void {
  const values = readOptions('answer_mode', options, ANSWER_MODE_CHECKS);
  const test = new CallUnderTest('answer_mode', { callee }, values);
  const call = awaitCall(test, callee, values);
  test.ring(callee);
  test.accept(callee, call);
  playAndHear(test, callee, soundsOf(values));
  test.hangUp(callee);
  test.refuseSecond();
}

/**
 * A call has to come in. It is answered and stays up until the caller hangs up or sends the digit, "#". What was said is
 * written by `offhook run --save-audio`.
 * @throws E_MODE, also where neither happens within `timeout`; E_AUDIO for what was not heard
 */
export function record_mode(callee: Agent, options: RecordModeOptions = {}): RecordResult {
  const values = readOptions('record_mode', options, {
    ...ANSWER_MODE_CHECKS,
    stop_digit: stopDigit,
  });
  const { stop_digit = '#' } = values;
  const test = new CallUnderTest('record_mode', { callee }, values);
  const call = awaitCall(test, callee, values);
  test.ring(callee);
  test.accept(callee, call);
  playAndHear(test, callee, soundsOf(values));
  const { ended_by } = test.until(
    `a hang-up, or ${stop_digit}, from the caller of "${callee.name}"`,
    (): Pick<RecordResult, 'ended_by'> | undefined => {
      if (callee.received_digits.includes(stop_digit)) return { ended_by: 'digit' };
      return test.isOver(callee) ? { ended_by: 'hangup' } : undefined;
    },
  );
  test.hangUp(callee);
  test.refuseSecond();
  return { ended_by, talk_ms: callee.timing.talk_ms ?? 0 };
}

function soundsOf({ dst_out, dst_in }: { dst_out?: CallSound; dst_in?: CallSound }): {
  play?: CallSound;
  hear?: CallSound;
} {
  return {
    ...(dst_out === undefined ? {} : { play: dst_out }),
    ...(dst_in === undefined ? {} : { hear: dst_in }),
  };
}
