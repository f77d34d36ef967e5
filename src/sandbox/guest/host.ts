/**
 * The guest: Offhook's own code inside QuickJS, loaded before any script runs. It knows the fold of the
 * model and the operations of the scenario thread, and nothing of Node, processes or SIP.
 *
 * This file is its only way out: one function from text to text. What it needs of the language is taken
 * here, before a script can tamper with it.
 */
import type { Answer, Operation } from '../guest-protocol.js';
import { encode } from './encode.js';
import { failure } from './failure.js';
import { ErrorClass, parse } from './primordials.js';

type Host = (request: string) => string;
/** Answer of most operations. */
const NOTHING = '{}';

const HOST_NAME = '__offhook_host';
const slot = globalThis as unknown as Record<string, Host | undefined>;
const host = slot[HOST_NAME];
Reflect.deleteProperty(globalThis, HOST_NAME);

/** Text of a payload: keys are ours, values are encoded; `undefined` values are left out. */
function payloadText(payload: Readonly<Record<string, unknown>>): string {
  let out = '{';
  for (const key in payload) {
    const value = payload[key];
    if (value !== undefined) out += (out === '{' ? '"' : ',"') + key + '":' + encode(value);
  }
  return out + '}';
}

type Refusal = (operation: Operation, payload: Readonly<Record<string, unknown>>) => void;
let refuse: Refusal | undefined;

/** Sets the function that is asked before each operation, and may throw; undefined: none is asked. */
export function refuseWith(refusal: Refusal | undefined): void {
  refuse = refusal;
}

/** Runs an operation on the scenario thread. @throws what the thread answered, located at the script. */
export function ask(operation: Operation, payload: Readonly<Record<string, unknown>>): unknown {
  if (host === undefined) throw new Error('the guest was loaded twice');
  refuse?.(operation, payload);
  // A single text, because each text that crosses the border has its price.
  const answered = host(operation + ' ' + payloadText(payload));
  if (answered === NOTHING) return undefined;
  const answer = parse(answered) as Answer;
  if (answer.e !== undefined) throw failure(answer.e);
  return answer.v;
}

/** The stack of the public function that calls this, for location and label. */
export function callerStack(): string {
  return new ErrorClass().stack ?? '';
}
