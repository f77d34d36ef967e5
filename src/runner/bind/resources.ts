/** What a scenario holds outside its VM: its agents. Everything here is released when it ends. */
import type { SipMessage } from '../../sip/sip-message.js';
import type { BaresipContext } from '../../baresip/ground.js';
import type {
  AgentContext,
  AgentOptions,
  ConfigFile,
  PeerAgent,
  Phone,
  UserAgent,
} from '../../agents/user-agent.js';
import type { PeerOptions } from '../../schema/types.gen.js';
import type { BaresipBinary } from '../../baresip/start/binary.js';
import { OffhookError } from '../../errors.js';
import { Hearing, type SavedCalls } from '../../hearing/hearing.js';
import { videoFileOf } from '../../hearing/save-audio.js';
import type { AgentEvent, LogEntry } from '../../model/agent-event.js';
import { assertMayListen } from '../../policy/net-policy.js';
import type { KeptAgent } from '../../model/run-event.js';
import type { Policy } from '../../policy/policy.js';
import { locksOfAgent } from '../locks/names.js';
import { ScenarioSipGuard } from './sip-guard.js';

export interface ResourceHooks {
  /** Takes the locks of these accounts and ports; waits while somebody else holds them. */
  lock(names: readonly string[]): Promise<void>;
  emit(agent: string, event: AgentEvent, at?: number): LogEntry;
  /** Origin of the log's times on the clock of performance.now(). */
  readonly began: number;
  sip(agent: string, message: SipMessage, raw: string, at: number): void;
  log(agent: string, line: string): void;
  /** The files that configure the agent's program. */
  config(agent: string, files: readonly ConfigFile[]): void;
  /** Where the audio of calls is to be saved; absent = nowhere. */
  audio?: SavedCalls;
  /** Called when an agent was ended because a peer made it send a forbidden request. */
  denied(agent: string, error: OffhookError): void;
}

export class Resources {
  readonly #binary: () => Promise<BaresipBinary>;
  readonly #policy: Policy;
  readonly guard: ScenarioSipGuard;
  readonly #hooks: ResourceHooks;
  readonly #phones = new Map<string, Phone>();
  readonly #peers = new Map<string, PeerAgent>();
  /** Names of all agents the script asked for, also of those that did not start: none is given twice. */
  readonly #names = new Set<string>();
  /** Starts that release() has to undo, finished or not. */
  readonly #starts: Promise<UserAgent>[] = [];
  readonly hearing: Hearing;
  #released = false;

  constructor(binary: () => Promise<BaresipBinary>, policy: Policy, hooks: ResourceHooks) {
    this.#binary = binary;
    this.#policy = policy;
    this.#hooks = hooks;
    this.hearing = new Hearing(hooks, hooks.audio);
    this.guard = new ScenarioSipGuard(
      policy,
      () => this.#all(),
      (agent, error) => {
        hooks.denied(agent, error);
      },
    );
  }

  async start(name: string, options: AgentOptions, limitMs: number): Promise<Phone> {
    const agent = await this.#begin(name, () => this.#launch(name, options, limitMs));
    this.#phones.set(name, agent);
    return agent;
  }

  async startPeer(name: string, options: PeerOptions): Promise<PeerAgent> {
    const peer = await this.#begin(name, () => this.#open(name, options));
    this.#peers.set(name, peer);
    return peer;
  }

  async #begin<T extends UserAgent>(name: string, start: () => Promise<T>): Promise<T> {
    this.#refuse(name);
    this.#names.add(name);
    const starting = start();
    this.#starts.push(starting);
    return starting;
  }

  /** Returns the agent or peer of that name. */
  agent(name: string): UserAgent {
    return this.#phones.get(name) ?? this.peer(name);
  }

  phone(name: string): Phone {
    return this.#phones.get(name) ?? gone(name);
  }

  peer(name: string): PeerAgent {
    return this.#peers.get(name) ?? gone(name);
  }

  *#all(): Iterable<UserAgent> {
    yield* this.#phones.values();
    yield* this.#peers.values();
  }

  /** Returns the agents that still run, for a person who looks into the failure. */
  lend(): readonly KeptAgent[] {
    const alive = [...this.#all()].filter(({ state }) => state.alive);
    return alive.flatMap((agent) => agent.lend() ?? []);
  }

  /** Stops every agent, also those still starting. Idempotent; never rejects. */
  async release(): Promise<void> {
    this.#released = true;
    const heard = this.hearing.end();
    const started = await Promise.allSettled(this.#starts);
    const agents = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await Promise.allSettled([heard, ...agents.map((agent) => agent.stop())]);
  }

  async #launch(name: string, options: AgentOptions, limitMs: number): Promise<Phone> {
    this.#assertMayListen(name, options);
    await this.#hooks.lock(locksOfAgent(name, options));
    const [binary, { startAgent }] = await Promise.all([
      this.#binary(),
      import('../../baresip/agent.js'),
    ]);
    const context: BaresipContext = {
      ...this.#context(name),
      binary,
      isolate: this.#policy.rules.isolate,
    };
    return startAgent(
      name,
      this.guard.agentOptions(name, this.hearing.optionsOf(options), binary.version),
      context,
      limitMs,
    );
  }

  async #open(name: string, options: PeerOptions): Promise<PeerAgent> {
    this.#assertMayListen(name, options);
    this.guard.servers(name, options);
    await this.#hooks.lock(locksOfAgent(name, options));
    const { startPeer } = await import('../../peer/peer.js');
    return startPeer(name, options, this.#context(name));
  }

  #context(name: string): AgentContext {
    const { audio } = this.#hooks;
    return {
      emit: (event, at) => this.#hooks.emit(name, event, at),
      began: this.#hooks.began,
      sip: (message, raw, at) => {
        this.#hooks.sip(name, message, raw, at);
      },
      log: (line) => {
        this.#hooks.log(name, line);
      },
      config: (files) => {
        this.#hooks.config(name, files);
      },
      guard: this.guard.guardOf(name),
      ...(audio === undefined
        ? {}
        : { videoFile: (call: number) => videoFileOf(audio.file, name, call) }),
    };
  }

  #assertMayListen(
    name: string,
    { local_address: host, local_port: port }: Pick<AgentOptions, 'local_address' | 'local_port'>,
  ): void {
    if (host !== undefined && this.#policy.rules.untrusted) {
      const hint = 'leave local_address out';
      const what = `agent "${name}"`;
      assertMayListen(this.#policy.net, {
        what,
        host,
        ...(port === undefined ? {} : { port }),
        hint,
      });
    }
  }

  #refuse(name: string): void {
    if (this.#released) {
      throw new OffhookError('E_AGENT_GONE', {
        subject: `agent "${name}"`,
        what: 'not started',
        seen: 'the scenario has ended',
      });
    }
    if (this.#names.has(name)) {
      throw new OffhookError(
        'E_AGENT_NAME',
        {
          subject: `agent "${name}"`,
          what: 'not started',
          seen: 'this scenario already has an agent with that name',
        },
        { hint: 'give each agent a name of its own' },
      );
    }
    const { value, origin } = this.#policy.rules.maxAgents;
    if (this.#names.size >= value) {
      throw new OffhookError(
        'E_AGENT_LIMIT',
        {
          subject: `agent "${name}"`,
          what: 'not started',
          seen: `agents in the scenario: ${this.#names.size} (limit set by ${origin})`,
        },
        { hint: 'raise the limit with --max-agents' },
      );
    }
  }
}

function gone(name: string): never {
  throw new OffhookError('E_AGENT_GONE', {
    subject: `agent "${name}"`,
    what: 'does not exist in this scenario',
  });
}
