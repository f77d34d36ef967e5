/** Whole call tests made from data: the phones of their lines, the call, and one scenario for each. */
import { type CallData, type CallTest, checkedCall, type CheckedCall } from './call-data.js';
import type { AnswerOptions, CallOptions, TwoPartyOptions } from './call-options.js';
import { audio_mode, call_mode, dtmf_mode } from './two-party.js';
import { answer_mode, record_mode, wait_mode } from './incoming.js';
import { fail_mode, play_mode, ring_mode, timeout_mode } from './outgoing.js';
import { type Line, type LineData, lines, type Lines, locks_of, takeLines } from './lines.js';
import { entriesOf, readOptions } from './options.js';
import { type Dialplan, DIALPLAN_CHECK } from './numbers.js';
import { codeOf, messageOf, modeProblem } from './problem.js';
import { formatMs } from '../time.js';

/** What `declare_calls` takes: CallTest's configuration without its server. */
interface CallsData {
  /** Default: those of the project file. */
  readonly lines?: Lines | Readonly<Record<string, LineData>>;
  /** Call tests by name; what `default` has holds for all others. */
  readonly calls: Readonly<Record<string, CallData>>;
  /** The country and city of numbers, for all calls that do not name their own. */
  readonly dialplan?: Dialplan;
}

const REGISTERED_MS = 10_000;
/** A scenario may last longer than its call: phones start, register and stop. */
const AROUND_MS = 30_000;
const DEFAULT_LIMIT_MS = 30_000;
const DEFAULTS = ['default', ':default:'];

/**
 * Carries out a call test: starts the phones of its lines, has them register, calls as the mode demands.
 * @throws E_MODE, E_AUDIO for a call that did not go so; E_ARGUMENT for data that are wrong
 */
export function test_call(call: CallTest): void {
  const checked = checkedCall('test_call', call);
  takeLines(checked.lines, ...usedBy(checked).map(({ name }) => name));
  run(checked);
}

/**
 * Declares one scenario for each call test, with its name, its mode as tag, and the locks of its lines.
 * @throws E_ARGUMENT
 */
export function declare_calls(data: CallsData): void {
  const owner = 'declare_calls';
  const values = readOptions(owner, data, {
    lines: {
      takes: 'an object of lines',
      read: (value) => lines(value as Readonly<Record<string, LineData>>),
    },
    calls: {
      takes: 'an object of call tests by name',
      read: (value, path) => Object.fromEntries(entriesOf(path, value)) as CallsData['calls'],
    },
    dialplan: DIALPLAN_CHECK,
  });
  const { lines: all = lines(), calls = {}, dialplan } = values;
  const common = Object.assign(
    { ...(dialplan === undefined ? {} : { dialplan }) },
    ...DEFAULTS.map((name) => calls[name] ?? {}),
  ) as CallData;
  for (const [name, own] of Object.entries(calls)) {
    if (DEFAULTS.includes(name)) continue;
    const told = `calls: "${name}"`;
    entriesOf(told, own);
    const checked = checkedCall(told, { ...merged(common, own), lines: all });
    const { mode } = checked;
    const used = usedBy(checked);
    const options = {
      tags: [mode, ...(checked.values.tags ?? [])],
      locks: [...locks_of(all, ...used.map((line) => line.name)), ...used.flatMap(accountOf)],
      timeout: `${longestMs(checked) + AROUND_MS}ms`,
    };
    scenario(name, options, () => {
      if (checked.values.info !== undefined) log(checked.values.info);
      run(checked);
    });
  }
}

const usedBy = ({ src, dst }: CheckedCall): readonly Line[] =>
  [src, dst].filter((one) => one !== undefined);

/** The address of record of its phone. agent() locks it as well; as a lock of the scenario it is taken before anything begins. */
function accountOf({ name, agent: { username = name, domain } }: Line): readonly string[] {
  return domain === undefined ? [] : [`sip:${username}@${domain}`];
}

/** Objects such as `dtmf` and `delay` inherit their parts. */
function merged(common: CallData, own: CallData): CallData {
  const parts = (['dtmf', 'audio', 'delay'] as const).flatMap((name) =>
    common[name] === undefined || own[name] === undefined
      ? []
      : [[name, { ...common[name], ...own[name] }] as const],
  );
  return { ...common, ...own, ...Object.fromEntries(parts) };
}

function longestMs({ mode, values }: CheckedCall): number {
  const limit = values.timeout ?? DEFAULT_LIMIT_MS;
  return mode === 'timeout' ? 2 * limit : Math.max(limit, values.ringtime ?? 0);
}

