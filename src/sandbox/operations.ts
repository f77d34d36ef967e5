/** What the guest asks of the thread, one function for each operation of the protocol. */
import { randomUUID } from 'node:crypto';
import { OffhookError, type ErrorData } from '../errors.js';
import type { LogEntry } from '../model/agent-event.js';
import { checkArguments } from '../schema/check.js';
import { findFunction, namesOf, type PublicFunction } from '../schema/contract.js';
import { nearest } from '../schema/nearest.js';
import { decode, toArgument } from './bridge.js';
import type { Answer, BegunWait, CallReply, Operation, Operations } from './protocol.js';
import type { Session } from './session.js';
import { callArgument } from './stack.js';
import { stopError } from './verdict.js';

/** Assertions that fail in a loop and are caught: the first ones tell enough. */
const MOST_FAILURES = 20;
const LONGEST_LOG = 65_536;

type Handlers = { [Op in Operation]: (session: Session, payload: Operations[Op]) => unknown };

const HANDLERS: Handlers = {
  check,
  verb,
  next,
  poll: (session) => session.channel.poll(),
  now: (session) => session.now(),
  condition: (session, { on }) => {
    session.conditionDepth = Math.max(0, session.conditionDepth + (on ? 1 : -1));
  },
  assertion,
  note,
  log,
  skip,
  env: (session, { name, default: fallback }) => session.environment.get(name, fallback),
  load_env: (session, { path }) => session.environment.load(path),
  uuid: () => randomUUID(),
  begin_wait: beginWait,
};

let calls = 0;

/** Answers one operation, text to text. Never throws. */
export function answer(session: Session, operation: string, payload: string): string {
  return JSON.stringify(perform(session, operation, payload));
}

function perform(session: Session, operation: string, payload: string): Answer {
  let stack = '';
  try {
    const reason = session.stop.reason;
    if (reason !== undefined) return { e: stopError(reason, session) };
    if (!Object.hasOwn(HANDLERS, operation)) throw new Error(`unknown operation "${operation}"`);
    const given = JSON.parse(payload) as { stack?: string };
    stack = given.stack ?? '';
    const handler = HANDLERS[operation as Operation] as (
      session: Session,
      payload: unknown,
    ) => unknown;
    return { v: handler(session, given) };
  } catch (error) {
    const data = error instanceof OffhookError ? error.toData() : tampered(error);
    return { e: { ...session.place(stack), ...data } };
  }
}

/** What the guest asks is well-formed unless a script changed the language under it. */
function tampered(error: unknown): ErrorData {
  return {
    code: 'E_SCRIPT_THROWN',
    message: `script: a call of Offhook came out wrong: ${String(error)}`,
    hint: 'leave the built-in objects of the language as they are',
  };
}

function check(session: Session, { on, fn, args, stack }: Operations['check']): void {
  const row = rowOf(on, fn);
  stopIfOnlyDeclaring(session, row, stack);
  const problem = checkArguments(row, args.map(decode));
  if (problem !== undefined) throw OffhookError.from(problem);
  refuseDeclaration(session, row);
}

/** The top level is the place of declarations; that of a single scenario may still have a teardown. */
function refuseDeclaration(session: Session, { row, name }: PublicFunction): void {
  if (row.effect !== 'declare' || session.declaring) return;
  if (!session.isSingle || session.phase !== 'body') {
    throw new OffhookError('E_SCRIPT_STRUCTURE', `${name}(): called while a scenario runs`, {
      hint: 'declare at the top level of the file',
    });
  }
  if (name !== 'scenario' && name !== 'each') return;
  throw new OffhookError(
    'E_SCRIPT_STRUCTURE',
    `${name}(): reached after something that waits or acts, which makes the file one scenario`,
    { hint: 'move what comes before it into setup()' },
  );
}

function rowOf(on: Operations['check']['on'], fn: string): PublicFunction {
  const row = findFunction(on, fn);
  if (row === undefined) throw unknownName(on, fn);
  return row;
}

function unknownName(on: Operations['check']['on'], name: string): OffhookError {
  const subject = on === 'Agent' ? 'agent' : on === 'Assertion' ? 'assert()' : 'script';
  const similar = nearest(name, namesOf(on));
  return new OffhookError('E_ARGUMENT', `${subject}: there is no "${name.slice(0, 100)}"`, {
    hint:
      similar === undefined
        ? 'see the reference for what there is: offhook docs'
        : `did you mean "${similar}"?`,
  });
}

