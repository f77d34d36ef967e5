/**
 * Checks the arguments of every public function against its row in the contract, on the scenario
 * thread, before anything is done. Knows the rows, the schemas and how to word what is wrong; knows
 * nothing of QuickJS, of agents or of what the function does.
 */
import type { ErrorData } from '../errors.js';
import { dtmfProblem } from '../model/dtmf.js';
import { SIP_METHODS } from '../sip/sip-methods.js';
import { durationProblem } from '../time.js';
import { AUDIO_KINDS } from './audio-arguments.js';
import {
  httpMethodKind,
  httpOptionsProblem,
  httpRequestsKind,
  mockResponseKind,
  mockResponsesKind,
  pathKind,
  urlKind,
} from './check-http.js';
import { metadataOptionsOf } from './check-recording.js';
import {
  encodingKind,
  eventPackageKind,
  expectOptionsKind,
  inviteStepsKind,
  messagePartsKind,
  optionsOf,
  rawMessageKind,
  reasonPhraseKind,
  sipMethodKind,
  sipMethodOrCodeKind,
  statusCodeKind,
  transactionKind,
} from './check-sip.js';
import type { PublicFunction } from './contract.js';
import { nearest } from './nearest.js';
import { durationHint, type Problem } from './options.js';
import {
  AgentRef,
  CallRef,
  describeValue,
  FunctionRef,
  isPlainObject,
  Special,
  Undefined,
} from './special.js';
import type { FunctionRow, ParamKind, ParamRow } from './rows.js';

/** What is wrong with the arguments of a call; `undefined` when nothing is. `args` are decoded values. */
export function checkArguments(
  fn: PublicFunction,
  args: readonly unknown[],
): ErrorData | undefined {
  const given = withoutTrailingUndefined(args);
  const { params } = fn.row;
  const hasRest = params.some((param) => param.rest === true);
  if (!hasRest && given.length > params.length) {
    return argumentError(fn, {
      what: `takes ${count(params)}: got ${given.length}`,
      hint: `write ${signature(fn)}`,
    });
  }
  const pairs = assign(params, args, given.length);
  if (!hasRest && pairs.length < given.length) {
    return argumentError(fn, {
      what: 'takes nothing after the call',
      hint: `write ${signature(fn)}`,
    });
  }
  for (const [param, value] of pairs) {
    const problem = paramProblem(fn, param, value);
    if (problem !== undefined) return argumentError(fn, problem);
  }
  return undefined;
}

/** Checked arguments, each at the place of its parameter; undefined where it was left out. */
export function alignArguments(row: FunctionRow, args: readonly unknown[]): readonly unknown[] {
  const given = withoutTrailingUndefined(args).length;
  const pairs = new Map(assign(row.params, args, given));
  return withoutTrailingUndefined(row.params.map((param) => pairs.get(param)));
}

/** Pairs parameters with arguments; an optional one may be left out before a required one. */
function assign(
  params: readonly ParamRow[],
  args: readonly unknown[],
  givenCount: number,
): readonly (readonly [ParamRow, unknown])[] {
  const required = params.filter((param) => param.optional !== true && param.rest !== true).length;
  let spare = givenCount - required;
  let next = 0;
  const last = params.at(-1);
  const pairs: (readonly [ParamRow, unknown])[] = [];
  for (const param of params) {
    if (param.rest === true) break;
    if (param.kind === 'label') {
      // Text is a label where a function follows it, whatever else is missing.
      if (typeof args[next] !== 'string' || !(args[next + 1] instanceof FunctionRef)) continue;
      spare = Math.max(spare, 1);
    }
    if (param.optional === true && spare <= 0) continue;
    // A call may follow directly where optional parameters before it were left out: it can be nothing else.
    if (param.optional === true && args[next] instanceof CallRef && last?.kind === 'call') {
      if (param !== last) continue;
    }
    // So may an options object, where the optional parameters before it take none.
    if (param.optional === true && isPlainObject(args[next]) && hasOptionsBehind(params, param)) {
      continue;
    }
    if (param.optional === true) spare -= 1;
    pairs.push([param, args[next]]);
    next += 1;
  }
  return pairs;
}

const FROM_CALLS = 'take it from calls: agent.calls[0]';

/** Whether the parameter takes no options object, and one behind it does. */
function hasOptionsBehind(params: readonly ParamRow[], param: ParamRow): boolean {
  const isOptions = ({ kind }: ParamRow): boolean => kind.endsWith('_options');
  return !isOptions(param) && params.slice(params.indexOf(param) + 1).some(isOptions);
}

