/**
 * Values on their way out, as JSON text (the form `Encoded` of the protocol). Written out by hand: no
 * toJSON, prototype method or getter of a script takes part, except getters of the very values it hands
 * over, and those run here, inside the VM. Copied once, with limits.
 */
import { said } from '../../errors.js';
import { failure } from './failure.js';
import {
  apply,
  dateText,
  isArray,
  isFiniteNumber,
  keysOf,
  regExpText,
  stringify as quote,
  toText as numberText,
  weakGet,
  weakSet,
} from './primordials.js';

/** Limits of one value handed over: characters of JSON, and nesting. */
const MOST_CHARACTERS = 1_048_576;
const MOST_DEPTH = 32;

const agentNames = new WeakMap<object, string>();

export interface CallName {
  agent: string;
  id: string;
}
const callNames = new WeakMap<object, CallName>();

const FUNCTION = '{"$":"function","name":""}';

/** Marks an object as that call of an agent: it crosses the border as a reference. */
export function markCall(object: object, name: CallName): void {
  apply(weakSet, callNames, [object, name]);
}

/** Which call of which agent a value is; undefined where it is none. */
export function callNameOf(value: unknown): CallName | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return apply(weakGet, callNames, [value]) as CallName | undefined;
}

function encodeCall(value: object): string | undefined {
  const call = callNameOf(value);
  if (call === undefined) return undefined;
  return '{"$":"call","agent":' + quote(call.agent) + ',"id":' + quote(call.id) + '}';
}

/** Marks an object as the agent of that name: it crosses the border as a reference. */
export function markAgent(object: object, name: string): void {
  apply(weakSet, agentNames, [object, name]);
}

export function agentNameOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return apply(weakGet, agentNames, [value]) as string | undefined;
}

export function text(value: string): string {
  return quote(value);
}

/** @throws E_VALUE_LIMIT when it is too large, too deep or contains itself. */
export function encode(value: unknown): string {
  const out = encodeAt(value, 0);
  if (out.length > MOST_CHARACTERS) throw tooLarge();
  return out;
}

function tooLarge(): Error {
  return failure({
    code: 'E_VALUE_LIMIT',
    ...said({
      subject: 'value',
      what: 'too large to hand over',
      seen: `more than ${numberText(MOST_CHARACTERS)} characters of JSON`,
    }),
    hint: 'hand over a part of it',
  });
}

function tagged(kind: string, key: string, value: string): string {
  return '{"$":"' + kind + '","' + key + '":' + quote(value) + '}';
}

function encodeAt(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      if (value.length > MOST_CHARACTERS) throw tooLarge();
      return quote(value);
    case 'number':
      return isFiniteNumber(value)
        ? numberText(value)
        : tagged('number', 'text', numberText(value));
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return '{"$":"undefined"}';
    case 'bigint':
      return tagged('bigint', 'text', numberText(value));
    case 'symbol':
      return tagged('symbol', 'text', numberText(value));
    case 'function':
      return FUNCTION;
    case 'object':
      return value === null ? 'null' : encodeObject(value, depth);
  }
}

function encodeObject(value: object, depth: number): string {
  const agent = agentNameOf(value);
  if (agent !== undefined) return tagged('agent', 'name', agent);
  const call = encodeCall(value);
  if (call !== undefined) return call;
  if (depth >= MOST_DEPTH) {
    throw failure({
      code: 'E_VALUE_LIMIT',
      ...said({
        subject: 'value',
        what: 'nested too deeply, or containing itself',
        seen: `more than ${numberText(MOST_DEPTH)} levels`,
      }),
      hint: 'hand over plain data without cycles',
    });
  }
  if (isArray(value)) return encodeArray(value, depth);
  if (value instanceof RegExp) return tagged('regexp', 'text', apply(regExpText, value, []));
  if (value instanceof Date) return encodeDate(value);
  if (value instanceof Error) return tagged('error', 'text', errorText(value));
  return encodeRecord(value as Record<string, unknown>, depth);
}

function encodeDate(value: Date): string {
  try {
    return tagged('date', 'text', apply(dateText, value, []));
  } catch {
    return tagged('date', 'text', 'Invalid Date');
  }
}

function errorText(value: Error): string {
  return `${numberText(value.name)}: ${numberText(value.message)}`;
}

function encodeArray(value: readonly unknown[], depth: number): string {
  const length = value.length;
  if (length > MOST_CHARACTERS) throw tooLarge();
  let out = '[';
  for (let i = 0; i < length; i += 1) {
    out += (i === 0 ? '' : ',') + encodeAt(value[i], depth + 1);
    if (out.length > MOST_CHARACTERS) throw tooLarge();
  }
  return out + ']';
}

function encodeRecord(value: Readonly<Record<string, unknown>>, depth: number): string {
  const keys = keysOf(value);
  let out = '';
  let hasTag = false;
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    if (key === '$') hasTag = true;
    out += (i === 0 ? '' : ',') + quote(key) + ':' + encodeAt(value[key], depth + 1);
    if (out.length > MOST_CHARACTERS) throw tooLarge();
  }
  return hasTag ? '{"$":"object","value":{' + out + '}}' : '{' + out + '}';
}
