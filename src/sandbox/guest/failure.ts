/**
 * Errors of Offhook as a script sees them, and any thrown value as data. What an error says is kept in a
 * private map: changing the object changes nothing in the report.
 */
import type { ErrorData } from '../../errors.js';
import { ErrorClass, apply, define, stringify, toText, weakGet, weakSet } from './primordials.js';

/** Longest message of a script's own error that is kept: people have to read it. */
const LONGEST_MESSAGE = 2000;

const known = new WeakMap<object, ErrorData>();

/** An error to throw into a script: message, `code` and `hint` can be read by a catch. */
export function failure(data: ErrorData): Error {
  const error = new ErrorClass(data.message);
  define(error, 'name', { value: 'OffhookError' });
  define(error, 'code', { value: data.code, enumerable: true });
  if (data.hint !== undefined) define(error, 'hint', { value: data.hint, enumerable: true });
  apply(weakSet, known, [error, data]);
  return error;
}

/** The data of one of our errors; undefined for anything a script made. */
export function failureData(thrown: unknown): ErrorData | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  return apply(weakGet, known, [thrown]) as ErrorData | undefined;
}

export type DescribedError = ErrorData & { stack: string };

/** Anything thrown, as data. Never throws itself, whatever getters the value has. */
export function describeThrown(thrown: unknown): DescribedError {
  const own = failureData(thrown);
  if (own !== undefined) return { ...own, stack: guarded(() => (thrown as Error).stack) };
  if (thrown instanceof ErrorClass) {
    const name = cut(guarded(() => thrown.name)) || 'Error';
    const message = cut(guarded(() => thrown.message));
    return {
      code: 'E_SCRIPT_THROWN',
      message: message === '' ? name : `${name}: ${message}`,
      stack: guarded(() => thrown.stack),
    };
  }
  return {
    code: 'E_SCRIPT_THROWN',
    message: `script: threw ${guarded(() => described(thrown)) || 'a value that cannot be shown'}, which is not an Error`,
    hint: 'throw new Error("...") to keep the place where it happened',
    stack: '',
  };
}

/** The text that `read` returns; "" when a getter or a method of the script throws instead. */
function guarded(read: () => unknown): string {
  try {
    const value = read();
    return typeof value === 'string' ? value : value === undefined ? '' : toText(value);
  } catch {
    return '';
  }
}

function cut(text: string): string {
  return text.length > LONGEST_MESSAGE ? text.slice(0, LONGEST_MESSAGE) + '...' : text;
}

function described(thrown: unknown): string {
  if (typeof thrown === 'string') return `"${thrown.slice(0, 200)}"`;
  if (typeof thrown === 'function') return 'a function';
  if (typeof thrown === 'object' && thrown !== null) return shortJson(thrown);
  return toText(thrown);
}

function shortJson(value: object): string {
  const json = stringify(value) as string | undefined;
  return json === undefined ? 'an object' : json.slice(0, 200);
}
