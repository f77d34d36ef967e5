/** The function of each verb of a peer. */
import type { Done, PeerArguments } from '../../agents/user-agent.js';
import type { PeerOwnVerb } from '../../schema/verbs.js';
import type { PeerSession } from '../session.js';
import { answer, onInvite, respond } from './answers.js';
import { dtmf, replay } from './media.js';
import {
  bye,
  cancel,
  dial,
  hangup,
  info,
  notify,
  recordSession,
  refer,
  reinvite,
  update,
} from './calls.js';
import { message, ping, publish, register, request, subscribe, unregister } from './requests.js';
import { ack, send } from './raw.js';

type Act<V extends PeerOwnVerb> = (
  peer: PeerSession,
  args: PeerArguments<V>,
  limitMs: number,
) => Promise<Done>;

/** A missing verb does not compile. */
export const VERBS: { readonly [V in PeerOwnVerb]: Act<V> } = {
  register,
  unregister,
  dial,
  record_session: recordSession,
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
  dtmf,
  replay,
  subscribe,
  publish,
  message,
  ping,
  request,
  ack,
  send,
};
