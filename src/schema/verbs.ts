/**
 * THE CONTRACT, part one: every function and getter a script can call, as data. Runtime validation, the
 * editor typings, the reference and the runner's bindings all come from these rows; the data shapes
 * they name are the *.schema.json files beside this one. This folder knows no driver and no sandbox.
 */
import type { PeerRow, VerbRow } from './rows.js';
import { AUDIO_METHODS, AUDIO_VERBS } from './verbs/audio.js';
import { CALL_VERBS } from './verbs/calls.js';
import { DTMF_VERBS } from './verbs/dtmf.js';
import { INBOUND_VERBS } from './verbs/inbound.js';
import { AGENT_GETTERS, CALL_GETTERS } from './verbs/getters.js';
import { MEDIA_VERBS } from './verbs/media.js';
import { MESSAGE_VERBS } from './verbs/messages.js';
import { AGENT_METHODS as METHODS } from './verbs/methods.js';
import { PEER_ONLY_METHODS } from './verbs/peer-methods.js';
import { PEER_CALL_VERBS } from './verbs/peer.js';
import { POWER_VERBS } from './verbs/power.js';
import { REGISTRATION_VERBS } from './verbs/registration.js';
import { TRANSFER_VERBS } from './verbs/transfer.js';

/** Verbs of an agent that are carried out on the main thread, by its driver and what hears its audio. */
export const AGENT_VERBS = {
  ...REGISTRATION_VERBS,
  ...CALL_VERBS,
  ...MEDIA_VERBS,
  ...AUDIO_VERBS,
  ...DTMF_VERBS,
  ...MESSAGE_VERBS,
  ...INBOUND_VERBS,
  ...TRANSFER_VERBS,
  ...POWER_VERBS,
} as const satisfies Record<string, VerbRow>;

/** Verbs of a raw SIP peer, carried out on the main thread. */
export const PEER_VERBS = {
  ...PEER_CALL_VERBS,
  ...ofPeer(AUDIO_VERBS),
} satisfies Record<string, PeerRow>;

const { info: _info, ...SHARED_METHODS } = METHODS;
const PEER_METHODS = { ...PEER_ONLY_METHODS, ...SHARED_METHODS, ...AUDIO_METHODS } as const;

/** The rows of verbs that a peer shares with agents. */
function ofPeer<T extends Readonly<Record<string, VerbRow>>>(
  rows: T,
): { readonly [V in keyof T]: Omit<T[V], 'on'> & { readonly on: 'SipPeer' } } {
  const shared = Object.entries(rows).map(([verb, row]) => [verb, { ...row, on: 'SipPeer' }]);
  return Object.fromEntries(shared) as ReturnType<typeof ofPeer<T>>;
}

const AGENT_METHODS = { ...METHODS, ...AUDIO_METHODS } as const;

export type AgentVerb = keyof typeof AGENT_VERBS;
/** Verbs about audio, which need detectors besides the driver. */
export type AudioVerb = keyof typeof AUDIO_VERBS;
/** Verbs a driver carries out alone. */
export type DriverVerb = Exclude<AgentVerb, AudioVerb>;
/** Verbs that end or begin the process of an agent. */
export type PowerVerb = keyof typeof POWER_VERBS;
export type AgentMethod = keyof typeof AGENT_METHODS;
export type AgentGetter = keyof typeof AGENT_GETTERS;
export type CallGetter = keyof typeof CALL_GETTERS;

export type PeerVerb = keyof typeof PEER_VERBS;
/** Verbs a peer carries out alone. */
export type PeerOwnVerb = Exclude<PeerVerb, AudioVerb>;
export type PeerMethod = keyof typeof PEER_METHODS;

export { AGENT_GETTERS, AGENT_METHODS, AUDIO_VERBS, CALL_GETTERS, PEER_METHODS };
