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
import { answerIncoming } from './verbs/answering.js';
import { refuseIncoming } from './verbs/inbound.js';
import { takesReplaces } from './verbs/replaced.js';
import { VERBS, type RunningVerb } from './verbs/table.js';

/** @throws OffhookError E_AGENT_START, E_PORTS, E_CAPABILITY, E_ARGUMENT, and leaves nothing behind. */
export async function startAgent(
  name: string,
  options: AgentOptions,
  context: BaresipContext,
  limitMs: number,
): Promise<Phone> {
  const again = (before: Session | undefined, limit: Limit): Promise<Session> =>
    launch(name, options, context, limit, before);
  return new Agent(await again(undefined, new Limit(limitMs)), again);
}

interface Listening {
  readonly told: (stream: AudioStream) => void;
  readonly want: StreamWish;
}

type Launch = (before: Session, limit: Limit) => Promise<Session>;

class Agent implements Phone {
  readonly name: string;
  readonly aor: string;
  readonly contact: string;
  readonly serverless: boolean;
  readonly takesReplaces: boolean;
  readonly #launch: Launch;
  #session: Session;
  /** Sessions of processes that were switched off. Their recordings are read until the end of the scenario. */
  readonly #before: Session[] = [];
  readonly #listening: Listening[] = [];
  #watchesRtp = false;
  #isOn = true;
  /** A start under way. */
  #starting: Promise<unknown> | undefined;
  #ending: Promise<void> | undefined;

  constructor(session: Session, again: Launch) {
    const { name, account, address, sipPort } = session.ground;
    this.#session = session;
    this.#launch = again;
    treatIncoming(session);
    this.name = name;
    this.aor = account.aor;
    this.serverless = account.domain === undefined;
    this.takesReplaces = takesReplaces(session);
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
    const limit = new Limit(limitMs);
    if (verb === 'start') return this.#start(limit);
    if (verb === 'stop' || verb === 'kill') return this.#switchOff(verb);
    const running: RunningVerb = verb;
    return VERBS[running](this.#session, args as never, limit);
  }

  watchRtp(): Promise<void> {
    this.#watchesRtp = true;
    return this.#session.rtp.watch();
  }

  sendAudio(sound: Sound | undefined, limitMs: number): Promise<Done> {
    return this.#session.source.send(sound, new Limit(limitMs));
  }

  listen(told: (stream: AudioStream) => void, want: StreamWish): void {
    this.#listening.push({ told, want });
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
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #switchOff(by: 'stop' | 'kill'): Promise<Done> {
    this.#session.assertUsable(by);
    this.#isOn = false;
    await this.#session.switchOff(by);
    return { seq: this.#session.nextSeq - 1 };
  }

  async #start(limit: Limit): Promise<Done> {
    const before = this.#session;
    if (this.#ending !== undefined)
      throw before.problem('E_AGENT_GONE', 'start', 'the scenario has ended');
    if (this.#isOn || this.#starting !== undefined) {
      if (this.#isOn) before.assertUsable('start');
      throw before.problem(
        'E_AGENT_START',
        'start',
        'the agent is on',
        'stop() or kill() it first',
      );
    }
    const starting = this.#launch(before, limit);
    this.#starting = starting.catch(() => undefined);
    try {
      const session = await starting;
      this.#before.push(before);
      this.#session = session;
      this.#isOn = true;
    } finally {
      this.#starting = undefined;
    }
    treatIncoming(this.#session);
    for (const { told, want } of this.#listening) this.#session.dumps.listen(told, want);
    if (this.#watchesRtp) await this.#session.rtp.watch();
    return { seq: this.#session.nextSeq - 1 };
  }

  async #end(): Promise<void> {
    await this.#starting;
    await this.#session.stop();
    for (const session of [...this.#before, this.#session]) session.clear();
  }
}

/** Refuses incoming calls while `respond_incoming` is in force, and answers them as the option `answer` says. */
function treatIncoming(session: Session): void {
  session.observe((event) => {
    refuseIncoming(session, event);
    answerIncoming(session, event);
  });
}
