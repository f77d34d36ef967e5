/** Modes with an agent at both ends: CallTest's dtmf, call and audio. */
import { type CallSound, sound, TWO_PARTY_CHECKS, type TwoPartyOptions } from './call-options.js';
import { CallUnderTest } from './call-under-test.js';
import { difference, judge, randomDigits } from './digits.js';
import { type Check, flag, optional, readOptions, wholeNumber } from './options.js';

/** Options of `dtmf_mode`. */
export interface DtmfOptions extends TwoPartyOptions {
  /** Number of digits each way, 1 to 32. One of them comes twice in a row. Default: 5. */
  readonly len?: number;
  /** Whether a digit may arrive several times, as it happens with digits sent as sound. Default: false. */
  readonly may_repeat?: boolean;
  /** Digits to send instead of random ones, both ways. */
  readonly digits?: string;
}

/** Options of `audio_mode`. A sound is a frequency in Hz, or the path of a WAV file relative to the scenario file. */
export interface AudioOptions extends TwoPartyOptions {
  /** What the caller sends. Default: 440. */
  readonly src_out?: CallSound;
  /** What the callee sends. Default: 620. */
  readonly dst_out?: CallSound;
  /** What the caller has to hear. Default: what the callee sends. */
  readonly src_in?: CallSound;
  /** What the callee has to hear. Default: what the caller sends. */
  readonly dst_in?: CallSound;
}

/** What a passed `dtmf_mode` returns: the digits the caller and the callee have sent. */
export interface DtmfResult {
  readonly caller_sent: string;
  readonly callee_sent: string;
}

/** What a passed `audio_mode` returns: what was heard, as the verifying verb told it. */
export interface AudioResult {
  readonly caller_heard: HeardTone | HeardRecording;
  readonly callee_heard: HeardTone | HeardRecording;
}

/** How long the first packet may be on its way. */
const MEDIA_LATE_MS = 5000;
/** How long the last digit may be on its way. */
const DIGITS_LATE_MS = 5000;
const HOW_LONG = '500ms';

const digits: Check<string> = {
  takes: '1 to 32 of the digits 0 to 9',
  read: (value) => (typeof value === 'string' && /^\d{1,32}$/.test(value) ? value : undefined),
};

/** One agent calls another, who answers. */
function connect(
  test: CallUnderTest,
  caller: Agent,
  callee: Agent,
  target: Agent | SipPeer | string,
): void {
  test.dial(caller, target);
  const call = test.awaitIncoming(callee);
  test.ring(callee);
  test.accept(callee, call);
}

/**
 * The callee sends random digits, then the caller; each side has to receive exactly those of the other.
 * @throws E_MODE
 */
export function dtmf_mode(caller: Agent, callee: Agent, options: DtmfOptions = {}): DtmfResult {
  const values = readOptions('dtmf_mode', options, {
    ...TWO_PARTY_CHECKS,
    len: wholeNumber(1, 32),
    may_repeat: flag,
    digits,
  });
  const test = new CallUnderTest('dtmf_mode', { caller, callee }, values);
  const mayRepeat = optional(values.may_repeat, false);
  const sent = new Map<Agent, string>();
  connect(test, caller, callee, values.target ?? callee);
  // A digit that is sent before the way is open is lost: audio shows that it is.
  for (const one of [caller, callee]) one.verify_media(test.left(MEDIA_LATE_MS));
  for (const [from, to] of [
    [callee, caller],
    [caller, callee],
  ] as const) {
    const wanted = values.digits ?? randomDigits(values.len ?? 5);
    sent.set(from, wanted);
    from.dtmf(wanted);
    awaitDigits(test, { to, wanted, mayRepeat });
  }
  test.hangUp(caller);
  // One digit more may have come behind the last.
  expectDigits(test, { to: caller, wanted: sent.get(callee) ?? '', mayRepeat });
  expectDigits(test, { to: callee, wanted: sent.get(caller) ?? '', mayRepeat });
  test.refuseSecond();
  return { caller_sent: sent.get(caller) ?? '', callee_sent: sent.get(callee) ?? '' };
}

interface Expected {
  to: Agent;
  wanted: string;
  mayRepeat: boolean;
}

