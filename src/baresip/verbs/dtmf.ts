/** dtmf(): digits as telephone-events (RFC 4733) or as INFO requests, always in the call they are meant for. */
import { OffhookError } from '../../errors.js';
import type { DtmfWay } from '../../model/agent-event.js';
import { currentCall, type CallState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import { hasCapability } from '../capabilities.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { replied } from '../perform.js';
import { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';
import { assertOpen } from './which-call.js';

/** baresip sends nine packets of a digit and three that end it, one every 20 ms (telev.c, every version). */
const PACKETS = 12;
const PTIME_MS = 20;
const DIGIT_MS = PACKETS * PTIME_MS;
/** Time until the first packet: the clock of the source ticks on its own. */
const START_MS = 2 * PTIME_MS;
/** The duration of a digit that baresip writes into an INFO. */
const INFO_DIGIT_MS = 250;

export async function dtmf(
  agent: RunningAgent,
  { digits, gap: gapMs, call: id }: VerbArguments<'dtmf'>,
  limit: Limit,
): Promise<Done> {
  agent.assertUsable('dtmf');
  if (gapMs !== undefined && gapMs < DIGIT_MS) {
    throw agent.problem(
      'E_ARGUMENT',
      'dtmf',
      `"gap" is too short: ${gapMs} ms (at least ${DIGIT_MS} ms)`,
      `leave it out, or give ${DIGIT_MS} ms or more: baresip takes that long for one digit`,
    );
  }
  const call = callFor(agent, id);
  const via = wayOf(agent, call);
  if (via === 'rtp') await sendEvents(agent, call, digits, gapMs, limit);
  else await sendInfos(agent, call, digits, gapMs, limit);
  const seq = agent.emit({ type: 'dtmf_sent', call: call.id, digits, via });
  return { seq };
}

/** The call, which must be able to carry audio: answered, or dialled and with early media. */
function callFor(agent: RunningAgent, id: string | undefined): CallState {
  const { calls } = agent.state;
  const now = id === undefined ? undefined : agent.calls.redirections.currentId(id);
  const call =
    now === undefined ? currentCall(agent.state) : calls.find(({ id: one }) => one === now);
  if (call === undefined) {
    const [what, hint] =
      id === undefined
        ? ['the agent has no call', 'dial or accept one first']
        : [`the agent has no call "${id}"`];
    throw agent.problem('E_CALL_STATE', 'dtmf', what, hint);
  }
  const early = call.direction === 'outgoing' && agent.telephoneEvents.accepted(call.id);
  if (call.state === 'Established' || (call.state === 'Ringing' && early !== undefined && early))
    return call;
  throw notInCall(agent, call);
}

function notInCall(agent: RunningAgent, { peer, state, ended }: CallState): OffhookError {
  if (state === 'Idle') {
    const { how = '', by = '' } = ended ?? {};
    const what = `the call with ${peer.uri} has ended: ${how} by ${by}`;
    return agent.problem('E_CALL_STATE', 'dtmf', what);
  }
  return agent.problem(
    'E_CALL_STATE',
    'dtmf',
    `the call with ${peer.uri} is not established: ${state}`,
    'wait for it: await_until(() => assert(caller.state).equals(State.Established))',
  );
}

function wayOf(agent: RunningAgent, call: CallState): DtmfWay {
  const { dtmf_mode: mode } = agent.ground.options;
  const accepts = agent.telephoneEvents.accepted(call.id) !== false;
  const via = mode === 'info' || (mode === 'auto' && !accepts) ? 'info' : 'rtp';
  if (via === 'info' && call.state !== 'Established') throw notInCall(agent, call);
  if (via === 'rtp' && !accepts) {
    throw agent.problem(
      'E_DTMF',
      'dtmf',
      `${call.peer.uri} takes no telephone-events: its SDP has none`,
      'use the agent option dtmf_mode: "info" or "auto"',
    );
  }
  if (via === 'rtp' && call.facts.held !== 'none') {
    throw agent.problem(
      'E_CALL_STATE',
      'dtmf',
      `the call with ${call.peer.uri} is on hold: no RTP is sent`,
      'resume it first',
    );
  }
  return via;
}

async function sendEvents(
  agent: RunningAgent,
  call: CallState,
  digits: string,
  gapMs: number | undefined,
  limit: Limit,
): Promise<void> {
  // The packet time is the one that both sides agreed on.
  const digitMs = PACKETS * Math.max(PTIME_MS, call.facts.media?.ptime ?? PTIME_MS);
  const periodMs = Math.max(gapMs ?? digitMs, digitMs);
  const groups = gapMs === undefined ? [digits] : Array.from(digits);
  const began = performance.now();
  for (const [at, group] of groups.entries()) {
    await pause(agent, call, began + at * periodMs - performance.now());
    await send(agent, call, group, limit.after(at * periodMs));
  }
  const last = groups.at(-1) ?? '';
  const lastAt = began + (groups.length - 1) * periodMs;
  const finalAt = lastAt + digitMs * (last.length - 1);
  await pause(agent, call, finalAt - performance.now());
  await playOut(agent, call, finalAt + START_MS + digitMs - performance.now());
}

/** Waits for the last digit, which may end the call: a system that hangs up because of it has heard it. */
async function playOut(agent: RunningAgent, call: CallState, ms: number): Promise<void> {
  await pause(agent, call, ms).catch((error: unknown) => {
    if (!(error instanceof OffhookError) || error.code !== 'E_CALL_STATE') throw error;
  });
}

async function send(
  agent: RunningAgent,
  call: CallState,
  digits: string,
  limit: Limit,
): Promise<void> {
  const replies = await replied(agent, 'dtmf', agent.commands.digits(call.id, digits), limit);
  const refused = replies.find(({ ok }) => !ok);
  if (refused === undefined) return;
  assertSending(agent, call);
  const why = `baresip did not send ${digits}: ${refused.data.trim()}`;
  throw agent.problem('E_DTMF', 'dtmf', why);
}

/** Sends INFOs one by one: baresip would send all at once, and networks do not keep them in order. */
async function sendInfos(
  agent: RunningAgent,
  call: CallState,
  digits: string,
  gapMs = INFO_DIGIT_MS,
  limit: Limit,
): Promise<void> {
  const began = performance.now();
  for (const [at, digit] of Array.from(digits).entries()) {
    const dueMs = at * Math.max(gapMs, INFO_DIGIT_MS);
    await pause(agent, call, began + dueMs - performance.now());
    await sendInfo(agent, call, digit, limit.after(dueMs));
  }
}

async function sendInfo(
  agent: RunningAgent,
  call: CallState,
  digit: string,
  limit: Limit,
): Promise<void> {
  const info = agent.requests.expect('INFO', call.id);
  try {
    // Old versions refuse A to D, but accept a to d.
    const capitals = hasCapability(agent.ground.context.binary.version, 'dtmf_info_capitals');
    const key = capitals ? digit : digit.toLowerCase();
    await send(agent, call, key, limit);
    const answer = await agent.waiters.until(
      () => {
        if (info.answer === undefined) assertSending(agent, call);
        return info.answer;
      },
      limit,
      (waited) => {
        const what = info.sentAt === undefined ? 'no INFO was sent' : 'INFO was not answered';
        return agent.problem(
          'E_DTMF',
          'dtmf',
          `digit ${digit}: ${what} (waited ${formatMs(waited)})`,
        );
      },
    );
    if (answer.code < 300) return;
    throw agent.problem(
      'E_DTMF',
      'dtmf',
      `digit ${digit}: ${call.peer.uri} answered INFO with ${answer.code} ${answer.reason}`,
      'check whether the other side takes DTMF by SIP INFO',
    );
  } finally {
    agent.requests.forget(info);
  }
}

/** Lets the digits play out; throws when the call ends. */
async function pause(agent: RunningAgent, call: CallState, ms: number): Promise<void> {
  if (ms <= 0) {
    assertSending(agent, call);
    return;
  }
  await agent.waiters.within(() => {
    assertSending(agent, call);
    return undefined;
  }, new Limit(ms));
}

function assertSending(agent: RunningAgent, { id }: CallState): void {
  assertOpen(agent, 'dtmf', id, 'before all digits were sent');
}
