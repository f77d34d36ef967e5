/** Answers the guest's requests to the thread, one function for each operation of the protocol. */
import { randomUUID } from 'node:crypto';
import { type ErrorData, OffhookError, said } from '../../errors.js';
import type { LogEntry } from '../../model/agent-event.js';
import { secretValues } from '../../model/secret-names.js';
import { alignArguments, checkArguments } from '../../schema/check.js';
import { findFunction, type PublicFunction } from '../../schema/contract.js';
import { AgentRef, CallRef } from '../../schema/special.js';
import { hrtimeMs } from '../clock.js';
import { decode, toArgument } from './bridge.js';
import { durationMs, type Duration } from '../../time.js';
import type {
  Answer,
  BegunWait,
  Encoded,
  NextEntries,
  Operation,
  Operations,
  VerbReply,
} from '../guest-protocol.js';
import type { CallReply } from '../protocol.js';
import { withFiles } from './file-arguments.js';
import { isRepeatable } from './kept-suite.js';
import { noMatcherError } from './no-matcher.js';
import { unknownName } from './script-hints.js';
import type { Session } from './job-context.js';
import { refuseInResponder } from './responder.js';
import { requestsCall, serviceCall } from './http-arguments.js';
import { stopError } from './verdict.js';
import { endWait, waitText } from './waits.js';

type Variables = Readonly<Record<string, string>>;

/** Most failures recorded: of assertions that fail in a loop and are caught the first ones say enough. */
const MOST_FAILURES = 20;
const LONGEST_LOG = 65_536;

type Handlers = { [Op in Operation]: (session: Session, payload: Operations[Op]) => unknown };

const HANDLERS: Handlers = {
  check,
  verb,
  next,
  poll: (session) => session.channel.poll(),
  assertion,
  no_matcher: noMatcher,
  label: (session, { stack }) => labelOf(session, stack),
  note: (session, payload) => {
    session.note(payload);
  },
  cursor: (session, { agent, text }) => {
    session.channel.send({ type: 'cursor', agent, text, at: hrtimeMs() });
  },
  log,
  skip,
  env: (session, { name, default: fallback }) => session.environment.get(name, fallback),
  load_env: loadEnv,
  file_text: (session, { path }) => session.environment.readable(path).text,
  file_json: (session, { path }) => session.environment.json(path),
  uuid: () => randomUUID(),
  watch,
  begin_wait: beginWait,
  end_wait: endWait,
  service,
  mock_requests: (session, { mock, ids }) => {
    const reply = session.channel.call(requestsCall(mock, ids), { serves: false });
    return valueOf(session, reply).value;
  },
};

/** Answers one operation, text to text. Never throws. */
export function answer(session: Session, operation: string, payload: string): string {
  return JSON.stringify(perform(session, operation, payload));
}

