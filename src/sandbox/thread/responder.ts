/**
 * Answers a request to a mock server with a function of the script, while the script is blocked in some
 * operation. The function runs in the script's VM, in the middle of that operation: it may read, and
 * nothing it does may change what the operation will return.
 */
import { OffhookError, type ErrorData } from '../../errors.js';
import { mockResponseKind } from '../../schema/check-http.js';
import { describeValue } from '../../schema/special.js';
import { formatMs } from '../../time.js';
import { decode } from './bridge.js';
import type { Operation, ResponderResult, ResponderTask } from '../guest-protocol.js';
import type { ResponderCall, ResponderReply } from '../protocol.js';
import { responseData } from './http-arguments.js';
import type { Session } from './job-context.js';
import { meaningOf } from './verdict.js';
import { Undescribable, type Vm } from '../vm/vm.js';

/** Limit of computing; responders never wait. */
const LIMIT_MS = 2000;

/** Operations that take entries away from the script, wait or act. */
const REFUSED: ReadonlySet<Operation> = new Set<Operation>([
  'poll',
  'next',
  'verb',
  'begin_parallel',
  'service',
  'begin_wait',
  'take_locks',
  'skip',
]);

/** Functions with an operation of their own. */
const OWN_NAME: Partial<Record<Operation, string>> = {
  skip: 'skip',
  begin_parallel: 'parallel',
  take_locks: 'line',
};

/** @throws E_RESPONDER */
export function refuseInResponder(operation: Operation, payload: object): void {
  if (!REFUSED.has(operation)) return;
  const { verb, fn } = payload as { verb?: string; fn?: string };
  const name = verb ?? fn ?? OWN_NAME[operation];
  const called = name === undefined ? 'a verb' : `${name}()`;
  throw new OffhookError(
    'E_RESPONDER',
    {
      subject: called,
      what: 'called in a responder',
      seen: 'a responder may only read, not wait or act',
    },
    { hint: 'act after await_until has seen the request: mock.request_count(path)' },
  );
}

export function serveResponder(session: Session, vm: Vm, call: ResponderCall): ResponderReply {
  if (session.isTeardown) return { unavailable: 'the scenario is over' };
  const { method, path } = call.request;
  const what = `responder of ${method} ${path.slice(0, 200)}`;
  const task: ResponderTask = { ...call, entries: session.channel.peek() };
  session.responding = true;
  session.stop.beginResponder(LIMIT_MS);
  let text: string | undefined;
  try {
    text = vm.respond(JSON.stringify(task));
  } catch (error) {
    if (!(error instanceof Undescribable)) throw error;
  } finally {
    session.responding = false;
    const over = session.stop.endResponder();
    vm.responded();
    if (over) text = undefined;
    if (over) tooLong(session, what, call.responder);
  }
  if (text === undefined)
    return { unavailable: 'the responder was interrupted before it returned' };
  return replyOf(session, what, JSON.parse(text) as ResponderResult);
}

function tooLong(session: Session, what: string, responder: number): void {
  const place = session.place(session.responderStacks.get(responder) ?? '');
  fail(session, `${what}: computed for too long (limit ${formatMs(LIMIT_MS)})`, place);
}

function replyOf(session: Session, what: string, result: ResponderResult): ResponderReply {
  if ('thrown' in result) return thrown(session, what, result);
  const value = decode(result.value);
  const problem = mockResponseKind(value);
  if (problem === undefined) return { response: responseData(value) };
  const { expected = '', hint } = problem;
  const why = problem.what ?? `must return ${expected}: got ${describeValue(value)}`;
  const place = session.place(result.stack);
  const message = `${what}: ${why}`;
  return fail(session, message, { ...place, ...(hint === undefined ? {} : { hint }) });
}

function thrown(
  session: Session,
  what: string,
  { thrown: error, stack }: Extract<ResponderResult, { thrown: unknown }>,
): ReturnType<typeof fail> {
  const meaning = meaningOf(error, session);
  if (meaning.code === 'E_ASSERT' || meaning.code === 'E_ASSERT_NO_MATCHER') {
    session.fail(meaning);
    return { failed: meaning.message };
  }
  const { code: _code, message, ...details } = meaning;
  const place = details.at === undefined ? session.place(stack) : {};
  return fail(session, `${what}: ${message}`, { ...details, ...place });
}

function fail(
  session: Session,
  message: string,
  details: Omit<ErrorData, 'code' | 'message'>,
): { failed: string } {
  session.fail({ code: 'E_RESPONDER', message, ...details });
  return { failed: message };
}