function paramProblem(fn: PublicFunction, param: ParamRow, value: unknown): Problem | undefined {
  const absent = value === undefined || value instanceof Undefined;
  if (absent && (param.optional === true || param.kind === 'any')) return undefined;
  const problem = KINDS[param.kind](value, param);
  if (problem === undefined) return undefined;
  const next = fn.row.params[fn.row.params.indexOf(param) + 1];
  if (param.kind === 'header_options' && next?.kind === 'call' && !isPlainObject(value))
    return {
      what: `takes an options object or a call of the agent: got ${describeValue(value)}`,
      hint: FROM_CALLS,
    };
  const isMissing = value === undefined;
  const hint = isMissing ? `write ${signature(fn)}` : problem.hint;
  const what =
    isMissing && problem.expected !== undefined
      ? `"${param.name}" is missing: it must be ${problem.expected}`
      : (problem.what ??
        `"${param.name}" must be ${problem.expected ?? ''}: got ${describeValue(value)}`);
  return { what, ...(hint === undefined ? {} : { hint }) };
}

/** Either what the argument must be, or the whole text for a problem inside it. */
interface KindProblem {
  readonly expected?: string;
  readonly what?: string;
  readonly hint?: string;
}
type KindCheck = (value: unknown, param: ParamRow) => KindProblem | undefined;

const KINDS: Readonly<Record<ParamKind, KindCheck>> = {
  ...AUDIO_KINDS,
  agent: (value) =>
    value instanceof AgentRef
      ? undefined
      : { expected: 'an agent', hint: 'pass the value that agent() returned' },
  any: () => undefined,
  text: (value) =>
    typeof value === 'string' && value !== '' ? undefined : { expected: 'text, not empty' },
  string: (value) => (typeof value === 'string' ? undefined : { expected: 'text' }),
  label: (value) =>
    typeof value === 'string' && value.trim() !== '' ? undefined : { expected: 'text, not empty' },
  number: (value) => (typeof value === 'number' ? undefined : { expected: 'a number' }),
  duration: durationKind,
  function: (value) =>
    value instanceof FunctionRef ? undefined : { expected: 'a function', hint: 'write () => ...' },
  target: targetKind,
  call: (value) =>
    value instanceof CallRef ? undefined : { expected: 'a call of the agent', hint: FROM_CALLS },
  integer: (value) => {
    if (Number.isSafeInteger(value)) return undefined;
    const isQuoted = typeof value === 'string' && /^\d+$/.test(value);
    return {
      expected: 'a whole number',
      ...(isQuoted ? { hint: `write it without quotes: ${value}` } : {}),
    };
  },
  digits: (value) => {
    if (typeof value !== 'string') return { expected: 'DTMF digits as text', hint: 'write "123#"' };
    const problem = dtmfProblem(value);
    return problem === undefined ? undefined : { what: `"digits" ${problem}` };
  },
  pattern: patternKind,
  method_or_code: methodOrCodeKind,
  conditions: conditionsKind,
  rows: (value) =>
    Array.isArray(value) && value.length > 0
      ? undefined
      : { expected: 'an array with at least one row' },
  values: (value) =>
    Array.isArray(value) && value.length > 0
      ? undefined
      : { expected: 'an array with at least one value', hint: 'write [first, second]' },
  tolerance: toleranceKind,
  agent_options: optionsOf('agentOptions'),
  peer_options: optionsOf('peerOptions'),
  register_options: optionsOf('registerOptions'),
  call_options: optionsOf('callOptions'),
  record_options: metadataOptionsOf('recordOptions'),
  request_options: metadataOptionsOf('requestOptions'),
  response_options: optionsOf('responseOptions'),
  header_options: optionsOf('headerOptions'),
  text_options: optionsOf('textOptions'),
  deflect_options: optionsOf('deflectOptions'),
  outgoing_options: optionsOf('outgoingOptions'),
  expect_options: expectOptionsKind,
  invite_steps: inviteStepsKind,
  status_code: statusCodeKind,
  sip_method: sipMethodKind,
  event_package: eventPackageKind,
  reason_phrase: reasonPhraseKind,
  sip_method_or_code: sipMethodOrCodeKind,
  transaction: transactionKind,
  raw_message: rawMessageKind,
  capture: (value) =>
    typeof value === 'string' && value !== ''
      ? undefined
      : { expected: 'the path of a pcap or pcapng file' },
  encoding: encodingKind,
  message_parts: messagePartsKind,
  scenario_options: optionsOf('scenarioOptions'),
  wait_options: optionsOf('waitOptions'),
  identity_options: optionsOf('identityOptions'),
  identity_check: optionsOf('identityCheck'),
  mock_options: optionsOf('mockOptions'),
  http_options: (value) =>
    isPlainObject(value) ? httpOptionsProblem(value) : { expected: 'an options object' },
  http_method: httpMethodKind,
  url: urlKind,
  path: pathKind,
  http_requests: httpRequestsKind,
  mock_response: mockResponseKind,
  mock_responses: mockResponsesKind,
};

