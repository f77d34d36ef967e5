/**
 * One user agent: a baresip process of its own, seen as verbs that resolve when their local effect is
 * done, and as events in the words of src/model on every baresip version.
 * Knows SIP accounts, calls and processes. Must not know scripts, scenarios, reporters or settings.
 */
import type { AgentState } from '../model/agent-state.js';
import { launch } from './launch.js';
import { peerOf } from './peer.js';
import type { Session } from './session.js';
import { targetUri } from './target.js';
import type { AgentContext, AgentOptions, BaresipAgent, DialTarget, Done } from './user-agent.js';
import { register, unregister } from './registering.js';
import { accept, dial, hangup, reject } from './verbs.js';

/** @throws OffhookError E_AGENT_START, E_PORTS, E_CAPABILITY, E_ARGUMENT; nothing is left behind then. */
export async function startAgent(
  name: string,
  options: AgentOptions,
  context: AgentContext,
  limitMs: number,
): Promise<BaresipAgent> {
  return new Agent(await launch(name, options, context, limitMs), options);
}

class Agent implements BaresipAgent {
  readonly name: string;
  readonly aor: string;
  readonly contact: string;
  readonly serverless: boolean;
  readonly #session: Session;
  readonly #options: AgentOptions;

  constructor(session: Session, options: AgentOptions) {
    const { name, account, address, sipPort } = session.ground;
    this.#session = session;
    this.#options = options;
    this.name = name;
    this.aor = account.aor;
    this.serverless = account.domain === undefined;
    const { user, transport } = account;
    const port = transport === 'tls' ? sipPort + 1 : sipPort;
    this.contact = `sip:${user}@${address}:${port}${transport === 'udp' ? '' : `;transport=${transport}`}`;
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
    return accept(this.#session, call, limitMs);
  }

  hangup(call: string | undefined, limitMs: number): Promise<Done> {
    return hangup(this.#session, call, limitMs);
  }

  reject(call: string | undefined, limitMs: number): Promise<Done> {
    return reject(this.#session, call, limitMs);
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }

  #uriOf(target: DialTarget): string {
    if ('agent' in target) return target.agent.serverless ? target.agent.contact : target.agent.aor;
    const { domain, transport } = this.#session.ground.account;
    const caller = { name: this.name, domain, transport };
    return targetUri('uri' in target ? target.uri : target.number, caller);
  }
}
