/** Modes that only call: CallTest's ring, play, fail and timeout. The other side is whatever the number leads to. */
import { formatMs } from '../time.js';
import { CALL_CHECKS, type CallOptions, type CallSound, sound } from './call-options.js';
import { CallUnderTest } from './call-under-test.js';
import { duration, listOf, oneOf, readOptions, wholeNumber } from './options.js';
import { argumentProblem } from './problem.js';
import { sourceOf, verifySound } from './two-party.js';

/** Options of `play_mode`. A sound is a frequency in Hz, or the path of a WAV file relative to the scenario file. */
export interface PlayOptions extends CallOptions {
  /** What is sent once it has answered. Default: nothing; then it hangs up at once. */
  readonly src_out?: CallSound;
  /** What has to be heard meanwhile. */
  readonly src_in?: CallSound;
  /** How long a tone is sent where nothing has to be heard. Default: "2s". */
  readonly play_for?: Duration;
}

/** Options of `fail_mode`. */
export interface FailOptions extends CallOptions {
  /** The call must be refused within that time. Default: "10s". */
  readonly ringtime?: Duration;
  /** Whether it may, must or must not ring before. Default: "allowed". */
  readonly ringing?: 'allowed' | 'required' | 'prohibited';
  /** SIP codes of which one must have refused it. Default: any from 400 on. */
  readonly codes?: number | readonly number[];
}

/** Options of `timeout_mode`. */
export interface TimeoutOptions extends CallOptions {
  /** It has to ring at least so long before it is refused. Default: "5s". */
  readonly ringtime?: Duration;
  /** It may ring at most so long. Default: "30s". */
  readonly timeout?: Duration;
  /** SIP codes of which one must have refused it. Default: any from 400 on. */
  readonly codes?: number | readonly number[];
}

const DEFAULT_PLAY_MS = 2000;
const DEFAULT_FAIL_MS = 10_000;
const DEFAULT_RING_MS = 5000;
const DEFAULT_TIMEOUT_MS = 30_000;
/** How long a refusal may be on its way, beyond what is measured. */
const LATE_MS = 1000;

const codes = listOf(wholeNumber(300, 699), 'SIP codes from 300 to 699');

/**
 * The number has to ring; then it is hung up.
 * @throws E_MODE
 */
export function ring_mode(
  caller: Agent,
  target: Agent | SipPeer | string,
  options: CallOptions = {},
): void {
  const values = readOptions('ring_mode', options, CALL_CHECKS);
  const test = new CallUnderTest('ring_mode', { caller }, values);
  test.dial(caller, target);
  test.awaitRinging(caller);
  caller.hangup();
  test.refuseSecond();
}

/**
 * The number has to answer. Sends a sound, if any, listens for another one meanwhile, if any, and hangs up.
 * @throws E_MODE; E_AUDIO for what was not heard
 */
export function play_mode(
  caller: Agent,
  target: Agent | SipPeer | string,
  options: PlayOptions = {},
): void {
  const values = readOptions('play_mode', options, {
    ...CALL_CHECKS,
    src_out: sound,
    src_in: sound,
    play_for: duration,
  });
  const test = new CallUnderTest('play_mode', { caller }, values);
  test.dial(caller, target);
  test.awaitAnswer(caller);
  playAndHear(test, caller, {
    ...(values.src_out === undefined ? {} : { play: values.src_out }),
    ...(values.src_in === undefined ? {} : { hear: values.src_in }),
    toneMs: values.play_for ?? DEFAULT_PLAY_MS,
  });
  test.hangUp(caller);
  test.refuseSecond();
}

interface Sounds {
  play?: CallSound;
  hear?: CallSound;
  /** How long a tone lasts where nothing is to be heard. */
  toneMs?: number;
}

/** Sends and hears at the same time. Returns when both are over, as far as there is something. */
export function playAndHear(test: CallUnderTest, agent: Agent, sounds: Sounds): void {
  const { play, hear, toneMs = DEFAULT_PLAY_MS } = sounds;
  if (play === undefined && hear === undefined) return;
  const within = test.left();
  parallel(() => {
    if (hear !== undefined) verifySound(agent, hear, within);
    if (play !== undefined) agent.send_audio(sourceOf(play));
  });
  if (typeof play === 'string') {
    test.until(`the end of ${play}, sent by "${agent.name}"`, () => {
      const isOver = test.isOver(agent);
      return isOver || agent.sending === 'silent()' ? { isOver } : undefined;
    });
    if (test.isOver(agent)) {
      throw test.problem({ what: `the call ended before ${play} was sent`, seen: test.where() });
    }
  } else if (play !== undefined && hear === undefined) {
    test.last(`while "${agent.name}" sent a tone`, toneMs, () => test.isOver(agent));
  }
}

