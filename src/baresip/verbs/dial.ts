/** dial(), and the part that all placed calls share: the INVITE leaves, or an error says that it did not. */
import { OffhookError } from '../../errors.js';
import { peerOf, type Peer } from '../../sip/peer.js';
import { openCalls, type CallState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { sinceOf } from '../capabilities.js';
import { perform } from '../perform.js';
import { afterReading, type SilenceTimer } from '../../after-reading.js';
import { holds } from '../../agents/record/offer-answer.js';
import { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';
import { hostOf } from '../start/account.js';
import type { Command } from '../wire/ctrl.js';
import { placedTarget } from './target.js';
import { withHeaders } from './through-proxy.js';

/** An INVITE over UDP leaves at once; if it has not left by then, it never will. */
const INVITE_MS = 1000;

/** A call to be placed: `peer` as the script knows it. */
interface Placing {
  readonly uri: string;
  readonly peer: Peer;
  /** Commands that go before the dial command. */
  readonly before?: readonly Command[];
}

export async function dial(
  agent: RunningAgent,
  { target, options }: VerbArguments<'dial'>,
  limit: Limit,
): Promise<Done> {
  const { uri } = placedTarget(agent, 'dial', target);
  agent.assertUsable('dial');
  const busy = openCalls(agent.state).find(isActive);
  if (busy !== undefined) {
    throw agent.problem(
      'E_CALL_STATE',
      'dial',
      `dialling while in a call: with ${busy.peer.uri}, ${busy.state}`,
      busy.state === 'Established'
        ? 'hold() it first, hang up, or dial from another agent'
        : 'hang up first, or dial from another agent',
    );
  }
  const placing = { uri, peer: peerOf(uri, ''), before: routeCommands(agent, uri) };
  const { seq } = await withHeaders(agent, 'dial', { method: 'INVITE' }, options, () =>
    placeCall(agent, 'dial', placing, limit),
  );
  return { seq };
}

/** Resolves once the INVITE has left. A call that did not leave in time is hung up, so that it cannot come up later. */
export async function placeCall(
  agent: RunningAgent,
  verb: string,
  { uri, peer, before = [] }: Placing,
  limit: Limit,
): Promise<Done & { call: string }> {
  const since = agent.nextSeq;
  const seen = new Set(agent.state.calls.map((call) => call.id));
  agent.calls.expectDial(peer);
  let placed: string | undefined;
  const late = new InviteTimer(agent, leavesAtOnce(agent, uri));
  try {
    return await perform(agent, verb, [...before, ...agent.commands.dial(uri)], limit, {
      replied: (data) => {
        late.start();
        placed = /call id: (\S+)/.exec(data)?.[1];
      },
      done: () => {
        const call = agent.state.calls.find(
          (one) => one.direction === 'outgoing' && !seen.has(one.id),
        );
        if (call === undefined) {
          if (late.over) throw notSent(agent, verb, uri, INVITE_MS);
          return undefined;
        }
        const seq = agent.seqOf('call_dialed', call.id, since);
        return seq === undefined ? undefined : { seq, call: call.id };
      },
      refused: (data) => {
        const what = `baresip did not place the call to ${uri}: ${data}`;
        return agent.problem('E_CALL_REFUSED', verb, what);
      },
      timedOut: (waited) => notSent(agent, verb, uri, waited),
    });
  } catch (error) {
    abandon(agent, placed, error);
    throw error;
  } finally {
    late.end();
    agent.calls.expectDial(undefined);
  }
}

function notSent(agent: RunningAgent, verb: string, uri: string, waitedMs: number): OffhookError {
  const { nat } = agent.ground;
  return agent.problem(
    'E_CALL_REFUSED',
    verb,
    `no INVITE was sent to ${uri} (waited ${formatMs(waitedMs)})`,
    `check that the host is reachable${nat === undefined ? '' : ', and that the stun_server, if any, answers and accepts the login'}, and see baresip's output with --logs`,
  );
}

/** Limits the time until the INVITE. Starts with baresip's reply: until then, baresip may simply not have had CPU time. */
class InviteTimer {
  over = false;
  readonly #agent: RunningAgent;
  #wanted: boolean;
  #timer: SilenceTimer | undefined;

  constructor(agent: RunningAgent, wanted: boolean) {
    this.#agent = agent;
    this.#wanted = wanted;
  }

  start(): void {
    if (!this.#wanted) return;
    this.#timer = afterReading(INVITE_MS, () => {
      this.over = true;
      this.#agent.waiters.wake();
    });
  }

  /** The INVITE is often read before the reply: then the timer must not start any more. */
  end(): void {
    this.#wanted = false;
    this.#timer?.cancel();
  }
}

/** Headers behind the outbound route of a serverless agent: the account is replaced for each call. */
function routeCommands(agent: RunningAgent, uri: string): Command[] {
  const line = agent.ground.account.lineFor?.(uri);
  if (line === undefined) return [];
  if (openCalls(agent.state).length === 0) return agent.commands.replace(line);
  const { version } = agent.ground.context.binary;
  throw agent.problem(
    'E_CAPABILITY',
    'dial',
    `baresip ${version} cannot send these headers on a second call (possible from ${sinceOf('header_blanks')})`,
    'hang up first',
  );
}

/** A call with a conversation, or about to have one: a second call can only be added to a held call. */
function isActive(call: CallState): boolean {
  if (call.state === 'Established') return !holds(call.facts.held);
  return call.direction === 'outgoing' || call.accepted;
}

/** Whether the INVITE needs no wait: over UDP to an address there is no look-up, no connection and no NAT. */
function leavesAtOnce(agent: RunningAgent, uri: string): boolean {
  if (agent.ground.nat !== undefined) return false;
  const { transport, nextHop } = agent.ground.account;
  const udp = transport === 'udp' && !/;transport=t/i.test(`${uri}${nextHop ?? ''}`);
  return udp && /^[\d.]+(?::\d+)?$/.test(nextHop ?? hostOf(uri));
}

/** A call that was placed but never left must not come up later, when nobody expects it. */
function abandon(agent: RunningAgent, placed: string | undefined, error: unknown): void {
  const timedOut = error instanceof OffhookError && error.code === 'E_CALL_REFUSED';
  if (!timedOut || (placed === undefined && openCalls(agent.state).length > 0)) return;
  void agent.send('dial', agent.commands.hangup(placed ?? ''), new Limit(INVITE_MS));
}
