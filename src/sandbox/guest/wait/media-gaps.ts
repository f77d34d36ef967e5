/** Gaps in the RTP that agents receive, and their known reasons. */
import { said } from '../../../errors.js';
import type { CallState } from '../../../model/agent-state.js';
import { formatMs } from '../../../time.js';
import { failure } from '../failure.js';
import * as world from '../world.js';

/** A longer gap is no jitter any more. */
const LONGEST_GAP_MS = 1000;

/** Packets and audio are counted at the same moment: their times differ by more only if the last packets held no audio. */
const LOOKS_MS = 200;

/** The check that `wait(duration, { media: true })` repeats; it throws at the first gap. */
export function watchGaps(began: number, ms: number): (at: number) => void {
  const agents = world.agentNames();
  for (const agent of agents) world.watch(agent, 'rtp');
  /** Since when RTP has to come in each call. */
  const since = new Map<string, number>();
  return (at) => {
    for (const agent of agents) {
      for (const call of world.headOf(agent).calls) {
        const key = `${agent} ${call.id}`;
        if (!mustReceive(call)) {
          since.delete(key);
          continue;
        }
        if (!since.has(key)) since.set(key, at);
        const { rtp } = call.facts;
        const last = Math.max(rtp?.received_at ?? 0, since.get(key) ?? at);
        // Measured at the last look: a late look is not a gap.
        const gap = (rtp?.at ?? at) - last;
        if (gap <= LONGEST_GAP_MS) continue;
        throw failure({
          code: 'E_MEDIA',
          ...said({
            subject: `agent "${agent}"`,
            verb: 'wait',
            what: `${rtpText(call, rtp?.at ?? at)} (after ${formatMs(at - began)} of ${formatMs(ms)})`,
          }),
          agents: [agent],
        });
      }
    }
  };
}

/**
 * "no RTP received", or "RTP stopped 1.2 s ago, after 50 packets" and what explains it: packets that RTCP counts and that were lost,
 * or that the last packets held no audio, so the other side may just send nothing in silence.
 */
export function rtpText({ facts }: CallState, at: number): string {
  const { received = 0, received_at, audio_at, remote_sent = 0 } = facts.rtp ?? {};
  if (received_at === undefined) return 'no RTP received';
  const stopped = `RTP stopped ${formatMs(Math.max(0, at - received_at))} ago, after ${received} packets`;
  // The report may be some seconds old: packets it counts that have not arrived are lost.
  const lost = remote_sent - received;
  if (lost > 0) return `${stopped}; ${lost} more were sent and lost on the way`;
  const noise = audio_at === undefined || received_at - audio_at > LOOKS_MS;
  return noise ? `${stopped}, the last of them comfort noise or digits` : stopped;
}

function mustReceive(call: CallState): boolean {
  return call.state === 'Established' && !call.superseded && call.facts.held === 'none';
}
