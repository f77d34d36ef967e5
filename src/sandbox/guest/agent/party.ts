/** What agents and peers show a script: getters read the world, and methods that only look. */
import type { CallStream } from '../../../sip/negotiated.js';
import type {
  AgentInfo,
  MediaInfo,
  RegistrationInfo,
  RtpInfo,
  TransferInfo,
} from '../../../model/agent-view.js';
import {
  agentInfo,
  mediaInfo,
  registrationInfo,
  rtpInfo,
  transferInfo,
} from '../../../model/agent-view.js';
import {
  agentStateName,
  currentCall,
  isRegistered,
  openCalls,
} from '../../../model/agent-state.js';
import type { AgentState } from '../../../model/agent-state.js';
import type { Mwi, ReceivedMessage } from '../../../model/agent-messages.js';
import type { ReceivedDigit } from '../../../model/call-facts.js';
import { NO_SPEECH, type Speech } from '../../../model/agent-event.js';
import type { Quality } from '../../../model/call-quality.js';
import { timingOf, type Timing } from '../../../model/call-timing.js';
import { headerLines, headerRecord } from '../../../sip/headers.js';
import type { AgentGetter, PeerMethod } from '../../../schema/verbs.js';
import type { FunctionRow } from '../../../schema/rows.js';
import { encode, markAgent } from '../encode.js';
import type { VerbReply } from '../../guest-protocol.js';
import { ask, callerStack } from '../host.js';
import { withReferences } from '../peer/references.js';
import { guardNames } from '../misspelt.js';
import { callOf, type Call } from './call.js';
import { callPeer, type CallPeer } from './call-peer.js';
import { frozen, hears } from './audio.js';
import { endedOf, type EndedValue } from './ended.js';
import { expectMessage } from './expect.js';
import { noteRead } from '../assert/late.js';
import { sipLogOf, type SipLog, type SipMessage } from './sip-log.js';
import { verifyMedia, verifyNoMedia } from './verify-media.js';
import * as world from '../world.js';

/** Copies for the script: what it does with them changes nothing here. */
function plain<T extends object>(items: readonly T[]): readonly T[] {
  return Object.freeze(items.map((item) => Object.freeze({ ...item })));
}

/** An agent or a peer of a script, without its verbs. */
export class Party implements Readonly<
  Record<AgentGetter | Exclude<PeerMethod, 'message_text'>, unknown>
