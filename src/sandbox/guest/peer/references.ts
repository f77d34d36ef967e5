/** Replaces calls, transactions and messages in the options of a verb by texts that stand for them outside of the VM. */
import { callNameOf } from '../encode.js';
import { tracedOf } from '../agent/sip-log.js';
import { isArray } from '../primordials.js';

/** The options with `in` as a Call-ID and `to` as "Call-ID number method", where a message is given. */
export function withReferences(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null || isArray(argument)) return argument;
  if (callNameOf(argument) !== undefined) return argument;
  const options = argument as { readonly in?: unknown; readonly to?: unknown };
  const dialog = Object.hasOwn(options, 'in') ? callIdOf(options.in) : undefined;
  const request = Object.hasOwn(options, 'to') ? tracedOf(options.to) : undefined;
  if (dialog === undefined && request === undefined) return argument;
  return {
    ...options,
    ...(dialog === undefined ? {} : { in: dialog }),
    ...(request === undefined
      ? {}
      : { to: `${request.call_id} ${request.cseq} ${request.method}` }),
  };
}

function callIdOf(value: unknown): string | undefined {
  const call = callNameOf(value);
  if (call !== undefined) return call.id;
  if (typeof value !== 'object' || value === null) return undefined;
  const { call_id } = value as { call_id?: unknown };
  return typeof call_id === 'string' ? call_id : undefined;
}
