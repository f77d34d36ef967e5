/** The function of each verb; a missing one does not compile. */
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import type { DriverVerb, PowerVerb } from '../../schema/verbs.js';
import type { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';
import { abortTransfer, attendedTransfer, completeTransfer } from './attended.js';
import { accept, hangup, reject } from './calls.js';
import { dial } from './dial.js';
import { dtmf } from './dtmf.js';
import { hold, mute, resume, unmute } from './hold.js';
import { deflect, respondIncoming, stopResponding } from './inbound.js';
import { message, ping } from './messages.js';
import { register, unregister } from './registering.js';
import { publish, request, subscribe } from './through-proxy.js';
import { transfer } from './transfer.js';

/** Verbs of an agent that runs; agent.ts has those that end and begin its process. */
export type RunningVerb = Exclude<DriverVerb, PowerVerb>;

type Verb<V extends RunningVerb> = (
  agent: RunningAgent,
  args: VerbArguments<V>,
  limit: Limit,
) => Promise<Done> | Done;

export const VERBS: { readonly [V in RunningVerb]: Verb<V> } = {
  register,
  unregister,
  dial,
  accept,
  hangup,
  hold,
  resume,
  mute,
  unmute,
  dtmf,
  message,
  ping,
  reject,
  request,
  subscribe,
  publish,
  respond_incoming: respondIncoming,
  deflect,
  stop_responding: stopResponding,
  transfer,
  attended_transfer: attendedTransfer,
  complete_transfer: completeTransfer,
  abort_transfer: abortTransfer,
};