> {
  readonly #name: string;
  readonly #metadata: Readonly<Record<string, unknown>>;

  constructor(name: string, metadata: Readonly<Record<string, unknown>>) {
    this.#name = name;
    this.#metadata = metadata;
    markAgent(this, name);
    Object.freeze(this);
  }

  #state(): AgentState {
    noteRead(this);
    return world.stateOf(this.#name);
  }

  verify_media(...args: unknown[]): void {
    verifyMedia(this.#name, args);
  }
  verify_no_media(...args: unknown[]): void {
    verifyNoMedia(this.#name, args);
  }

  expect(...args: unknown[]): SipMessage {
    return expectMessage(this.#name, args.map(withReferences));
  }

  hears(...args: unknown[]): boolean {
    return hears(this.#name, args, callerStack());
  }

  get name(): string {
    return this.#name;
  }
  get aor(): string {
    return this.#state().aor ?? '';
  }
  get registered(): boolean {
    return isRegistered(this.#state());
  }
  get registration(): RegistrationInfo {
    return Object.freeze(registrationInfo(this.#state()));
  }
  get state(): string {
    return agentStateName(this.#state());
  }
  get ended(): EndedValue | undefined {
    return endedOf(this.#name, this.#state());
  }
  get calls(): readonly Call[] {
    return Object.freeze(openCalls(this.#state()).map((call) => callOf(this.#name, call)));
  }
  get peer(): CallPeer | undefined {
    const peer = currentCall(this.#state())?.peer;
    return peer === undefined ? undefined : callPeer(peer);
  }
  get reason(): string | undefined {
    return this.#state().ended?.reason;
  }
  get status_code(): number | undefined {
    return this.#state().ended?.code;
  }
  get headers(): Readonly<Record<string, readonly string[]>> {
    return Object.freeze(headerRecord(currentCall(this.#state())?.headers ?? []));
  }
  get sip(): SipLog {
    return sipLogOf(this.#name);
  }

  get provisional(): readonly number[] {
    return Object.freeze([...(currentCall(this.#state())?.facts.provisional ?? [])]);
  }

  get early_media(): boolean {
    return currentCall(this.#state())?.facts.early_media ?? false;
  }

  get quality(): Quality | undefined {
    const quality = currentCall(this.#state())?.facts.quality;
    return quality === undefined ? undefined : Object.freeze({ ...quality });
  }

  get timing(): Timing {
    return Object.freeze(timingOf(this.#state()));
  }

  get held(): string {
    return currentCall(this.#state())?.facts.held ?? 'none';
  }
  get muted(): boolean {
    return currentCall(this.#state())?.facts.muted ?? false;
  }
  get media(): MediaInfo | undefined {
    const call = currentCall(this.#state());
    return call === undefined ? undefined : Object.freeze(mediaInfo(call.facts));
  }
  get streams(): readonly CallStream[] {
    return plain(currentCall(this.#state())?.facts.streams ?? []);
  }
  get rtp(): RtpInfo | undefined {
    world.watch(this.#name, 'rtp');
    const call = currentCall(this.#state());
    return call === undefined ? undefined : Object.freeze(rtpInfo(call.facts));
  }

  get sending(): string {
    return this.#state().sending;
  }
  get received_level(): number | undefined {
    world.watch(this.#name, 'level');
    return currentCall(this.#state())?.facts.level;
  }

  get speech(): Speech {
    world.watch(this.#name, 'speech');
    return frozen({ ...(currentCall(this.#state())?.facts.speech ?? NO_SPEECH) }) as Speech;
  }

  get received_dtmf(): readonly ReceivedDigit[] {
    return plain(currentCall(this.#state())?.facts.digits ?? []);
  }
  get received_digits(): string {
    return (currentCall(this.#state())?.facts.digits ?? []).map(({ digit }) => digit).join('');
  }
  get messages(): readonly ReceivedMessage[] {
    return plain(this.#state().messages.received);
  }
  get mwi(): Mwi | undefined {
    const { mwi } = this.#state().messages;
    return mwi === undefined ? undefined : Object.freeze({ ...mwi });
  }

  get transfer_state(): TransferInfo | undefined {
    const info = transferInfo(this.#state());
    return info === undefined ? undefined : Object.freeze(info);
  }
  get metadata(): Readonly<Record<string, unknown>> {
    return this.#metadata;
  }

  header(...args: unknown[]): string | undefined {
    ask('check', { on: 'Agent', fn: 'header', args, stack: callerStack() });
    const lines = headerLines(currentCall(this.#state())?.headers ?? [], args[0] as string);
    return lines.length === 0 ? undefined : lines.join(', ');
  }
  to_json(): AgentInfo {
    return agentInfo(this.#name, this.#state(), this.#metadata);
  }
  /** What JSON.stringify calls. */
  toJSON(): AgentInfo {
    return this.to_json();
  }
}

/** Makes a class ready for scripts: it has the names of `Party` itself, and an unknown name is an error. */
export function seal(
  made: { readonly prototype: object },
  on: Extract<FunctionRow['on'], 'Agent' | 'SipPeer'>,
): void {
  const { prototype } = made;
  for (const [name, shared] of Object.entries(Object.getOwnPropertyDescriptors(Party.prototype))) {
    if (!Object.hasOwn(prototype, name)) Object.defineProperty(prototype, name, shared);
  }
  Reflect.deleteProperty(prototype, 'constructor');
  guardNames(prototype, on);
  Object.freeze(prototype);
}

/** Plain data of the option `metadata`. */
export function metadataOf(options: unknown): Readonly<Record<string, unknown>> {
  const { metadata = {} } = (options ?? {}) as { metadata?: object };
  return Object.freeze(JSON.parse(encode(metadata)) as Record<string, unknown>);
}

/** What both agent() and peer() do: asks for it and takes the entries that came meanwhile. */
export function begin(verb: 'agent' | 'peer', args: readonly unknown[], stack: string): string {
  const in_condition = world.inCondition();
  const reply = ask('verb', { verb, args, in_condition, stack }) as VerbReply;
  const name = args[0] as string;
  world.addAgent(name);
  world.receive(reply.before);
  world.receive(reply.entries);
  world.moveTo(name, Infinity);
  return name;
}
