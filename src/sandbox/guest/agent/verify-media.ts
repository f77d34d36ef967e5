/** `verify_media` and `verify_no_media`: whether RTP is received in a call of an agent. */
import { said } from '../../../errors.js';
import type { CallState } from '../../../model/agent-state.js';
import { describeEnded } from '../../../model/describe.js';
import { formatMs } from '../../../time.js';
import type { BegunWait } from '../../guest-protocol.js';
import { waiting } from '../wait/await-until.js';
import { callAmong } from './call.js';
import { callNameOf } from '../encode.js';
import { failure } from '../failure.js';
import { rtpText } from '../wait/media-gaps.js';
import * as world from '../world.js';

/** A machine that is busy may deliver packets that long after the media have ended. */
const UNDERWAY_MS = 300;

export function verifyMedia(agent: string, args: unknown[]): void {
  const verb = 'verify_media';
  const run = ({ at: began, ms }: BegunWait): void => {
    const received = packetsSince(agent, verb, args, began);
    for (let at = began; ; at = world.awaitEntries(began + ms)) {
      const { call, packets } = received();
      if (packets > 0) return;
      if (at < began + ms) continue;
      const held = call.facts.held === 'none' ? '' : `, on hold (${call.facts.held})`;
      throw failure({
        code: 'E_MEDIA',
        ...said({
          subject: `agent "${agent}"`,
          verb,
          what: `${rtpText(call, at)}${held} (waited ${formatMs(ms)})`,
        }),
        ...(held === '' ? {} : { hint: 'resume the call first, on the side that holds it' }),
        agents: [agent],
      });
    }
  };
  waiting(verb, args, run, { agent });
  world.moveTo(agent, Infinity);
}

export function verifyNoMedia(agent: string, args: unknown[]): void {
  const verb = 'verify_no_media';
  const run = ({ at: began, ms }: BegunWait): void => {
    const received = packetsSince(agent, verb, args, began);
    let [before, quietSince] = [0, began];
    for (let at = began; ; at = world.awaitEntries(quietSince + ms)) {
      const { packets } = received();
      if (packets > before && at - began <= UNDERWAY_MS) {
        [before, quietSince] = [packets, at];
      } else if (packets > before) {
        throw failure({
          code: 'E_MEDIA',
          ...said({
            subject: `agent "${agent}"`,
            verb,
            what: 'RTP received',
            seen: `${packets} packets (after ${formatMs(at - began)} of ${formatMs(ms)})`,
          }),
          agents: [agent],
        });
      }
      if (at >= quietSince + ms) return;
    }
  };
  waiting(verb, args, run, { agent });
  world.moveTo(agent, Infinity);
}

/** Tells how many packets came since the first look after `began`. @throws once the call is over. */
function packetsSince(
  agent: string,
  verb: string,
  args: readonly unknown[],
  began: number,
): () => { call: CallState; packets: number } {
  world.watch(agent, 'rtp');
  const { id } = openCall(agent, verb, args);
  let before: number | undefined;
  return () => {
    const call = world.headOf(agent).calls.find((one) => one.id === id);
    if (call === undefined || call.state === 'Idle') throw over(agent, verb, call);
    const { rtp } = call.facts;
    if (rtp === undefined || rtp.at < began) return { call, packets: 0 };
    before ??= rtp.received;
    return { call, packets: rtp.received - before };
  };
}

function openCall(agent: string, verb: string, args: readonly unknown[]): CallState {
  const call = callAmong(args, agent, verb, world.headOf(agent));
  if (call !== undefined && call.state !== 'Idle') return call;
  if (args.some((arg) => callNameOf(arg) !== undefined)) throw over(agent, verb, call);
  throw failure({
    code: 'E_CALL_STATE',
    ...said({ subject: `agent "${agent}"`, verb, what: 'the agent has no call' }),
    hint: 'dial or accept one first',
    agents: [agent],
  });
}

function over(agent: string, verb: string, call: CallState | undefined): Error {
  const how = call?.ended === undefined ? 'ended' : describeEnded(call.ended);
  return failure({
    code: 'E_CALL_STATE',
    ...said({
      subject: `agent "${agent}"`,
      verb,
      what: 'the call is over',
      seen: how,
    }),
    agents: [agent],
  });
}