/**
 * The call has to be refused, and soon.
 * @throws E_MODE
 */
export function fail_mode(
  caller: Agent,
  target: Agent | SipPeer | string,
  options: FailOptions = {},
): void {
  const values = readOptions('fail_mode', options, {
    ...CALL_CHECKS,
    ringtime: duration,
    ringing: oneOf('allowed', 'required', 'prohibited'),
    codes,
  });
  const { ringtime = DEFAULT_FAIL_MS, ringing = 'allowed' } = values;
  const limitMs = values.timeout ?? ringtime + LATE_MS;
  const test = new CallUnderTest('fail_mode', { caller }, values, limitMs);
  test.dial(caller, target);
  const isUnwanted = (): boolean => ringing === 'prohibited' && test.isRinging(caller);
  const { how } = test.until(
    `a refusal by "${test.target}"`,
    () => {
      const progress = test.progress(caller);
      if (isUnwanted()) return { how: 'ringing' as const };
      return progress?.how === 'ringing' ? undefined : progress;
    },
    { mostMs: Math.min(ringtime, limitMs) },
  );
  if (how === 'ringing' || isUnwanted()) {
    throw test.problem(
      {
        what: `"${test.target}" rang, which is prohibited`,
        seen: `got ${caller.provisional.join(', ')}`,
      },
      'early media (183) counts as ringing: ringing_codes: [180] leaves it out',
    );
  }
  expectRefused(test, caller, { how, codes: values.codes });
  if (ringing === 'required' && !test.isRinging(caller)) {
    throw test.problem({
      what: `"${test.target}" refused the call without having rung: ringing is required`,
      seen: test.ended(),
    });
  }
  test.refuseSecond();
}

/**
 * The number has to ring, and the call then to be refused, not before `ringtime` and not after `timeout`, both counted
 * from the ringing.
 * @throws E_MODE
 */
export function timeout_mode(
  caller: Agent,
  target: Agent | SipPeer | string,
  options: TimeoutOptions = {},
): void {
  const values = readOptions('timeout_mode', options, {
    ...CALL_CHECKS,
    ringtime: duration,
    codes,
  });
  const { ringtime = DEFAULT_RING_MS, timeout = DEFAULT_TIMEOUT_MS } = values;
  if (ringtime >= timeout) {
    throw argumentProblem(
      { subject: 'timeout_mode', what: '"ringtime" is not shorter than "timeout"' },
      'the call must be refused between the two',
    );
  }
  const test = new CallUnderTest('timeout_mode', { caller }, values, 2 * timeout + LATE_MS);
  test.dial(caller, target);
  test.awaitRinging(caller);
  const { how } = test.until(
    `a refusal by "${test.target}" after the ringing`,
    () => {
      const progress = test.progress(caller);
      return progress?.how === 'ringing' ? undefined : progress;
    },
    { mostMs: timeout },
  );
  expectRefused(test, caller, { how, codes: values.codes });
  const rang = caller.timing.ring_ms ?? 0;
  if (rang < ringtime) {
    throw test.problem({
      what: `"${test.target}" refused the call too early: it rang for ${formatMs(rang)} instead of ${formatMs(ringtime)} or more`,
      seen: test.ended(),
    });
  }
  test.refuseSecond();
}

function expectRefused(
  test: CallUnderTest,
  caller: Agent,
  { how, codes: wanted }: { how: string; codes: readonly number[] | undefined },
): void {
  if (how === 'answered') {
    caller.hangup();
    throw test.problem({ what: `"${test.target}" answered a call that should have been refused` });
  }
  const { ended } = caller;
  if (ended?.how !== 'rejected' || ended.by !== 'remote') {
    throw test.problem({ what: `"${test.target}" did not refuse the call`, seen: test.ended() });
  }
  if (wanted !== undefined && !wanted.includes(ended.code ?? 0)) {
    throw test.problem({
      what: `"${test.target}" refused the call with a code other than ${wanted.join(' or ')}`,
      seen: test.ended(),
    });
  }
}
