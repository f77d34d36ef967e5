/** The verbs about calls: each sends its commands and waits for their local effect in the log. */
import { OffhookError } from '../../errors.js';
import type { Peer } from '../../model/agent-event.js';
import { currentCall, openCalls, waitingCalls, type CallState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import { hostOf } from '../start/account.js';
import { afterReading } from '../record/call-record.js';
import { sinceOf } from '../capabilities.js';
import { holds } from '../record/offer-answer.js';
import type { Done, Refusal } from '../../agents/user-agent.js';
import type { Command } from '../wire/ctrl.js';
import { left, perform } from '../perform.js';
import type { RunningAgent } from '../running-agent.js';
import { assertRefusal, refuse } from './inbound.js';

/** An INVITE over UDP leaves at once; when it has not by then, it never will. */
const INVITE_MS = 1000;
/** 1.x forgets an answer that comes while ICE still gathers its candidates: it is given again. */
const ACCEPT_AGAIN_MS = 500;
/** 4.x never sends the CANCEL when it is told to before any response. */
const FIRST_RESPONSE_MS = 1000;

export async function dial(
  session: RunningAgent,
  uri: string,
  peer: Peer,
  limitMs: number,
): Promise<Done & { call: string }> {
  session.assertUsable('dial');
  const busy = openCalls(session.state).find(isActive);
  if (busy !== undefined) {
    throw session.problem(
      'E_CALL_STATE',
      'dial',
      `dialling while in a call: with ${busy.peer.uri}, ${busy.state}`,
      busy.state === 'Established'
        ? 'hold() it first, hang up, or dial from another agent'
        : 'hang up first, or dial from another agent',
    );
  }
  const route = routeCommands(session, uri);
  const since = session.nextSeq;
  const seen = new Set(session.state.calls.map((call) => call.id));
  session.calls.expectDial(peer);
  let placed: string | undefined;
  const late = new InviteTimer(session, leavesAtOnce(session, uri));
  try {
    return await perform(session, 'dial', [...route, ...session.commands.dial(uri)], limitMs, {
      replied: (data) => {
        late.start();
        placed = /call id: (\S+)/.exec(data)?.[1];
      },
      done: () => {
        const call = session.state.calls.find(
          (one) => one.direction === 'outgoing' && !seen.has(one.id),
        );
        if (call === undefined) {
          if (late.over) throw notSent(session, uri, INVITE_MS);
          return undefined;
        }
        const seq = session.seqOf('call_dialed', call.id, since);
        return seq === undefined ? undefined : { seq, call: call.id };
      },
      refused: (data) =>
        session.problem(
          'E_CALL_REFUSED',
          'dial',
          `baresip did not place the call to ${uri}: ${data}`,
        ),
      timedOut: (waited) => notSent(session, uri, waited),
    });
  } catch (error) {
    abandon(session, placed, error);
    throw error;
  } finally {
    late.end();
    session.calls.expectDial(undefined);
  }
}

function notSent(session: RunningAgent, uri: string, waitedMs: number): OffhookError {
  const { nat } = session.ground;
  return session.problem(
    'E_CALL_REFUSED',
    'dial',
    `no INVITE was sent to ${uri} (waited ${formatMs(waitedMs)})`,
    `check that the host is reachable${nat === undefined ? '' : ', and that stun_server answers and takes the login'}, and see baresip's output with --logs`,
  );
}

/** Runs from baresip's reply on: until then it may just not have had its turn. */
class InviteTimer {
  over = false;
  readonly #session: RunningAgent;
  readonly #wanted: boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor(session: RunningAgent, wanted: boolean) {
    this.#session = session;
    this.#wanted = wanted;
  }

  start(): void {
    if (!this.#wanted) return;
    this.#timer = afterReading(INVITE_MS, () => {
      this.over = true;
      this.#session.waiters.wake();
    });
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Headers behind the outbound route of a serverless agent: the account is made anew for each call. */
function routeCommands(session: RunningAgent, uri: string): Command[] {
  const line = session.ground.account.lineFor?.(uri);
  if (line === undefined) return [];
  if (openCalls(session.state).length === 0) return session.commands.replace(line);
  const { version } = session.ground.context.binary;
  throw session.problem(
    'E_CAPABILITY',
    'dial',
    `baresip ${version} cannot send headers on a call beside another one (from ${sinceOf('header_blanks')})`,
    'hang up first',
  );
}

/** A call in which somebody is spoken to, or about to be: a second one can only be added to a held one. */
function isActive(call: CallState): boolean {
  if (call.state === 'Established') return !holds(call.facts.held);
  return call.direction === 'outgoing' || call.accepted;
}

/** Over UDP to an address nothing has to be waited for: no name to be looked up, no connection to be made, no NAT. */
function leavesAtOnce(session: RunningAgent, uri: string): boolean {
  if (session.ground.nat !== undefined) return false;
  const { transport, nextHop } = session.ground.account;
  const udp = transport === 'udp' && !/;transport=t/i.test(`${uri}${nextHop ?? ''}`);
  return udp && /^[\d.]+(?::\d+)?$/.test(nextHop ?? hostOf(uri));
}

/** A call that was placed but never left must not come up later, when nobody expects it. */
function abandon(session: RunningAgent, placed: string | undefined, error: unknown): void {
  const timedOut = error instanceof OffhookError && error.code === 'E_CALL_REFUSED';
  if (!timedOut || (placed === undefined && openCalls(session.state).length > 0)) return;
  void session.send('dial', session.commands.hangup(placed ?? ''), INVITE_MS);
}

export async function accept(
  session: RunningAgent,
  id: string | undefined,
  limitMs: number,
  /** Done with the other calls before the answer. */
  before: (call: string, limitMs: number) => Promise<void>,
): Promise<Done> {
  const started = performance.now();
  const call = await waitingCall(session, 'accept', id, limitMs);
  await before(call.id, left(limitMs, started));
  const commands = session.commands.accept(call.id);
  const answerAgain = (): void => {
    if (session.usable) void session.send('accept', commands, ACCEPT_AGAIN_MS);
  };
  const again =
    session.ground.nat === 'ice' ? setInterval(answerAgain, ACCEPT_AGAIN_MS) : undefined;
  return perform(session, 'accept', commands, left(limitMs, started), {
    done: () => {
      const seq = session.seqOf('call_accepted', call.id);
      if (seq === undefined) assertOpen(session, 'accept', call.id);
      return seq === undefined ? undefined : { seq };
    },
    // Refused because the caller gave up just now: its end is on the way and explains more.
    timedOut: (waited) =>
      session.problem(
        'E_CALL_TIMEOUT',
        'accept',
        `no 200 was sent to ${call.peer.uri} (waited ${formatMs(waited)})`,
      ),
  }).finally(() => {
    clearInterval(again);
  });
}

export async function reject(
  session: RunningAgent,
  id: string | undefined,
  limitMs: number,
  refusal: Refusal,
): Promise<Done> {
  assertRefusal(session, 'reject', refusal);
  const started = performance.now();
  const call = await waitingCall(session, 'reject', id, limitMs);
  session.calls.expectHangup(call.id);
  const done = await perform(
    session,
    'reject',
    refuse(session, call.id, refusal),
    left(limitMs, started),
    {
      done: () => closed(session, call.id),
      timedOut: (waited) =>
        session.problem(
          'E_CALL_TIMEOUT',
          'reject',
          `no response was sent to ${call.peer.uri} (waited ${formatMs(waited)})`,
        ),
    },
  );
  const ended = session.state.calls.find((one) => one.id === call.id)?.ended;
  if (ended?.by === 'remote')
    throw session.problem('E_CALL_STATE', 'reject', 'the caller gave up first');
  return done;
}

export async function hangup(
  session: RunningAgent,
  id: string | undefined,
  limitMs: number,
): Promise<Done> {
  session.assertUsable('hangup');
  const started = performance.now();
  let call = id === undefined ? currentCall(session.state) : callOf(session, 'hangup', id);
  if (call === undefined) throw noCall(session, 'hangup');
  const before = closed(session, call.id);
  if (before !== undefined || call.state === 'Idle') {
    // The peer was faster; only a call the script itself has ended is no longer there to be hung up.
    if (before !== undefined && call.ended?.by !== 'local') return before;
    throw noCall(session, 'hangup');
  }
  if (call.direction === 'outgoing' && !session.calls.responded(call.id)) {
    await firstResponse(session, call.id, Math.min(FIRST_RESPONSE_MS, limitMs));
    call = callOf(session, 'hangup', call.id);
    const meanwhile = closed(session, call.id);
    if (meanwhile !== undefined) return meanwhile;
  }
  const leaving = call;
  session.calls.expectHangup(leaving.id);
  return perform(session, 'hangup', session.commands.hangup(leaving.id), left(limitMs, started), {
    done: () => closed(session, leaving.id),
    timedOut: (waited) =>
      session.problem(
        'E_CALL_TIMEOUT',
        'hangup',
        `the call with ${leaving.peer.uri} did not close (waited ${formatMs(waited)})`,
      ),
  });
}

function firstResponse(session: RunningAgent, id: string, limitMs: number): Promise<boolean> {
  return session.waiters
    .until(
      () =>
        session.calls.responded(id) ||
        closed(session, session.calls.redirections.currentId(id)) !== undefined
          ? true
          : undefined,
      limitMs,
      () => session.problem('E_CALL_TIMEOUT', 'hangup', 'no response'),
    )
    .catch((error: unknown) => {
      // No response is no failure here, the end of the agent is.
      if (error instanceof OffhookError && error.code === 'E_CALL_TIMEOUT') return false;
      throw error;
    });
}

async function waitingCall(
  session: RunningAgent,
  verb: string,
  id: string | undefined,
  limitMs: number,
): Promise<CallState> {
  session.assertUsable(verb);
  if (id !== undefined) {
    const call = callOf(session, verb, id);
    assertOpen(session, verb, id);
    if (call.direction === 'incoming' && !call.accepted) return call;
    throw session.problem(
      'E_CALL_STATE',
      verb,
      `the call with ${call.peer.uri} is not waiting: ${call.state}`,
    );
  }
  return session.waiters.until(
    () => waitingCalls(session.state).find(({ id: one }) => !session.calls.leaving(one)),
    limitMs,
    () =>
      session.problem(
        'E_CALL_TIMEOUT',
        verb,
        `no call is waiting (waited ${formatMs(limitMs)})`,
        'let somebody dial this agent first',
      ),
  );
}

export function callOf(session: RunningAgent, verb: string, id: string): CallState {
  const now = session.calls.redirections.currentId(id);
  const call = session.state.calls.find((one) => one.id === now);
  if (call === undefined)
    throw session.problem('E_CALL_STATE', verb, `the agent has no call "${id}"`);
  return call;
}

export function assertOpen(session: RunningAgent, verb: string, id: string): void {
  const call = callOf(session, verb, id);
  if (call.state !== 'Idle') return;
  const { by = '', how = '' } = call.ended ?? {};
  throw session.problem(
    'E_CALL_STATE',
    verb,
    `the call with ${call.peer.uri} has ended: ${how} by ${by}`,
  );
}

export function noCall(session: RunningAgent, verb: string): OffhookError {
  return session.problem('E_CALL_STATE', verb, 'the agent has no call', 'dial or accept one first');
}

function closed(session: RunningAgent, id: string): Done | undefined {
  const seq = session.seqOf('call_closed', id);
  return seq === undefined ? undefined : { seq };
}
