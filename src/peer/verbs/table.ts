/** The function of each verb of a peer. */
import type { Done, PeerArguments } from '../../agents/user-agent.js';
import type { PeerVerb } from '../../schema/verbs.js';
import type { PeerSession } from '../session.js';
import { answer, onInvite, respond } from './answers.js';
import { bye, cancel, dial, hangup, info, notify, refer, reinvite, update } from './calls.js';
import { message, ping, publish, register, request, subscribe, unregister } from './requests.js';
import { ack, send } from './raw.js';

type Act<V extends PeerVerb> = (
  peer: PeerSession,
  args: PeerArguments<V>,
  limitMs: number,
) => Promise<Done>;

/** A missing verb does not compile. */
export const VERBS: { readonly [V in PeerVerb]: Act<V> } = {
  register,
  unregister,
  dial,
  answer,
  on_invite: onInvite,
  respond,
  hangup,
  bye,
  cancel,
  reinvite,
  update,
  info,
  refer,
  notify,
  subscribe,
  publish,
  message,
  ping,
  request,
  ack,
  send,
};
