/**
 * Carries out verbs of agents, one or several at a time, and moves the cursors: the place of a verb among the events
 * is what conditions rely on.
 */
import { said } from '../../../errors.js';
import type { AgentVerb, PeerVerb } from '../../../schema/verbs.js';
import type { Operation, ParallelDone, ParallelReply, VerbReply } from '../../guest-protocol.js';
import { noteActed } from '../assert/late.js';
import { agentNameOf } from '../encode.js';
import { failure } from '../failure.js';
import { ask, callerStack, refuseWith } from '../host.js';
import { apply, promiseThen } from '../primordials.js';
import { defaultMs } from '../wait/await-until.js';
import { catchUpOtherEnds, noteDialled, staleCalls } from '../wait/other-end.js';
import * as world from '../world.js';
import { frozen } from './audio.js';
import type { GuestVerb } from './verbs.gen.js';

interface Call {
  verb: AgentVerb | PeerVerb;
  agent: string;
  /** The verb is that of a peer. */
  on?: 'SipPeer';
  row: GuestVerb;
  args: readonly unknown[];
  stack: string;
}

/** A verb that has succeeded. `end`: seq of the newest entry then, at least. */
type Done = Pick<Call, 'agent' | 'row' | 'args'> & Pick<ParallelDone, 'seq' | 'end'>;

/** Verbs called so far in the function of parallel(), while it runs. */
let queue: Call[] | undefined;

export function carryOut(call: Call): unknown {
  const { verb, agent, on, row, args, stack } = call;
  const in_condition = world.inCondition();
  const within_ms = row.default_timeout === true ? defaultMs() : undefined;
  const payload = { verb, agent, on, args, in_condition, within_ms, stack };
  if (queue !== undefined) {
    ask('verb', { ...payload, queued: true });
    queue.push(call);
    return undefined;
  }
  if (row.ends_call === true) catchUpOtherEnds(agent);
  const reply = ask('verb', payload) as VerbReply;
  const { seq } = reply;
  moveCursors(reply, [{ agent, row, args, ...(seq === undefined ? {} : { seq }), end: Infinity }]);
  return frozen(reply.value);
}

/**
 * Applies the entries and moves the cursors as verbs issued at the same moment leave them: first, for their own agents and for
 * targets, to what had arrived at that moment; then, for their own agents, to the effects of the verbs.
 */
function moveCursors(
  { before, entries }: Pick<VerbReply, 'before' | 'entries'>,
  done: Done[],
): void {
  noteActed();
  world.receive(before);
  for (const one of done) {
    world.moveTo(one.agent, Infinity);
    const callee = calleeOf(one);
    if (callee === undefined) continue;
    world.moveTo(callee, Infinity);
    world.supersede(callee, staleCalls(one.agent, callee));
  }
  world.receive(entries);
  for (const one of done) {
    const { agent, row, seq, end } = one;
    if (seq !== undefined) world.moveTo(agent, seq);
    if (row.cursor === 'end' && end !== undefined) world.moveTo(agent, end);
    const callee = calleeOf(one);
    if (row.caller === 'agent' && callee !== undefined) noteDialled(agent, callee);
  }
}

/** The agent that a call is placed to, or transferred to. */
function calleeOf({ row, args }: Pick<Call, 'row' | 'args'>): string | undefined {
  return row.caller === 'agent' || row.caller === 'peer' ? agentNameOf(args[0]) : undefined;
}

/** parallel(fn): the verbs that fn calls are started together once it has returned, and all waited for. */
export function parallel(...args: unknown[]): readonly unknown[] {
  const in_condition = world.inCondition();
  ask('begin_parallel', { args, in_condition, stack: callerStack() });
  const calls = queueOf(args[0] as () => unknown);
  for (const { agent, row } of calls) if (row.ends_call === true) catchUpOtherEnds(agent);
  const reply = ask('parallel', {}) as ParallelReply;
  const done = calls.flatMap((call, index) => {
    const one = reply.done[index];
    return one === null || one === undefined ? [] : [{ ...call, ...one }];
  });
  moveCursors(reply, done);
  if (reply.failed !== undefined) throw failure(reply.failed);
  return Object.freeze(reply.done.map((one) => frozen(one?.value)));
}

/** The verbs that the function calls. Nothing has been started when this throws. */
function queueOf(body: () => unknown): readonly Call[] {
  const calls: Call[] = (queue = []);
  refuseWith(refuseAnswers);
  let value: unknown;
  try {
    value = body();
  } finally {
    leaveParallel();
  }
  if (value instanceof Promise) {
    // A rejection of the promise is not reported as a second failure.
    void apply(promiseThen, value, [undefined, () => undefined]);
    throw refused('the function returned a promise', 'make it a plain function, without async');
  }
  if (calls.length > 0) return calls;
  throw refused(
    'the function called no verb of an agent',
    'call them inside: parallel(() => { a.dtmf("1"); b.dtmf("2"); })',
  );
}

/** Also called when a phase begins: an interrupt runs no `finally`. */
export function leaveParallel(): void {
  queue = undefined;
  refuseWith(undefined);
}

/** Operations that are answered at once, wherever the script is. */
const ALLOWED: ReadonlySet<Operation> = new Set<Operation>([
  'check',
  'log',
  'env',
  'load_env',
  'file_text',
  'file_json',
  'uuid',
  'sign_identity',
  'read_identity',
  'label',
  'no_matcher',
]);

/** Names of functions that the payload of their operation does not name. */
const NAMES: Partial<Record<Operation, string>> = {
  assertion: 'assert()',
  note: 'step()',
  skip: 'skip()',
  begin_parallel: 'another parallel()',
};

function refuseAnswers(operation: Operation, payload: Readonly<Record<string, unknown>>): void {
  const { verb, fn, agent } = payload as { verb?: string; fn?: string; agent?: string };
  if (ALLOWED.has(operation) || (operation === 'verb' && agent !== undefined)) return;
  const name = verb ?? fn;
  const called = name === undefined ? NAMES[operation] : `${name}()`;
  throw refused(
    `${called ?? 'reading an agent or a mock server'} needs an answer`,
    'move it before or after parallel(): inside, verbs of agents are only started',
  );
}

function refused(what: string, hint: string): Error {
  return failure({ code: 'E_PARALLEL', ...said({ subject: 'parallel()', what }), hint });
}