function methodOrCodeKind(value: unknown): KindProblem | undefined {
  const expected = 'a method such as "INVITE", or the code of a response';
  if (typeof value === 'number') {
    const isCode = Number.isInteger(value) && value >= 100 && value <= 699;
    return isCode ? undefined : { expected, hint: 'a code is a number from 100 to 699' };
  }
  if (typeof value !== 'string') return { expected };
  if ((SIP_METHODS as readonly string[]).includes(value.toUpperCase())) return undefined;
  if (/^\d{3}$/.test(value)) return { expected, hint: `write ${value}, without quotes` };
  const similar = nearest(value, SIP_METHODS);
  const other = 'for a method outside of the standards look through all()';
  return { expected, hint: similar === undefined ? other : `did you mean "${similar}"?` };
}

function conditionsKind(value: unknown): KindProblem | undefined {
  const expected = 'an array of functions';
  const hint = 'write [() => ..., ["label", () => ...]]';
  if (!Array.isArray(value)) return { expected, hint };
  if (value.length === 0) return { expected: `${expected}, at least one`, hint };
  const index = value.findIndex((one) => !(one instanceof FunctionRef || isLabelled(one)));
  if (index < 0) return undefined;
  return {
    what: `"conditions" must be ${expected}: number ${index + 1} is ${describeValue(value[index])}`,
    hint,
  };
}

/** `["label", () => ...]`: a function and what reports call it. */
function isLabelled(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [label, condition] = value as readonly unknown[];
  return typeof label === 'string' && label.trim() !== '' && condition instanceof FunctionRef;
}

function toleranceKind(value: unknown): KindProblem | undefined {
  const isNumber = typeof value === 'number' && value >= 0;
  if (isNumber || (typeof value === 'string' && /^\d+(\.\d+)?%$/.test(value))) return undefined;
  return {
    expected: 'a number from 0 on, or a part of the expected number such as "10%"',
    hint: 'a number is in the unit of the value: about(440, 5) takes 435 to 445',
  };
}

function durationKind(value: unknown): KindProblem | undefined {
  const problem = durationProblem(value);
  if (problem === undefined) return undefined;
  return {
    expected: 'a duration such as "500ms", "5s" or "2m", or a number of seconds up to 600',
    hint: durationHint(value, problem),
  };
}

function targetKind(value: unknown): KindProblem | undefined {
  if (value instanceof AgentRef) return undefined;
  if (typeof value === 'string' && value.trim() !== '') return undefined;
  const expected = 'an agent, a SIP or tel URI, or a number';
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return { expected: `${expected} as text`, hint: `write "${value}"` };
  }
  return { expected };
}

function patternKind(value: unknown): KindProblem | undefined {
  if (value instanceof Special && value.kind === 'regexp') return undefined;
  const expected = 'a regular expression or its text';
  if (typeof value !== 'string') return { expected };
  try {
    new RegExp(value);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { expected, hint: `correct the expression: ${why}` };
  }
}

function argumentError(fn: PublicFunction, problem: Problem): ErrorData {
  const { what, hint } = problem;
  const message = `${subject(fn)}: ${what}`;
  return { code: 'E_ARGUMENT', message, ...(hint === undefined ? {} : { hint }) };
}

function subject({ name, row }: PublicFunction): string {
  return `${objectOf(row)}${name}()`;
}

function objectOf({ on }: FunctionRow): string {
  if (on === 'scenario') return 'scenario.';
  if (on === 'Transaction') return 'transaction.';
  if (on === 'CallPeer') return 'peer.';
  return on === 'SipLog' ? 'sip.' : on === 'MockServer' ? 'mock.' : '';
}

/** `dial(target)`, `agent(name, options?)`. */
function signature({ name, row }: PublicFunction): string {
  const params = row.params.map((param) => {
    const rest = param.rest === true ? '...' : '';
    return `${rest}${param.name}${param.optional === true ? '?' : ''}`;
  });
  return `${objectOf(row)}${name}(${params.join(', ')})`;
}

function count(params: FunctionRow['params']): string {
  const most = params.length;
  if (most === 0) return 'no arguments';
  const least = params.filter((param) => param.optional !== true).length;
  const range = least === most ? `${most}` : `${least} to ${most}`;
  return `${range} argument${most === 1 ? '' : 's'}`;
}

function withoutTrailingUndefined(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && isUndefined(args[length - 1])) length -= 1;
  return args.slice(0, length);
}

function isUndefined(value: unknown): boolean {
  return value === undefined || value instanceof Undefined;
}
