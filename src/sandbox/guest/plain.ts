/** Values that leave the VM for another one: only what JSON can hold arrives there as it was. */
import { said } from '../../errors.js';
import { agentNameOf, callNameOf, encode } from './encode.js';
import { failure } from './failure.js';
import { isArray, isFiniteNumber, keysOf } from './primordials.js';

const ObjectPrototype = Object.prototype;
const prototypeOf = Object.getPrototypeOf;

/** @param owner whose value it is. @throws E_ARGUMENT; E_VALUE_LIMIT for one too large, too deep or with a cycle */
export function refuseUnlessPlain(value: unknown, owner: string): void {
  encode(value);
  refuse(value, 'it', owner);
}

function refuse(value: unknown, path: string, owner: string): void {
  const found = foreignName(value);
  if (found !== undefined) {
    throw failure({
      code: 'E_ARGUMENT',
      ...said({
        subject: owner,
        what: 'its value must be plain data',
        seen: `${path} is ${found}`,
      }),
      hint: 'return texts, numbers, or lists and objects of these; agents and mock servers end with setup_file(): make them in setup()',
    });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const key of keysOf(value)) {
    const at = isArray(value) ? `[${key}]` : `.${key}`;
    const part = (value as Readonly<Record<string, unknown>>)[key];
    refuse(part, path === 'it' ? at.replace(/^\./, '') : path + at, owner);
  }
}

/** What a value is, where it is nothing that JSON can hold; a field that is undefined is left out. */
function foreignName(value: unknown): string | undefined {
  switch (typeof value) {
    case 'function':
      return 'a function';
    case 'symbol':
    case 'bigint':
      return `a ${typeof value}`;
    case 'number':
      return isFiniteNumber(value) ? undefined : String(value);
    case 'object':
      return value === null ? undefined : foreignObject(value);
    default:
      return undefined;
  }
}

function foreignObject(value: object): string | undefined {
  const agent = agentNameOf(value);
  if (agent !== undefined) return `agent "${agent}"`;
  const call = callNameOf(value);
  if (call !== undefined) return `a call of agent "${call.agent}"`;
  if (isArray(value)) return undefined;
  const prototype: unknown = prototypeOf(value);
  if (prototype === null || prototype === ObjectPrototype) return undefined;
  return 'an object with methods of its own, such as a mock server, a response or a Date';
}