function awaitDigits(test: CallUnderTest, expected: Expected): void {
  const { to, wanted, mayRepeat } = expected;
  test.until(
    `the digits ${wanted} at "${to.name}"`,
    () => {
      const isRightSoFar = judge(wanted, to.received_digits, mayRepeat) === 'partly';
      return isRightSoFar && !test.isOver(to) ? undefined : { isOver: test.isOver(to) };
    },
    {
      mostMs: DIGITS_LATE_MS,
      late: () => {
        expectDigits(test, expected);
      },
    },
  );
  expectDigits(test, expected);
}

function expectDigits(test: CallUnderTest, { to, wanted, mayRepeat }: Expected): void {
  const received = to.received_digits;
  const verdict = judge(wanted, received, mayRepeat);
  if (verdict === 'whole') return;
  if (verdict === 'partly' && test.isOver(to)) {
    throw test.problem({
      what: `the call ended before "${to.name}" had the digits ${wanted}`,
      seen: test.where(),
    });
  }
  const isDoubled = !mayRepeat && judge(wanted, received, true) === 'whole';
  throw test.problem(
    {
      what: `"${to.name}" received ${received === '' ? 'no digit' : received} instead of ${wanted}`,
      seen: difference(wanted, received),
    },
    isDoubled ? 'may_repeat: true takes digits that come twice' : LOST,
  );
}

const LOST =
  'digits are lost where audio is lost, or where the sides send them in different ways: see received_dtmf and the option dtmf_mode of agent()';

/**
 * The callee signals ringing and then refuses the call, so it costs nothing. The caller has to see both.
 * @throws E_MODE
 */
export function call_mode(caller: Agent, callee: Agent, options: TwoPartyOptions = {}): void {
  const values = readOptions('call_mode', options, TWO_PARTY_CHECKS);
  const test = new CallUnderTest('call_mode', { caller, callee }, values);
  test.dial(caller, values.target ?? callee);
  test.awaitIncoming(callee);
  test.awaitRinging(caller);
  test.ring(callee);
  callee.hangup();
  const { how } = test.until(`the end of the call at "${caller.name}"`, () => {
    const progress = test.progress(caller);
    return progress?.how === 'ringing' ? undefined : progress;
  });
  if (how === 'answered') {
    throw test.problem(
      { what: `"${callee.name}" refused the call, and somebody else answered it` },
      'a voicemail or a forwarding took over: switch it off for this line',
    );
  }
  if (caller.ended?.by !== 'remote') {
    throw test.problem({
      what: `"${caller.name}" did not see the call being refused`,
      seen: test.ended(),
    });
  }
  test.refuseSecond();
}

/**
 * Both sides send a sound at the same time, and each has to hear that of the other.
 * @throws E_AUDIO for what was not heard; E_MODE
 */
export function audio_mode(caller: Agent, callee: Agent, options: AudioOptions = {}): AudioResult {
  const values = readOptions('audio_mode', options, {
    ...TWO_PARTY_CHECKS,
    src_out: sound,
    dst_out: sound,
    src_in: sound,
    dst_in: sound,
  });
  const { src_out = 440, dst_out = 620 } = values;
  const { src_in = dst_out, dst_in = src_out } = values;
  const test = new CallUnderTest('audio_mode', { caller, callee }, values);
  connect(test, caller, callee, values.target ?? callee);
  const within = test.left();
  const [caller_heard, callee_heard] = parallel(() => {
    verifySound(caller, src_in, within);
    verifySound(callee, dst_in, within);
    caller.send_audio(sourceOf(src_out));
    callee.send_audio(sourceOf(dst_out));
  }) as [AudioResult['caller_heard'], AudioResult['callee_heard']];
  test.hangUp(caller);
  test.refuseSecond();
  return { caller_heard, callee_heard };
}

export function sourceOf(what: CallSound): Sound {
  return typeof what === 'number' ? tone(what) : file(what);
}

export function verifySound(
  agent: Agent,
  what: CallSound,
  within: string,
): HeardTone | HeardRecording {
  return typeof what === 'number'
    ? agent.verify_audio(what, { for: HOW_LONG, within })
    : agent.verify_recording(what, { within });
}
