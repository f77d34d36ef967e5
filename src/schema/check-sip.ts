/** Checks of arguments that describe SIP messages and the answers of a peer. */
import { durationProblem } from '../time.js';
import { optionsProblem, type ScriptOptions } from './option-rules.js';
import { describeValue, FunctionRef, isPlainObject, Special, Undefined } from './special.js';

interface KindProblem {
  readonly expected?: string;
  readonly what?: string;
  readonly hint?: string;
}

const CONTROL = /[\x00-\x1f\x7f]/;
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

export function sipMethodKind(value: unknown): KindProblem | undefined {
  if (typeof value === 'string' && TOKEN.test(value)) return undefined;
  return { expected: 'a method such as "OPTIONS"' };
}

/** A value of Event, with its parameters (RFC 6665, 8.2.1). */
export function eventPackageKind(value: unknown): KindProblem | undefined {
  const isLine = typeof value === 'string' && value.trim() !== '' && !CONTROL.test(value);
  return isLine ? undefined : { expected: 'an event package such as "dialog"' };
}

export function reasonPhraseKind(value: unknown): KindProblem | undefined {
  if (typeof value !== 'string') return { expected: 'text' };
  return CONTROL.test(value) ? { expected: 'text without line breaks' } : undefined;
}

export function statusCodeKind(value: unknown): KindProblem | undefined {
  if (isStatusCode(value)) return undefined;
  const isQuoted = typeof value === 'string' && /^\d{3}$/.test(value);
  return {
    expected: 'a code from 100 to 699',
    ...(isQuoted ? { hint: `write it without quotes: ${value}` } : {}),
  };
}

function isStatusCode(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 699;
}

export function sipMethodOrCodeKind(value: unknown): KindProblem | undefined {
  return typeof value === 'number' ? statusCodeKind(value) : sipMethodKind(value);
}

export function rawMessageKind(value: unknown): KindProblem | undefined {
  const texts = Array.isArray(value) ? value : [value];
  if (texts.length > 0 && texts.every((one) => typeof one === 'string' && one !== '')) {
    return undefined;
  }
  return { expected: 'text, or an array of texts, none of them empty' };
}

export function encodingKind(value: unknown): KindProblem | undefined {
  return value === 'utf8' || value === 'latin1' ? undefined : { expected: '"utf8" or "latin1"' };
}

export function transactionKind(value: unknown): KindProblem | undefined {
  if (isPlainObject(value) && typeof value['call_id'] === 'string') return undefined;
  return {
    expected: 'a transaction',
    hint: 'pass what dial(), reinvite() or request() of the peer returned',
  };
}

/** The steps of on_invite(): [code], [code, options], [delay, code], [delay, code, options]. */
export function inviteStepsKind(value: unknown): KindProblem | undefined {
  const expected = 'an array of steps';
  const hint = 'write [[180], ["2s", 200, { tag: "b" }]]';
  if (!Array.isArray(value)) return { expected, hint };
  for (const [index, step] of value.entries()) {
    const problem = stepProblem(step);
    if (problem !== undefined) {
      return { what: `"steps" must be ${expected}: number ${index + 1} ${problem}`, hint };
    }
  }
  return undefined;
}

function stepProblem(step: unknown): string | undefined {
  if (!Array.isArray(step)) return `is ${describeValue(step)}`;
  const rest = [...(step as readonly unknown[])];
  if (!isStatusCode(rest[0])) {
    const delay = rest.shift();
    const problem = durationProblem(delay);
    if (problem !== undefined) {
      return `begins with ${describeValue(delay)}, which is neither a code nor a delay`;
    }
  }
  const [code, options, ...more] = rest;
  if (!isStatusCode(code)) return `has no code from 100 to 699, but ${describeValue(code)}`;
  if (more.length > 0) return 'has more than a delay, a code and options';
  if (options === undefined || options instanceof Undefined) return undefined;
  if (!isPlainObject(options)) return `has ${describeValue(options)} where its options belong`;
  return named(optionsProblem('responseOptions', options));
}

function named(problem: ReturnType<typeof optionsProblem>): string | undefined {
  return problem === undefined ? undefined : `has a wrong option: ${problem.what}`;
}

export function messagePartsKind(value: unknown): KindProblem | undefined {
  if (!isPlainObject(value)) {
    return { expected: 'an object', hint: 'write { start: "...", headers: [["Via", "..."]] }' };
  }
  const { start, headers = [], body = '', eol = '\r\n', ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    return {
      what: `"parts" has no ${JSON.stringify(unknown)}`,
      hint: 'the parts are start, headers, body and eol',
    };
  }
  if (typeof start !== 'string') return { what: '"parts" needs the first line as text: start' };
  if (typeof body !== 'string' || typeof eol !== 'string') {
    return { what: '"body" and "eol" of "parts" must be text' };
  }
  const isField = (field: unknown): boolean =>
    typeof field === 'string' ||
    (Array.isArray(field) && field.length === 2 && field.every((one) => typeof one === 'string'));
  if (Array.isArray(headers) && headers.every(isField)) return undefined;
  return {
    what: '"headers" of "parts" must be an array of [name, value], or of whole lines as text',
    hint: 'write headers: [["Via", "..."], ["CSeq", "1 OPTIONS"]]',
  };
}

/** The options of expect(): its headers may hold regular expressions, which no schema knows. */
export function expectOptionsKind(value: unknown): KindProblem | undefined {
  if (!isPlainObject(value)) return { expected: 'an options object' };
  const { header, within, in: _dialog, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    return {
      what: `there is no option ${JSON.stringify(unknown)}`,
      hint: 'the options are header, within and in',
    };
  }
  const problem = within === undefined ? undefined : durationProblem(within);
  if (problem !== undefined) {
    return { what: `option "within" must be a duration: got ${describeValue(within)}` };
  }
  if (header === undefined || header instanceof Undefined) return undefined;
  const isPattern = (one: unknown): boolean =>
    typeof one === 'string' || (one instanceof Special && one.kind === 'regexp');
  if (isPlainObject(header) && Object.values(header).every(isPattern)) return undefined;
  return {
    what: 'option "header" must be an object of header names with a text or an expression each',
    hint: 'write { header: { "X-Tenant": "blue", To: /sip:600@/ } }',
  };
}

export function optionsOf(name: ScriptOptions): (value: unknown) => KindProblem | undefined {
  return (value) => {
    if (isPlainObject(value)) return optionsProblem(name, value);
    return {
      expected: 'an options object',
      ...(value instanceof FunctionRef ? { hint: 'write { headers: { ... } }' } : {}),
    };
  };
}
