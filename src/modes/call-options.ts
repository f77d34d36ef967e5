/** The options that all modes share. */
import { type Check, duration, listOf, nested, text, wholeNumber } from './options.js';
import { type Dialplan, DIALPLAN_CHECK } from './numbers.js';

/** Pauses of the answering side, before it goes on. */
interface Delay {
  /** After the call came in, before anything else; a baresip agent has signalled ringing by then. Default: 0. */
  readonly pre?: Duration;
  /** While it rings, before it is answered or ended. Default: 0, of `wait_mode` 1 s. */
  readonly ring?: Duration;
  /** After the answer, before anything is sent. Default: 0. */
  readonly answer?: Duration;
}

/** What every mode takes. */
export interface CallOptions {
  /** Hard limit of the whole call. Default: "30s". */
  readonly timeout?: Duration;
  /**
   * Which provisional responses mean that it rings. Default: all from 180 to 189, as `State.Ringing`; `[180]` leaves out
   * early media (183).
   */
  readonly ringing_codes?: readonly number[];
}

/** What modes with an answering side take. */
export interface AnswerOptions extends CallOptions {
  readonly delay?: Delay;
  /**
   * The number the caller must show, in the From header of the INVITE that arrives: with "+" it must be the same in the
   * form of E.164, otherwise be the end of what is shown. Default: not checked.
   */
  readonly caller_id?: string;
  /** Where numbers without country code are at home, for `caller_id`. */
  readonly dialplan?: Dialplan;
}

/** What modes with two sides take. */
export interface TwoPartyOptions extends AnswerOptions {
  /** What the caller dials to reach the other side. Default: the agent itself. */
  readonly target?: Agent | SipPeer | string;
}

/** The values of these options, durations in ms. */
export interface CallValues {
  timeout?: number;
  ringing_codes?: readonly number[];
  delay?: { pre?: number; ring?: number; answer?: number };
  caller_id?: string;
  dialplan?: Dialplan;
}

export const CALL_CHECKS = {
  timeout: duration,
  ringing_codes: listOf(wholeNumber(101, 199), 'provisional response codes from 101 to 199'),
};

export const ANSWER_CHECKS = {
  ...CALL_CHECKS,
  delay: nested({ pre: duration, ring: duration, answer: duration }),
  caller_id: text,
  dialplan: DIALPLAN_CHECK,
};

const target: Check<Agent | SipPeer | string> = {
  takes: 'an agent, a SIP or tel URI, or a number',
  // What it is exactly, dial() checks.
  read: (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null)
      ? (value as Agent | string)
      : undefined,
};

export const TWO_PARTY_CHECKS = { ...ANSWER_CHECKS, target };

/** A sound to send or to hear: a frequency in Hz, or the path of a WAV file relative to the scenario file. */
export type CallSound = number | string;

export const sound: Check<CallSound> = {
  takes: 'a frequency from 20 to 3800 Hz, or the path of a WAV file',
  read: (value) =>
    (typeof value === 'number' && value >= 20 && value <= 3800) ||
    (typeof value === 'string' && value !== '')
      ? value
      : undefined,
};
