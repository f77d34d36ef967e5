/** Signed identities: made and read outside of the VM, which has no cryptography. */
import type { VerbReply } from '../guest-protocol.js';
import { frozen } from './agent/audio.js';
import { ask, callerStack } from './host.js';
import * as world from './world.js';

export function generate_key(...args: unknown[]): unknown {
  const stack = callerStack();
  const in_condition = world.inCondition();
  const reply = ask('verb', { verb: 'generate_key', args, in_condition, stack }) as VerbReply;
  world.receive(reply.before);
  world.receive(reply.entries);
  return frozen(reply.value);
}

/** The time of signing is that of the call. */
export function sign_identity(...args: unknown[]): string {
  world.noteTimely();
  return ask('sign_identity', { args, stack: callerStack() }) as string;
}

export function read_identity(...args: unknown[]): unknown {
  world.noteTimely();
  return frozen(ask('read_identity', { args, stack: callerStack() }));
}