function run(call: CheckedCall): void {
  const { mode, src, dst, number, data } = call;
  const caller = src === undefined ? undefined : phone(call, src);
  const callee = dst === undefined ? undefined : phone(call, dst);
  const shown = [src?.name, dst?.name ?? number].filter((one) => one !== undefined);
  step(`${mode}: ${shown.join(' calls ')}`, () => {
    if (caller === undefined || src === undefined) {
      if (callee !== undefined) answer(callee, call);
    } else if (callee === undefined) {
      originate(caller, targetOf(src, undefined, number), call);
    } else {
      between(caller, callee, { ...answering(call), target: targetOf(src, callee, number) }, data);
    }
  });
}

/** The phone of a line, registered where it has to be. */
function phone({ owner }: CheckedCall, line: Line): Agent {
  const one = agent(line.name, line.agent);
  if (!line.register) return one;
  const problem = registrationProblem(one);
  if (problem === undefined) return one;
  throw modeProblem(
    {
      subject: owner,
      what: `the phone of line "${line.name}" could not register`,
      seen: problem,
    },
    { agents: [line.name], hint: 'check domain, username and password of the line' },
  );
}

/** Registers the phone; why it could not, if so. */
function registrationProblem(one: Agent): string | undefined {
  const settled = (): Registration | false => {
    const { registration } = one;
    return ['registered', 'failed'].includes(registration.state) && registration;
  };
  try {
    one.register();
    const { state, code, reason } = await_until(
      `the registration of "${one.name}"`,
      settled,
      `${REGISTERED_MS}ms`,
    );
    if (state === 'registered') return undefined;
    const answer = [code, reason].filter((part) => part !== undefined).join(' ');
    return answer === '' ? 'it failed' : answer;
  } catch (error) {
    if (codeOf(error) === 'E_REGISTER') return messageOf(error);
    if (codeOf(error) !== 'E_AWAIT_TIMEOUT') throw error;
    return `no answer within ${formatMs(REGISTERED_MS)}`;
  }
}

/** What the caller dials: over its line, or the other phone where there is no server between them. */
function targetOf(
  src: Line,
  callee: Agent | undefined,
  number: string | undefined,
): Agent | string {
  const isDirect =
    src.dial === PLACEHOLDER && (number === undefined || src.agent.domain === undefined);
  if (isDirect && callee !== undefined) return callee;
  return src.dial.replaceAll(PLACEHOLDER, number ?? '');
}

const PLACEHOLDER = '{number}';

function calling({ data: { timeout, ringing_codes } }: CheckedCall): CallOptions {
  return present({ timeout, ringing_codes });
}

function answering(call: CheckedCall): AnswerOptions {
  const { delay, dialplan, check_callerid = true, caller_id = call.src?.number } = call.data;
  const shown = check_callerid ? { caller_id } : {};
  return { ...calling(call), ...present({ delay, dialplan, ...shown }) };
}

/** The object without what is undefined. */
function present<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function between(
  caller: Agent,
  callee: Agent,
  options: TwoPartyOptions,
  { mode = 'dtmf', dtmf, audio }: CallData,
): void {
  if (mode === 'dtmf') dtmf_mode(caller, callee, { ...options, ...dtmf });
  else if (mode === 'audio') audio_mode(caller, callee, { ...options, ...audio });
  else call_mode(caller, callee, options);
}

function originate(caller: Agent, target: Agent | string, call: CheckedCall): void {
  const { audio = {}, ringtime, ringing, codes } = call.data;
  const { src_out, src_in } = audio;
  const options = calling(call);
  switch (call.mode) {
    case 'play':
      play_mode(caller, target, { ...options, ...present({ src_out, src_in }) });
      return;
    case 'fail':
      fail_mode(caller, target, { ...options, ...present({ ringtime, ringing, codes }) });
      return;
    case 'timeout':
      timeout_mode(caller, target, { ...options, ...present({ ringtime, codes }) });
      return;
    default:
      ring_mode(caller, target, options);
  }
}

function answer(callee: Agent, call: CheckedCall): void {
  const { audio = {}, url } = call.data;
  const { dst_out, dst_in } = audio;
  const options = { ...answering(call), ...present({ trigger: url, number: call.number }) };
  const sounds = present({ dst_out, dst_in });
  if (call.mode === 'answer') answer_mode(callee, { ...options, ...sounds });
  else if (call.mode === 'record') record_mode(callee, { ...options, ...sounds });
  else wait_mode(callee, options);
}