function perform(session: Session, operation: string, payload: string): Answer {
  let stack = '';
  try {
    const reason = session.stop.reason;
    if (reason !== undefined) return { e: stopError(reason, session) };
    session.isRepeatable &&= isRepeatable(operation);
    if (!Object.hasOwn(HANDLERS, operation)) throw new Error(`unknown operation "${operation}"`);
    const given = JSON.parse(payload) as { stack?: string };
    stack = given.stack ?? '';
    if (session.responding) refuseInResponder(operation as Operation, given);
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

/** The guest's requests are well-formed unless a script changed the language under it. */
function tampered(error: unknown): ErrorData {
  return {
    code: 'E_SCRIPT_THROWN',
    ...said({
      subject: 'script',
      what: 'an Offhook function received corrupted data',
      seen: String(error),
    }),
    hint: 'leave the built-in objects of the language as they are',
  };
}

function check(session: Session, { on, fn, args, stack }: Operations['check']): void {
  const row = rowOf(session, on, fn, stack);
  stopIfOnlyDeclaring(session, row, stack);
  const problem = checkArguments(row, args.map(decode));
  if (problem !== undefined) throw OffhookError.from(problem);
  refuseDeclaration(session, row);
}

/** Declarations belong at the top level; a single-scenario file may still declare a teardown. */
function refuseDeclaration(session: Session, { row, name }: PublicFunction): void {
  if (row.effect !== 'declare' || session.declaring) return;
  if (!session.isSingle || session.phase !== 'body') {
    throw new OffhookError(
      'E_SCRIPT_STRUCTURE',
      { subject: `${name}()`, what: 'called while a scenario runs' },
      {
        hint: 'declare at the top level of the file',
      },
    );
  }
  if (name !== 'scenario' && name !== 'each') return;
  throw new OffhookError(
    'E_SCRIPT_STRUCTURE',
    {
      subject: `${name}()`,
      what: 'reached after something that waits or acts, which makes the file one scenario',
    },
    { hint: 'move what comes before it into setup()' },
  );
}

function rowOf(
  session: Session,
  on: Operations['check']['on'],
  fn: string,
  stack: string,
): PublicFunction {
  const row = findFunction(on, fn);
  if (row !== undefined) return row;
  const { message, hint } = unknownName(on, fn, stack, session.loader.sourceOf);
  throw new OffhookError('E_ARGUMENT', message, { hint });
}

/** Ends the evaluation at the first call that waits or acts; `try` cannot hide that it was reached. */
function stopIfOnlyDeclaring(session: Session, { row, name }: PublicFunction, stack: string): void {
  if (row.effect === 'none' || row.effect === 'declare') return;
  session.tests += 1;
  if (!session.declaring) return;
  session.stop.set({ kind: 'reached', by: name, stack });
  throw new OffhookError('E_SCENARIO_COLLECT', {
    subject: `${name}()`,
    what: 'reached while collecting scenarios',
  });
}

function verb(session: Session, payload: Operations['verb']): VerbReply {
  const { verb: name, agent, stack, within_ms } = payload;
  const row = rowOf(session, agent === undefined ? 'global' : 'Agent', name, stack);
  stopIfOnlyDeclaring(session, row, stack);
  const called = agent === undefined ? `${name}()` : `agent "${agent}": ${name}()`;
  if (payload.in_condition) throw inCondition(session, called, stack);
  const args = payload.args.map(decode);
  const problem = checkArguments(row, args) ?? wrongSubject(called, agent, args);
  if (problem !== undefined) throw OffhookError.from(problem);
  const arrived = session.channel.arrived();
  const reply = session.channel.call({
    verb: name,
    args: withFiles(row.row.params, alignArguments(row.row, args), session.environment).map(
      toArgument,
    ),
    ...(agent === undefined ? {} : { agent }),
    ...(within_ms === undefined ? {} : { within_ms }),
    ...session.at(stack),
  });
  if (reply === undefined) throw stopped(session);
  if (reply.error !== undefined) throw OffhookError.from(reply.error);
  const entries = session.channel.poll();
  return {
    before: entries.slice(0, arrived),
    entries: entries.slice(arrived),
    ...(reply.seq === undefined ? {} : { seq: reply.seq }),
    ...(reply.value === undefined ? {} : { value: reply.value }),
  };
}

function service(session: Session, payload: Operations['service']): VerbReply {
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

function valueOf(session: Session, reply: CallReply | undefined): CallReply {
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

/** Fails the scenario even when the condition catches the error. */
function inCondition(session: Session, called: string, stack: string): OffhookError {
  const error = new OffhookError(
    'E_CONDITION',
    {
      subject: called,
      what: 'called inside a condition',
      seen: 'conditions only look, they never wait or act',
    },
    { hint: 'move it out of await_until', ...session.place(stack) },
  );
  session.fail(error.toData());
  return error;
}

/** Starts watching an agent, at most once for each; costs a round trip. */
function watch(session: Session, { agent, what }: Operations['watch']): readonly LogEntry[] {
  const request = { verb: 'watch', agent, args: [what] } as const;
  const reply = session.channel.call(request, { serves: false });
  return valueOf(session, reply).history ?? [];
}

function next(session: Session, { until, of }: Operations['next']): NextEntries {
  const news = session.channel.next(Math.max(0, until - session.now()), of);
  if (session.stop.reason !== undefined) throw stopped(session);
  return { at: session.now(), ...news };
}

function stopped(session: Session): OffhookError {
  const reason = session.stop.reason;
  if (reason === undefined) throw new Error('a call ended without a reply');
  return OffhookError.from(stopError(reason, session));
}

function labelOf(session: Session, stack: string): string {
  return session.argumentOf('assert', stack) ?? 'the value';
}

function assertion(session: Session, payload: Operations['assertion']): string {
  const { ok, matcher, expected, actual, sides, hint, stack } = payload;
  const label = payload.label ?? labelOf(session, stack);
  session.tests += 1;
  if (session.collecting) return label;
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
    const brief = `${label}: does not hold`;
    session.fail({
      code: 'E_ASSERT',
      ...said({ subject: brief, what: wanted, seen: `was ${actual}` }),
      brief,
      ...session.place(stack),
      label,
      expected: wanted,
      actual,
      ...(sides === undefined ? {} : { sides }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return label;
}

function noMatcher(session: Session, { value_type, stack }: Operations['no_matcher']): ErrorData {
  session.tests += 1;
  const argument = session.argumentOf('assert', stack);
  const chain = session.chainOf('assert', stack);
  const error = {
    ...noMatcherError({ argument, chain, type: value_type }),
    ...session.place(stack),
  };
  session.fail(error);
  return error;
}

function beginWait(session: Session, payload: Operations['begin_wait']): BegunWait {
  const { fn, agent, args, part, stack } = payload;
  const on = agent === undefined ? 'global' : 'Agent';
  if (part === undefined) check(session, { on, fn, args, stack });
  if (payload.in_condition) throw inCondition(session, `${fn}()`, stack);
  const { row } = rowOf(session, on, fn, stack);
  const given = args[row.params.findIndex(({ kind }) => kind === 'duration')];
  const ms = part?.ms ?? (isGiven(given) ? durationMs(given as Duration) : payload.default_ms);
  const condition = waitText(session, row, payload, ms);
  const what = `${row.wait_text ?? ''}${condition}`;
  session.waitingFor.push(what);
  session.note({ type: 'waiting', by: fn, what, ms });
  return { what, condition, ms, at: session.now(), entries: session.channel.poll() };
}

/** A duration that was checked is text or a number; `undefined` arrives as an object. */
function isGiven(duration: Encoded): boolean {
  return duration !== undefined && typeof duration !== 'object';
}

function loadEnv(session: Session, { path }: Operations['load_env']): Variables {
  const { values, warnings } = session.environment.load(path);
  const secrets = secretValues(values);
  if (secrets.length > 0) session.channel.send({ type: 'secrets', values: secrets });
  for (const text of warnings) session.note({ type: 'warning', text });
  return values;
}

function log(session: Session, { text, stack }: Operations['log']): void {
  if (session.collecting) return;
  const shown = text.length > LONGEST_LOG ? `${text.slice(0, LONGEST_LOG)}...` : text;
  session.note({ type: 'log', text: shown, ...session.at(stack) });
}

function skip(session: Session, payload: Operations['skip']): ErrorData {
  const { reason, in_condition, stack } = payload;
  if (in_condition) throw inCondition(session, 'skip()', stack);
  if (session.phase === 'teardown') {
    throw new OffhookError(
      'E_SCRIPT_STRUCTURE',
      { subject: 'skip()', what: 'called in teardown', seen: 'the scenario is over' },
      {
        hint: 'skip in setup or in the scenario',
      },
    );
  }
  session.skipped = { reason };
  session.stop.set({ kind: 'skip', reason });
  throw stopped(session);
}
