/** Sounds as values, and listening: what scripts say about audio. The runner makes and hears the samples. */
import type { VerbReply } from '../../guest-protocol.js';
import { defaultMs } from '../wait/await-until.js';
import { callAmong } from './call.js';
import { agentNameOf } from '../encode.js';
import { ask, callerStack } from '../host.js';
import * as world from '../world.js';

interface Sound {
  readonly sound: 'tone' | 'file' | 'silent';
  readonly hz?: readonly number[];
  readonly path?: string;
}

function checked(fn: string, args: readonly unknown[], stack: string): void {
  ask('check', { on: 'global', fn, args, stack });
}

export function tone(...args: unknown[]): Sound {
  checked('tone', args, callerStack());
  return Object.freeze({ sound: 'tone', hz: Object.freeze([args[0] as number]) });
}

export function tones(...args: unknown[]): Sound {
  checked('tones', args, callerStack());
  return Object.freeze({ sound: 'tone', hz: Object.freeze([...(args[0] as number[])]) });
}

export function file(...args: unknown[]): Sound {
  checked('file', args, callerStack());
  return Object.freeze({ sound: 'file', path: args[0] as string });
}

export function silent(...args: unknown[]): Sound {
  checked('silent', args, callerStack());
  return Object.freeze({ sound: 'silent' });
}

export function verify_audio_connection(...args: unknown[]): unknown {
  const stack = callerStack();
  const reply = ask('verb', {
    verb: 'verify_audio_connection',
    args,
    within_ms: defaultMs(),
    in_condition: world.inCondition(),
    stack,
  }) as VerbReply;
  world.receive(reply.before);
  world.receive(reply.entries);
  for (const one of args.slice(0, 2)) world.moveTo(agentNameOf(one) ?? '', Infinity);
  return frozen(reply.value);
}

export function hears(agent: string, args: readonly unknown[], stack: string): boolean {
  ask('check', { on: 'Agent', fn: 'hears', args, stack });
  const hz = args[0] as number;
  world.watch(agent, `tone ${hz}`);
  const call = callAmong(args, agent, 'hears', world.stateOf(agent));
  return call?.facts.tones.includes(hz) ?? false;
}

/** Freezes plain data, deeply. */
export function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
