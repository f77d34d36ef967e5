/** The control connection of an agent: commands and their replies, whether baresip still answers, and who took it over. */
import type { Socket } from 'node:net';
import { OffhookError } from '../../errors.js';
import type { Limit } from '../../agents/limit.js';
import { exitFollowsMs, KEEP_OFF, othersAt, takenOver } from '../start/control-port.js';
import { Ctrl, type Command, type CtrlSink } from './ctrl.js';
import type { Reply } from './events.js';

/** A baresip that works answers within a millisecond; loading audio can take some hundred milliseconds. */
const COMMAND_LIMIT_MS = 2000;

/** Why the connection has ended. */
export interface LostControl {
  readonly code: 'E_AGENT_HIJACKED' | 'E_AGENT_CONTROL';
  readonly what: string;
  readonly hint: string | undefined;
}

export interface LinkUser extends Omit<CtrlSink, 'closed'> {
  /** Whether the connection is expected to end, so that nobody needs to know why it ended. */
  expectsEnd(): boolean;
  /** Whether the process ends within that time, which explains the end of the connection. */
  endsWithin(ms: number): Promise<boolean>;
  lost(why: LostControl): void;
}

export class ControlLink {
  /** Our ports of all control connections to the agent, also of those to earlier processes of it. */
  readonly ends: number[];
  readonly #user: LinkUser;
  readonly #port: number;
  readonly #name: string;
  #ctrl: Ctrl | undefined;
  #ended = Promise.resolve();
  #isHung = false;

  /** @param port baresip listens there */
  constructor(user: LinkUser, port: number, name: string, ends: number[] = []) {
    this.#user = user;
    this.#port = port;
    this.#name = name;
    this.ends = ends;
  }

  attach(socket: Socket): void {
    const own = socket.localPort ?? 0;
    this.ends.push(own);
    const sink: CtrlSink = {
      event: (event) => {
        this.#user.event(event);
      },
      garbage: (text) => {
        this.#user.garbage(text);
      },
      closed: (reason, byPeer) => {
        this.#ended = this.#closed(reason, byPeer, own);
      },
    };
    this.#ctrl = new Ctrl(socket, sink, this.#name);
  }

  get isAttached(): boolean {
    return this.#ctrl !== undefined;
  }

  /** The connection, while baresip answers. */
  get answering(): Ctrl | undefined {
    return this.#isHung ? undefined : this.#ctrl;
  }

  get isHung(): boolean {
    return this.#isHung;
  }

  /**
   * Sends commands in one write. The replies never leave an unhandled rejection behind.
   * @param isStarting baresip loads modules and makes keys: that may take as long as the start itself
   */
  send(commands: readonly Command[], limit: Limit, isStarting: boolean): Promise<Reply>[] {
    const hangs = limit.left() >= COMMAND_LIMIT_MS;
    const within = isStarting ? limit : limit.atMost(COMMAND_LIMIT_MS);
    const replies = this.#ctrl?.send(commands, within) ?? [];
    for (const reply of replies) {
      reply.catch((error: unknown) => {
        const isSilent = error instanceof OffhookError && error.code === 'E_AGENT_HUNG';
        if (isSilent && hangs) this.#isHung = true;
      });
    }
    return replies;
  }

  /** Resolves once it is known why the connection has ended, if it has. */
  explained(): Promise<void> {
    return this.#ended;
  }

  close(): void {
    this.#ctrl?.close();
  }

  /** ctrl_tcp closes a connection only for a new one, which may send any command. */
  async #closed(reason: string, byPeer: boolean, own: number): Promise<void> {
    if (this.#user.expectsEnd()) return;
    const others = othersAt(this.#port, own, this.ends);
    if (await this.#user.endsWithin(exitFollowsMs(this.#port))) return;
    this.#user.lost(
      byPeer
        ? { code: 'E_AGENT_HIJACKED', what: takenOver(others), hint: KEEP_OFF }
        : { code: 'E_AGENT_CONTROL', what: reason, hint: undefined },
    );
  }
}
