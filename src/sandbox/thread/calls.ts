/** Calls of a script that the main thread carries out: verbs, HTTP, and the joint outcome of the verbs of parallel(). */
import { type ErrorData, OffhookError, said } from '../../errors.js';
import type { LogEntry } from '../../model/agent-event.js';
import { alignArguments, checkArguments } from '../../schema/check.js';
import { AgentRef, CallRef } from '../../schema/special.js';
import type { Operations, ParallelReply, VerbReply } from '../guest-protocol.js';
import type { CallReply } from '../protocol.js';
import { decode, toArgument } from './bridge.js';
import type { UnnumberedCall } from './channel.js';
import { check, inCondition, rowOf, stopIfOnlyDeclaring, stopped } from './checks.js';
import { withFiles } from './file-arguments.js';
import { serviceCall } from './http-arguments.js';
import type { QueuedVerb, Session } from './job-context.js';

/** Most verbs of one parallel(): a loop must not queue without end. */
const MOST_AT_ONCE = 100;

export function verb(session: Session, payload: Operations['verb']): VerbReply | undefined {
  const { verb: name, agent, on, stack, within_ms } = payload;
  const row = rowOf(session, on ?? (agent === undefined ? 'global' : 'Agent'), name, stack);
  stopIfOnlyDeclaring(session, row, stack);
  const subject = on === 'SipPeer' ? 'peer' : 'agent';
  const called = agent === undefined ? `${name}()` : `${subject} "${agent}": ${name}()`;
  if (payload.in_condition) throw inCondition(session, called, stack);
  const args = payload.args.map(decode);
  const problem = checkArguments(row, args) ?? wrongSubject(called, agent, args);
  if (problem !== undefined) throw OffhookError.from(problem);
  const request: UnnumberedCall = {
    verb: name,
    ...(on === undefined ? {} : { peer: true as const }),
    args: withFiles(row.row.params, alignArguments(row.row, args), session.environment).map(
      toArgument,
    ),
    ...(agent === undefined ? {} : { agent }),
    ...(within_ms === undefined ? {} : { within_ms }),
    ...session.at(stack),
  };
  if (payload.queued === true) {
    queue(session, { request, effect: row.row.effect, stack });
    return undefined;
  }
  const arrived = session.channel.arrived();
  const { seq, value } = valueOf(session, session.channel.call(request));
  const entries = session.channel.poll();
  return {
    before: entries.slice(0, arrived),
    entries: entries.slice(arrived),
    ...(seq === undefined ? {} : { seq }),
    ...(value === undefined ? {} : { value }),
  };
}

function listens({ effect }: QueuedVerb): boolean {
  return effect === 'block';
}

/** An agent does one thing at a time; verbs that only listen go beside it. @throws E_PARALLEL */
function queue(session: Session, one: QueuedVerb): void {
  const { queued } = session;
  if (queued.length >= MOST_AT_ONCE) {
    throw new OffhookError('E_PARALLEL', {
      subject: 'parallel()',
      what: 'too many verbs',
      limit: `${MOST_AT_ONCE}`,
    });
  }
  const { agent, verb: name } = one.request;
  const other = queued.find(
    (before) => before.request.agent === agent && !listens(before) && !listens(one),
  );
  if (other !== undefined) {
    throw new OffhookError(
      'E_PARALLEL',
      {
        subject: 'parallel()',
        what: `agent "${agent ?? ''}" would do two things at once`,
        seen: `${other.request.verb}() and ${name}()`,
      },
      {
        hint: `move ${name}() before or after parallel(): beside ${other.request.verb}() the agent can only listen (verify_audio() and the like)`,
      },
    );
  }
  queued.push(one);
}

export function beginParallel(session: Session, payload: Operations['begin_parallel']): void {
  const { args, in_condition, stack } = payload;
  check(session, { on: 'global', fn: 'parallel', args, stack });
  if (in_condition) throw inCondition(session, 'parallel()', stack);
  session.queued.length = 0;
}

