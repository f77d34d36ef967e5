/** A call test as data, with the names that CallTest's configuration has. */
import { type AnswerOptions, ANSWER_CHECKS, type CallSound, sound } from './call-options.js';
import { type Dialplan, DIALPLAN_CHECK } from './numbers.js';
import {
  duration,
  flag,
  listOf,
  nested,
  oneOf,
  readOptions,
  text,
  wholeNumber,
} from './options.js';
import { type Line, type LineData, lineOf, type Lines, lines } from './lines.js';
import { argumentProblem } from './problem.js';
import { type Trigger, trigger } from './trigger.js';

/** What CallTest calls the mode of a call. */
type Mode =
  | 'dtmf'
  | 'call'
  | 'audio'
  | 'ring'
  | 'play'
  | 'fail'
  | 'timeout'
  | 'wait'
  | 'answer'
  | 'record';

/** A call test. Which of its values count depends on its mode. */
export interface CallData extends Pick<AnswerOptions, 'timeout' | 'delay' | 'ringing_codes'> {
  /** Default: "dtmf". */
  readonly mode?: Mode;
  /** Name of the line that calls; not for wait, answer and record. */
  readonly src?: string;
  /** Name of the line that answers; not for ring, play, fail and timeout. */
  readonly dst?: string;
  /** The number to call. Default: that of `dst`. */
  readonly number?: string;
  /** What a passed test shows, as a sentence for people: "calling bar from foo works". */
  readonly info?: string;
  /** Tags of its scenario, in addition to its mode. */
  readonly tags?: readonly string[];
  /** Whether the number that arrives has to be that of `src`, where that has one. Default: true. */
  readonly check_callerid?: boolean;
  /** The number that has to arrive, instead of that of `src`. */
  readonly caller_id?: string;
  /** The country and city that numbers without a country code belong to. */
  readonly dialplan?: Dialplan;
  readonly dtmf?: { readonly len?: number; readonly may_repeat?: boolean };
  readonly audio?: {
    readonly src_out?: CallSound;
    readonly src_in?: CallSound;
    readonly dst_out?: CallSound;
    readonly dst_in?: CallSound;
  };
  /** In mode fail the call must be refused within this time; in mode timeout it must not be refused before. */
  readonly ringtime?: Duration;
  /** Whether the phone may, must or must not ring before the call is refused; in mode fail only. */
  readonly ringing?: 'allowed' | 'required' | 'prohibited';
  /** SIP codes of which one must have refused the call; in modes fail and timeout only. */
  readonly codes?: number | readonly number[];
  /** The request that makes somebody call; in modes wait, answer and record only. */
  readonly url?: Trigger | string;
}

/** What `test_call` takes: a call test, and the lines it is about. */
export interface CallTest extends CallData {
  /** Default: those of the project file. */
  readonly lines?: Lines | Readonly<Record<string, LineData>>;
}

const MODES = [
  ...['dtmf', 'call', 'audio'],
  ...['ring', 'play', 'fail', 'timeout'],
  ...['wait', 'answer', 'record'],
] as readonly Mode[];
const ONLY_CALL: readonly Mode[] = ['ring', 'play', 'fail', 'timeout'];
const ONLY_ANSWER: readonly Mode[] = ['wait', 'answer', 'record'];

const CHECKS = {
  ...ANSWER_CHECKS,
  mode: oneOf(...MODES),
  src: text,
  dst: text,
  number: text,
  info: text,
  tags: listOf(text, 'words'),
  check_callerid: flag,
  dialplan: DIALPLAN_CHECK,
  dtmf: nested({ len: wholeNumber(1, 32), may_repeat: flag }),
  audio: nested({ src_out: sound, src_in: sound, dst_out: sound, dst_in: sound }),
  ringtime: duration,
  ringing: oneOf('allowed', 'required', 'prohibited'),
  codes: listOf(wholeNumber(300, 699), 'SIP codes from 300 to 699'),
  url: trigger,
};

/** Settings of CallTest that have no place in a call test here, each with what replaces it. */
const ELSEWHERE = {
  test: 'repeat, retry, warn and fail are every, every_when_failing, warn_after and fail_after of a monitor; skip is its every: "never"',
  exec: 'a scenario starts no programs: set trigger: { exec: [...] } of the monitor that runs it',
};

type Read = ReturnType<typeof readOptions<typeof CHECKS>>;

/** A call test whose data fit: its lines are there, and it has what its mode needs. */
export interface CheckedCall {
  readonly owner: string;
  readonly mode: Mode;
  readonly lines: Lines;
  readonly values: Read;
  /** The data as they were given: the modes read durations themselves. */
  readonly data: CallData;
  readonly src?: Line;
  readonly dst?: Line;
  /** The number to call, where one is known. */
  readonly number?: string;
}

/** @param owner what messages call it. @throws E_ARGUMENT */
export function checkedCall(owner: string, { lines: given, ...data }: CallTest): CheckedCall {
  const all = lines(given);
  const values = readOptions(owner, data, CHECKS, ELSEWHERE);
  const { mode = 'dtmf' } = values;
  const side = (name: 'src' | 'dst', isWanted: boolean): Line | undefined => {
    const line = values[name];
    if (line === undefined && !isWanted) return undefined;
    if (line !== undefined && isWanted) return lineOf(all, line, owner);
    throw argumentProblem(
      {
        subject: owner,
        what: line === undefined ? `"${name}" is missing` : `mode ${mode} has no "${name}"`,
      },
      isWanted
        ? `name the line that ${name === 'src' ? 'calls' : 'answers'}`
        : `leave it out, or take another mode: ${MODES.join(', ')}`,
    );
  };
  const src = side('src', !ONLY_ANSWER.includes(mode));
  const dst = side('dst', !ONLY_CALL.includes(mode));
  const number = values.number ?? dst?.number;
  if (src?.dial.includes('{number}') === true && dst === undefined && number === undefined) {
    throw argumentProblem(
      { subject: owner, what: `"number" is missing: line "${src.name}" dials ${src.dial}` },
      'name the number to call',
    );
  }
  if (src !== undefined && src === dst) {
    throw argumentProblem(
      { subject: owner, what: `"src" and "dst" are both "${src.name}"` },
      'a line cannot call itself: name two',
    );
  }
  return {
    owner,
    mode,
    lines: all,
    values,
    data,
    ...(src === undefined ? {} : { src }),
    ...(dst === undefined ? {} : { dst }),
    ...(number === undefined ? {} : { number }),
  };
}