/** The evaluation ends at the first thing that waits or acts; `try` cannot hide that it was reached. */
function stopIfOnlyDeclaring(session: Session, { row, name }: PublicFunction, stack: string): void {
  if (!session.declaring || row.effect === 'none' || row.effect === 'declare') return;
  session.stop.set({ kind: 'reached', stack });
  throw new OffhookError('E_SCENARIO_COLLECT', `${name}(): reached while collecting scenarios`);
}

function verb(session: Session, payload: Operations['verb']): Pick<CallReply, 'seq' | 'value'> {
  const { verb: name, agent, stack } = payload;
  const row = rowOf(name === 'agent' ? 'global' : 'Agent', name);
  stopIfOnlyDeclaring(session, row, stack);
  const called = agent === undefined ? `${name}()` : `agent "${agent}": ${name}()`;
  refuseInCondition(session, called, stack);
  const args = payload.args.map(decode);
  const problem = checkArguments(row, args);
  if (problem !== undefined) throw OffhookError.from(problem);
  calls += 1;
  const reply = session.channel.call({
    call: calls,
    verb: name,
    args: args.map(toArgument),
    ...(agent === undefined ? {} : { agent }),
    ...session.at(stack),
  });
  if (reply === undefined) throw stopped(session);
  if (reply.error !== undefined) throw OffhookError.from(reply.error);
  return {
    ...(reply.seq === undefined ? {} : { seq: reply.seq }),
    ...(reply.value === undefined ? {} : { value: reply.value }),
  };
}

/** Fails the scenario also when the condition catches it. */
function refuseInCondition(session: Session, called: string, stack: string): void {
  if (session.conditionDepth === 0) return;
  const error = new OffhookError(
    'E_CONDITION',
    `${called}: called inside a condition: conditions only look, they never wait or act`,
    { hint: 'move it out of await_until', ...session.place(stack) },
  );
  session.fail(error.toData());
  throw error;
}

function next(session: Session, { ms }: Operations['next']): readonly LogEntry[] {
  if (session.conditionDepth > 0) {
    throw new OffhookError('E_CONDITION', 'waiting inside a condition: conditions only look');
  }
  const entries = session.channel.next(ms);
  if (session.stop.reason !== undefined) throw stopped(session);
  return entries;
}

function stopped(session: Session): OffhookError {
  const reason = session.stop.reason;
  if (reason === undefined) throw new Error('a call ended without a reply');
  return OffhookError.from(stopError(reason, session));
}

function assertion(session: Session, payload: Operations['assertion']): { label: string } {
  const { ok, matcher, expected, actual, stack } = payload;
  const label =
    payload.label ?? callArgument(stack, 'assert', session.loader.sourceOf) ?? 'the value';
  if (!payload.record || session.collecting) return { label };
  const at = session.at(stack);
  session.note({
    type: 'assertion',
    ok,
    label,
    matcher,
    ...(expected === undefined ? {} : { expected }),
    actual,
    ...at,
  });
  if (!ok && session.failures.length < MOST_FAILURES) {
    const wanted = [matcher.replaceAll('_', ' '), expected ?? ''].join(' ').trim();
    session.fail({
      code: 'E_ASSERT',
      message: `${label}: does not hold: ${wanted}: was ${actual}`,
      ...session.place(stack),
      label,
      expected: wanted,
      actual,
    });
  }
  return { label };
}

function note(session: Session, payload: Operations['note']): void {
  if (payload.type === 'waiting') session.waitingFor.push(payload.what);
  if (payload.type === 'waited') session.waitingFor.pop();
  session.note(payload);
}

function beginWait(session: Session, { ms, stack }: Operations['begin_wait']): BegunWait {
  const what = callArgument(stack, 'await_until', session.loader.sourceOf) ?? 'the condition';
  note(session, { type: 'waiting', what, ms });
  return { what, at: session.now(), entries: session.channel.poll() };
}

function log(session: Session, { text, stack }: Operations['log']): void {
  if (session.collecting) return;
  const shown = text.length > LONGEST_LOG ? `${text.slice(0, LONGEST_LOG)}...` : text;
  session.note({ type: 'log', text: shown, ...session.at(stack) });
}

function skip(session: Session, { reason, stack }: Operations['skip']): ErrorData {
  refuseInCondition(session, 'skip()', stack);
  if (session.phase === 'teardown') {
    throw new OffhookError(
      'E_SCRIPT_STRUCTURE',
      'skip(): called in teardown: the scenario is over',
      {
        hint: 'skip in setup or in the scenario',
      },
    );
  }
  session.skipped = { reason };
  session.stop.set({ kind: 'skip', reason });
  throw stopped(session);
}