/** Starts all queued verbs at once and waits until each has ended. */
export function parallel(session: Session): ParallelReply {
  const verbs = session.queued.splice(0);
  // Verbs that listen begin first. In the order of the script, a sound could be over before the verb that listens for it begins.
  const asked = verbs.toSorted((a, b) => Number(listens(b)) - Number(listens(a)));
  const arrived = session.channel.arrived();
  session.waitingFor.push('parallel()');
  const replies = session.channel.callAll(asked.map(({ request }) => request));
  if (replies === undefined) throw stopped(session);
  session.waitingFor.pop();
  const entries = session.channel.poll();
  const failed = replies.flatMap(({ index, reply: { error } }) => {
    const stack = asked[index]?.stack ?? '';
    return error === undefined ? [] : [{ ...session.place(stack), ...error }];
  });
  const done: ParallelReply['done'][number][] = verbs.map(() => null);
  for (const { index, reply, seen } of replies) {
    const { error, seq, value } = reply;
    const one = asked[index];
    if (error !== undefined || one === undefined) continue;
    const end = entries[seen - 1]?.seq;
    done[verbs.indexOf(one)] = {
      ...(seq === undefined ? {} : { seq }),
      ...(end === undefined ? {} : { end }),
      ...(value === undefined ? {} : { value }),
    };
  }
  return {
    done,
    before: entries.slice(0, arrived),
    entries: entries.slice(arrived),
    ...failureOf(failed),
  };
}

/** The script gets the first failure, which best explains the later ones; its hint names these. */
function failureOf([first, ...others]: readonly ErrorData[]): { failed?: ErrorData } {
  if (first === undefined) return {};
  if (others.length === 0) return { failed: first };
  const also = `also failed: ${others.map(({ message }) => message).join('; ')}`;
  const hint = first.hint === undefined ? also : `${first.hint}; ${also}`;
  return { failed: { ...first, hint } };
}

export function service(session: Session, payload: Operations['service']): VerbReply {
  const { on, fn, stack } = payload;
  const row = rowOf(session, on, fn, stack);
  stopIfOnlyDeclaring(session, row, stack);
  const called = payload.mock === undefined ? `${fn}()` : `${payload.mock}: ${fn}()`;
  if (payload.in_condition && row.row.effect !== 'ask') throw inCondition(session, called, stack);
  const args = payload.args.map(decode);
  const problem = checkArguments(row, args);
  if (problem !== undefined) throw OffhookError.from(problem);
  const arrived = session.channel.arrived();
  const request = serviceCall(session, payload, args);
  if (payload.responder !== undefined) session.responderStacks.set(payload.responder, stack);
  const { value } = valueOf(session, session.channel.call({ ...request, ...session.at(stack) }));
  const entries = session.channel.poll();
  return { before: entries.slice(0, arrived), entries: entries.slice(arrived), value };
}

export function valueOf(session: Session, reply: CallReply | undefined): CallReply {
  if (reply === undefined) throw stopped(session);
  if (reply.error !== undefined) throw OffhookError.from(reply.error);
  return reply;
}

/** Arguments that are wrong only for this agent: itself as the target, a call of another agent. */
function wrongSubject(
  called: string,
  agent: string | undefined,
  args: readonly unknown[],
): ErrorData | undefined {
  if (args.some((arg) => arg instanceof AgentRef && arg.name === agent)) {
    return {
      code: 'E_TARGET',
      ...said({ subject: called, what: 'its target is the agent itself' }),
      hint: 'make a second agent for the other side',
    };
  }
  const call = args.find((arg) => arg instanceof CallRef && arg.agent !== agent);
  if (!(call instanceof CallRef)) return undefined;
  return {
    code: 'E_ARGUMENT',
    ...said({ subject: called, what: `the call belongs to agent "${call.agent}"` }),
    hint: 'pass a call of the agent itself, from its calls',
  };
}

/** Starts watching an agent, at most once for each; costs a round trip. */
export function watch(session: Session, { agent, what }: Operations['watch']): readonly LogEntry[] {
  const request = { verb: 'watch', agent, args: [what] } as const;
  const reply = session.channel.call(request, { serves: false });
  return valueOf(session, reply).history ?? [];
}
