/**
 * A user agent that drives a baresip process of its own. Its verbs resolve when their local effect is done;
 * it emits the events of src/model, the same on every baresip version.
 * Knows SIP accounts, calls and processes. Must not know scripts, scenarios, reporters or settings.
 */
import type { BaresipContext } from './ground.js';
import type { AgentState } from '../model/agent-state.js';
import { hostPort } from './start/address.js';
import { hold, holdOthers, mute, resume, unmute } from './verbs/hold.js';
import { dtmf } from './verbs/dtmf.js';
import { AttendedTransfer } from './verbs/attended.js';
import { InboundPolicy } from './verbs/inbound.js';
import { launch } from './start/launch.js';
import { message, ping } from './verbs/messages.js';
import { peerOf } from '../sip/peer.js';
import type { Session } from './session.js';
import { targetUri } from './verbs/target.js';
import type {
  AgentOptions,
  AudioStream,
  DialTarget,
  Done,
  Refusal,
  Sound,
  StreamWish,
  UserAgent,
} from '../agents/user-agent.js';
import { register, unregister } from './verbs/registering.js';
import { transfer, type TransferTarget } from './verbs/transfer.js';
import { accept, hangup, reject } from './verbs/calls.js';
import { dial } from './verbs/dial.js';

/** @throws OffhookError E_AGENT_START, E_PORTS, E_CAPABILITY, E_ARGUMENT, and leaves nothing behind. */
export async function startAgent(
  name: string,
  options: AgentOptions,
  context: BaresipContext,
  limitMs: number,
): Promise<UserAgent> {
  return new Agent(await launch(name, options, context, limitMs), options);
}

class Agent implements UserAgent {
  readonly name: string;
  readonly aor: string;
  readonly contact: string;
  readonly serverless: boolean;
  readonly #session: Session;
  readonly #options: AgentOptions;
  readonly #attended: AttendedTransfer;
  readonly #inbound: InboundPolicy;

  constructor(session: Session, options: AgentOptions) {
    const { name, account, address, sipPort } = session.ground;
    this.#session = session;
    this.#options = options;
    this.#attended = new AttendedTransfer(session);
    this.#inbound = new InboundPolicy(session, options.answer === 'auto');
    this.name = name;
    this.aor = account.aor;
    this.serverless = account.domain === undefined;
    const { user, transport } = account;
    const port = transport === 'tls' ? sipPort + 1 : sipPort;
    this.contact = `sip:${user}@${hostPort(address, port)}${transport === 'udp' ? '' : `;transport=${transport}`}`;
  }

  get pid(): number {
    return this.#session.process.pid;
  }

  get state(): AgentState {
    return this.#session.state;
  }

  register(limitMs: number): Promise<Done> {
    return register(this.#session, this.#options, limitMs);
  }

  unregister(limitMs: number): Promise<Done> {
    return unregister(this.#session, limitMs);
  }

  async dial(target: DialTarget, limitMs: number): Promise<Done & { call: string }> {
    const uri = this.#uriOf(target);
    return dial(this.#session, uri, peerOf(uri, ''), limitMs);
  }

  accept(call: string | undefined, limitMs: number): Promise<Done> {
    const session = this.#session;
    return accept(session, call, limitMs, (id, ms) => holdOthers(session, 'accept', id, ms));
  }

  hangup(call: string | undefined, limitMs: number): Promise<Done> {
    return hangup(this.#session, call, limitMs);
  }

  reject(call: string | undefined, limitMs: number, refusal: Refusal = {}): Promise<Done> {
    return reject(this.#session, call, limitMs, refusal);
  }

  respondIncoming(refusal: Refusal): Done {
    return this.#inbound.respond(refusal);
  }

  stopResponding(): Done {
    return this.#inbound.stop();
  }

  async transfer(target: DialTarget, call: string | undefined, limitMs: number): Promise<Done> {
    return transfer(this.#session, this.#transferTarget('transfer', target), call, limitMs);
  }

  async attendedTransfer(
    target: DialTarget,
    call: string | undefined,
    limitMs: number,
  ): Promise<Done> {
    return this.#attended.start(this.#transferTarget('attended_transfer', target), call, limitMs);
  }

  completeTransfer(limitMs: number): Promise<Done> {
    return this.#attended.complete(limitMs);
  }

  abortTransfer(limitMs: number): Promise<Done> {
    return this.#attended.abort(limitMs);
  }

  hold(call: string | undefined, limitMs: number): Promise<Done> {
    return hold(this.#session, call, limitMs);
  }

  resume(call: string | undefined, limitMs: number): Promise<Done> {
    return resume(this.#session, call, limitMs);
  }

  mute(call: string | undefined, limitMs: number): Promise<Done> {
    return mute(this.#session, call, limitMs);
  }

  unmute(call: string | undefined, limitMs: number): Promise<Done> {
    return unmute(this.#session, call, limitMs);
  }

  watchRtp(): Promise<void> {
    return this.#session.rtp.watch();
  }

  sendAudio(sound: Sound | undefined, limitMs: number): Promise<Done> {
    return this.#session.source.send(sound, limitMs);
  }

  listen(told: (stream: AudioStream) => void, want: StreamWish): void {
    this.#session.dumps.listen(told, want);
  }

  get hearing(): boolean {
    return this.#session.ground.audio;
  }

  dtmf(
    digits: string,
    gapMs: number | undefined,
    call: string | undefined,
    limitMs: number,
  ): Promise<Done> {
    return dtmf(this.#session, this.#options.dtmf_mode, { digits, gapMs }, call, limitMs);
  }

  async message(target: DialTarget, text: string, limitMs: number): Promise<Done> {
    return message(this.#session, this.#uriOf(target, 'message'), text, limitMs);
  }

  async ping(target: DialTarget, limitMs: number): Promise<Done> {
    return ping(this.#session, this.#uriOf(target, 'ping'), limitMs);
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }

  #transferTarget(verb: string, target: DialTarget): TransferTarget {
    const uri = this.#uriOf(target, verb);
    return 'agent' in target ? { uri, agent: target.agent } : { uri };
  }

  #uriOf(target: DialTarget, verb = 'dial'): string {
    const uri = this.#targetUri(target, verb);
    const { context, routed } = this.#session.ground;
    context.guard?.target(uri, { routed }, verb);
    return uri;
  }

  #targetUri(target: DialTarget, verb: string): string {
    if ('agent' in target) return target.agent.serverless ? target.agent.contact : target.agent.aor;
    const { domain, transport } = this.#session.ground.account;
    const caller = { name: this.name, domain, transport, verb };
    return targetUri('uri' in target ? target.uri : target.number, caller);
  }
}
