/**
 * A user agent that drives a baresip process of its own. Its verbs resolve when their local effect is done;
 * it emits the events of src/model, the same on every baresip version.
 * Knows SIP accounts, calls and processes. Must not know scripts, scenarios, reporters or settings.
 */
import type {
  AgentOptions,
  AudioStream,
  Done,
  Sound,
  StreamWish,
  Phone,
  VerbArguments,
} from '../agents/user-agent.js';
import type { AgentState } from '../model/agent-state.js';
import type { KeptAgent } from '../model/run-event.js';
import type { DriverVerb } from '../schema/verbs.js';
import type { BaresipContext } from './ground.js';
import type { Session } from './session.js';
import { Limit } from '../agents/limit.js';
import { hostPort, LOOPBACK } from '../agents/address.js';
import { launch } from './start/launch.js';
import { refuseIncoming } from './verbs/inbound.js';
import { VERBS } from './verbs/table.js';

/** @throws OffhookError E_AGENT_START, E_PORTS, E_CAPABILITY, E_ARGUMENT, and leaves nothing behind. */
export async function startAgent(
  name: string,
  options: AgentOptions,
  context: BaresipContext,
  limitMs: number,
): Promise<Phone> {
  return new Agent(await launch(name, options, context, new Limit(limitMs)));
}

class Agent implements Phone {
  readonly name: string;
  readonly aor: string;
  readonly contact: string;
  readonly serverless: boolean;
  readonly #session: Session;

  constructor(session: Session) {
    const { name, account, address, sipPort } = session.ground;
    this.#session = session;
    session.observe((event) => {
      refuseIncoming(session, event);
    });
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

  async act<V extends DriverVerb>(verb: V, args: VerbArguments<V>, limitMs: number): Promise<Done> {
    return VERBS[verb](this.#session, args, new Limit(limitMs));
  }

  watchRtp(): Promise<void> {
    return this.#session.rtp.watch();
  }

  sendAudio(sound: Sound | undefined, limitMs: number): Promise<Done> {
    return this.#session.source.send(sound, new Limit(limitMs));
  }

  listen(told: (stream: AudioStream) => void, want: StreamWish): void {
    this.#session.dumps.listen(told, want);
  }

  get hearing(): boolean {
    return this.#session.ground.audio;
  }

  lend(): KeptAgent {
    const { name, aor, contact, pid } = this;
    const { folder, slot } = this.#session.ground;
    this.#session.isLent = true;
    return { name, aor, contact, pid, control: hostPort(LOOPBACK, slot.control), folder };
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }
}
