/** Answers the guest's requests to the thread, one function for each operation of the protocol. */
import { randomUUID } from 'node:crypto';
import { type ErrorData, OffhookError, said } from '../../errors.js';
import { secretValues } from '../../model/secret-names.js';
import { alignArguments } from '../../schema/check.js';
import { decode, toArgument } from './bridge.js';
import { hrtimeMs } from '../clock.js';
import { durationMs, type Duration } from '../../time.js';
import type { Answer, BegunWait, NextEntries, Operation, Operations } from '../guest-protocol.js';
import { beginParallel, parallel, service, valueOf, verb, watch } from './calls.js';
import { check, inCondition, rowOf, stopped } from './checks.js';
import { isRepeatable } from './kept-suite.js';
import { noMatcherError } from './no-matcher.js';
import type { Session } from './job-context.js';
import { refuseInResponder } from './responder.js';
import { requestsCall } from './http-arguments.js';
import { stopError } from './stop-errors.js';
import { read, sign } from './identity.js';
import { endWait, labelIn, waitText } from './waits.js';

type Variables = Readonly<Record<string, string>>;

/** Most failures recorded: of assertions that fail in a loop and are caught the first ones say enough. */
const MOST_FAILURES = 20;
const LONGEST_LOG = 65_536;

type Handlers = { [Op in Operation]: (session: Session, payload: Operations[Op]) => unknown };

const HANDLERS: Handlers = {
  check,
  verb,
  begin_parallel: beginParallel,
  parallel,
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
  lines: (session) => session.environment.lines(),
  take_locks: takeLocks,
  load_env: loadEnv,
  file_text: (session, { path }) => session.environment.readable(path).text,
  file_json: (session, { path }) => session.environment.json(path),
  uuid: () => randomUUID(),
  sign_identity: sign,
  read_identity: read,
  file_value: (session) => session.job.fileValue,
  set_file_value: (session, { value }) => {
    session.fileValue = toArgument(decode(value));
  },
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

function next(session: Session, { until, of }: Operations['next']): NextEntries {
  const news = session.channel.next(Math.max(0, until - session.now()), of);
  if (session.stop.reason !== undefined) throw stopped(session);
  return { at: session.now(), ...news };
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
  const aligned = alignArguments(row, args.map(decode));
  const given = aligned[row.params.findIndex(({ kind }) => kind === 'duration')];
  const label = part === undefined ? labelIn(row, aligned) : part.label;
  const ms = part?.ms ?? (isGiven(given) ? durationMs(given as Duration) : payload.default_ms);
  const condition = waitText(session, row, payload, { ms, label });
  const what = `${row.wait_text ?? ''}${condition}`;
  session.waitingFor.push(what);
  session.note({ type: 'waiting', by: fn, what, ms });
  return { what, condition, label, ms, at: session.now(), entries: session.channel.poll() };
}

/** A duration that was checked is text or a number; `undefined` arrives as an object. */
function isGiven(duration: unknown): boolean {
  return duration !== undefined && typeof duration !== 'object';
}

/** @returns whether they have to be taken for each scenario of the file */
function takeLocks(session: Session, payload: Operations['take_locks']): boolean {
  const { names, in_condition, stack } = payload;
  if (session.declaring) return true;
  if (in_condition) throw inCondition(session, 'line()', stack);
  const request = { verb: 'locks', args: names } as const;
  valueOf(session, session.channel.call(request, { serves: false }));
  return false;
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
  if (session.isTeardown) {
    throw new OffhookError(
      'E_SCRIPT_STRUCTURE',
      { subject: 'skip()', what: `called in ${session.phase}`, seen: 'the scenario is over' },
      {
        hint: 'skip in setup or in the scenario',
      },
    );
  }
  session.skipped = { reason };
  session.stop.set({ kind: 'skip', reason });
  throw stopped(session);
}
