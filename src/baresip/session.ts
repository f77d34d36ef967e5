/**
 * A running agent: process, control connection and trace joined into one state. Everything that happens is
 * emitted here, in order; the verbs wait for it.
 */
import type { SipMessage } from '../sip/sip-message.js';
import type { ErrorCode, OffhookError } from '../errors.js';
import type { AgentEvent } from '../model/agent-event.js';
import { NEW_AGENT, fold, type AgentState } from '../model/agent-state.js';
import { hostPort } from '../agents/address.js';
import { CallLog } from './record/call-log.js';
import { EventHistory } from '../agents/record/event-history.js';
import { hasCapability } from './capabilities.js';
import { holdAgain } from './verbs/hold.js';
import { TelephoneEvents } from './record/telephone-events.js';
import { Inbox } from './record/inbox.js';
import { readLogLine } from './record/log-lines.js';
import { readLostDigits, type LostDigits } from './media/lost-digits.js';
import { Contacts } from './wire/contacts.js';
import { RequestLog } from './record/request-log.js';
import { commandsFor, type CommandSet } from './wire/commands.js';
import { qualityEvent } from './record/call-quality.js';
import { ControlLink, type LinkUser, type LostControl } from './wire/control-link.js';
import type { Command } from './wire/ctrl.js';
import { Endpoints } from '../sip/endpoints.js';
import type { CtrlEvent, Reply } from './wire/events.js';
import { Dumps } from './media/dumps.js';
import type { Ground } from './ground.js';
import type { Consultation, Refusal, RunningAgent } from './running-agent.js';
import type { BaresipProcess, Exit } from './start/process.js';
import { Life, SEE_LOGS } from './life.js';
import { clearGround, endProcess } from './start/ending.js';
import { followRedirect } from './verbs/redirect.js';
import { endReplaced } from './verbs/replaced.js';
import { RefusalLog } from './record/refusals.js';
import { stopRegistering } from './verbs/registering.js';
import { Registration } from './record/registration.js';
import { RtpWatch } from './media/rtp-watch.js';
import { AudioSource } from './media/source.js';
import { Limit } from '../agents/limit.js';
import { Waiters } from '../agents/waiters.js';
import { Wire, type LineOrigin, type WireSink } from './wire/wire.js';
import type { Socket } from 'node:net';

const HANGUP_MS = 2000;

export class Session implements RunningAgent {
  readonly ground: Ground;
  readonly waiters = new Waiters();
  readonly calls: CallLog;
  readonly registration: Registration;
  readonly rtp = new RtpWatch(this);
  readonly source = new AudioSource(this);
  readonly dumps: Dumps;
  readonly requests: RequestLog;
  readonly inbox: Inbox;
  readonly telephoneEvents = new TelephoneEvents();
  readonly contacts = new Contacts();
  readonly commands: CommandSet;
  state: AgentState;
  consultation: Consultation | undefined;
  refusal: Refusal | undefined;
  process!: BaresipProcess;
  readonly #link: ControlLink;
  readonly #life: Life;
  /** Somebody else may take over the control connection. */
  isLent = false;
  readonly #lostDigits: LostDigits | undefined;
  readonly #refusals: RefusalLog;
  /** When baresip wrote the message that is being handled. */
  #writtenAt: number | undefined;
  readonly #wire: Wire;
  readonly #observers: ((event: AgentEvent) => void)[] = [];
  readonly #history = new EventHistory();

  /** `before`: the agent as it was when it was switched off, if it is switched on again. */
  constructor(ground: Ground, before?: Session) {
    this.ground = ground;
    this.#life = new Life(ground);
    this.state = before?.state ?? NEW_AGENT;
    const emit = (event: AgentEvent) => this.emit(event);
    const { address, sipPort, slot, proxy, context } = ground;
    const { version } = context.binary;
    this.#link = new ControlLink(this.#linkUser(), slot.control, ground.name, before?.controlEnds);
    this.#refusals = new RefusalLog(emit, version, proxy !== undefined);
    this.calls = new CallLog(emit, {
      resumedByItself: (call) => holdAgain(this, call),
      redirected: (call, response) => followRedirect(this, call, response),
      refusedInvite: (invite, response) => {
        this.#refusals.invite(invite, response);
      },
      failedTransferEndsCall: !hasCapability(version, 'failed_transfer_keeps_call'),
    });
    this.dumps = new Dumps(this, ground);
    this.#lostDigits = readLostDigits(this);
    this.registration = new Registration(
      emit,
      version,
      () => stopRegistering(this),
      proxy !== undefined,
    );
    this.inbox = new Inbox(emit);
    this.requests = new RequestLog(
      () => {
        this.waiters.wake();
      },
      (request, code, again) => {
        this.inbox.answered(request, code, again);
      },
    );
    this.commands = commandsFor(version, ground.account.aor, ground.idleAor, ground.mwi);
    const ports = proxy === undefined ? [sipPort, sipPort + 1] : [slot.inner[0]];
    const own = ports.map((port) => hostPort(address, port));
    const sink: WireSink = {
      message: (message, raw, at) => {
        this.#traced(message, raw, at);
      },
      line: (text, from) => {
        this.#line(text, from);
      },
      warning: (text) => {
        this.emit({ type: 'warning', text });
      },
      inner: (message) => {
        this.dumps.message(message);
      },
      unseen: (uri) => {
        if (this.#life.denial === undefined) this.#deny(ground.context.guard?.unseen(uri));
      },
    };
    this.#wire = new Wire(new Endpoints(own), sink, ground);
    proxy?.serve({
      guard: ground.context.guard,
      allows: (message) => this.#allows(message),
      passed: (message, raw, at) => {
        this.#wire.passed(message, raw, at);
      },
      gaveUp: (call) => {
        if (this.usable) void this.send('hangup', this.commands.hangup(call), new Limit(HANGUP_MS));
      },
      unreachable: (method, why) => {
        this.requests.failed(method, why, true);
        sink.warning(`${method} could not be sent: ${why}`);
      },
      problem: (text) => {
        sink.warning(text);
      },
    });
  }

  stdout(chunk: Buffer): void {
    this.#wire.stdout(chunk);
  }

  stderr(chunk: Buffer): void {
    this.#wire.stderr(chunk);
  }

  /** Our ports of all control connections to the agent, also of those to earlier processes of it. */
  get controlEnds(): number[] {
    return this.#link.ends;
  }

  get lastLines(): readonly string[] {
    return this.#life.lastLines;
  }

  #linkUser(): LinkUser {
    return {
      event: (event) => {
        const act = (): void => {
          this.#event(event);
        };
        if (this.ground.proxy === undefined) act();
        else this.ground.proxy.inOrder(act);
      },
      garbage: (text) => {
        const what = `garbage on the control port: ${JSON.stringify(text)}`;
        this.emit({ type: 'warning', text: what });
      },
      expectsEnd: () => this.#life.stopping !== undefined || this.isLent,
      endsWithin: (ms) => this.process.endsWithin(ms),
      lost: (why) => {
        this.#lost(why);
      },
    };
  }

  /** Takes over the control connection. */
  attach(socket: Socket): void {
    this.#link.attach(socket);
  }

  /** Once the control connection has ended: throws when another program took it over. */
  async assertNotHijacked(): Promise<void> {
    await this.#link.explained();
    if (this.#life.denial !== undefined) throw this.#life.denial;
  }

  emit(event: AgentEvent): number {
    // A call may come in while the driver still sets the agent up: such an agent has started.
    if (event.type !== 'warning') this.started();
    const { seq, at } = this.ground.context.emit(event, this.#writtenAt);
    const before = this.state;
    this.state = fold(before, event, at);
    this.#history.add(event, seq);
    this.source.event(event, before);
    for (const observer of this.#observers) observer(event);
    this.waiters.wake();
    return seq;
  }

  /** Calls `observer` with every event, once the state includes it. */
  observe(observer: (event: AgentEvent) => void): void {
    this.#observers.push(observer);
  }

  /** Emits that the agent has started, once. */
  started(): void {
    if (!this.#life.noteStarted()) return;
    const { context, account, address, sipPort } = this.ground;
    const { version } = context.binary;
    this.emit({ type: 'started', version, aor: account.aor, address: hostPort(address, sipPort) });
  }

  /** The newest log entry of that type, of that call, at or after `since`. */
  seqOf(type: AgentEvent['type'], call = '', since = 0): number | undefined {
    return this.#history.newest(type, call, since);
  }

  /** The seq of the next log entry. */
  get nextSeq(): number {
    return this.#history.last + 1;
  }

  /** Sends commands in one write. The replies never leave an unhandled rejection behind. */
  send(verb: string, commands: readonly Command[], limit: Limit): Promise<Reply>[] {
    this.assertUsable(verb);
    if (!this.#link.isAttached) throw this.problem('E_AGENT_CONTROL', verb, 'not connected');
    this.#wire.commands(commands);
    return this.#link.send(commands, limit, !this.#life.isStarted);
  }

  get usable(): boolean {
    return this.#life.usable;
  }

  /** Throws when the agent cannot do anything any more. */
  assertUsable(verb: string): void {
    this.#life.assertUsable(verb);
  }

  problem(code: ErrorCode, verb: string, what: string, hint?: string): OffhookError {
    return this.#life.problem(code, verb, what, hint);
  }

  #traced(message: SipMessage, raw: string, at: number): void {
    const { context } = this.ground;
    this.#writtenAt = at;
    context.sip(message, raw, at);
    if (message.direction === 'sent') this.#allows(message);
    this.#refusals.message(message, raw);
    if (message.method === 'REGISTER') this.registration.message(message);
    else this.#message(message);
    this.#writtenAt = undefined;
    this.waiters.wake();
  }

  /** Whether the agent may send that message; where it must not, it is ended. */
  #allows(message: SipMessage): boolean {
    const { context, routed } = this.ground;
    if (this.#life.denial === undefined) this.#deny(context.guard?.sent(message, { routed }));
    return this.#life.denial === undefined;
  }

  /** Ends an agent at once that sent a forbidden message, whatever it is doing. */
  #deny(denial: OffhookError | undefined): void {
    if (denial === undefined) return;
    this.#life.denial = denial;
    this.process.kill('SIGKILL');
    this.emit({ type: 'warning', text: denial.message });
    this.#life.error = denial;
    this.waiters.fail(denial);
  }

  stop(): Promise<void> {
    this.#life.stopping ??= this.#stop();
    return this.#life.stopping;
  }

  /** Ends the process for stop() or kill(); the agent keeps its folder and ports, so that start() can use them again. */
  switchOff(by: 'stop' | 'kill'): Promise<void> {
    this.#life.off = by;
    this.#life.stopping ??= by === 'stop' ? this.#stop() : this.#kill();
    return this.#life.stopping;
  }

  /** Must be called once the process has ended and its output was read. */
  ended(exit: Exit): void {
    this.#wire.end();
    const { error, event } = this.#life.ended(exit);
    this.#release();
    // Fail the verbs first: they should report the dead process, not the calls that closed because of it.
    this.waiters.fail(error);
    // If the agent never finished starting, the start error is the report.
    if (this.#life.isStarted) this.emit(event);
  }

  #release(): void {
    this.source.end();
    this.dumps.end();
    this.#lostDigits?.end();
    this.calls.end();
    this.rtp.end();
    this.registration.end();
    this.requests.end();
    this.inbox.end();
    void this.ground.proxy?.end();
    this.#link.close();
    if (this.#life.off === undefined) this.clear();
  }

  /** Removes the folder and gives the ports back; nothing of it fails. Idempotent. */
  clear(): void {
    const problem = clearGround(this.ground);
    if (problem !== undefined) this.#keep(`offhook: cleaning up failed: ${problem}`);
  }

  #message(message: SipMessage): void {
    if (this.calls.message(message)) this.telephoneEvents.message(message);
    // A dump finds its call by the messages around a log line: behind a proxy, by those between it and baresip (see `inner`).
    if (this.ground.proxy === undefined) this.dumps.message(message);
    this.requests.message(message);
    endReplaced(this, message);
  }

  #line(line: string, from: LineOrigin): void {
    readLogLine(line, from, this.#refusals, this);
    this.#lostDigits?.line(line);
    this.#keep(line);
  }

  #keep(line: string): void {
    this.#life.line(line);
    this.ground.context.log(line);
  }

  #event(event: CtrlEvent): void {
    if (event.name === 'CALL_MENC') this.dumps.encrypted(event);
    // The caller sees no answer yet.
    const isEarly = this.ground.proxy?.early.isEarly(event.call) === true;
    if (isEarly && event.name === 'CALL_ESTABLISHED') return;
    this.#wire.event(event);
    if (this.calls.event(event) || this.registration.event(event)) return;
    const quality = qualityEvent(event, this.state);
    if (quality !== undefined) {
      this.emit(quality);
      return;
    }
    if (this.inbox.event(event)) return;
    if (event.name === 'SHUTDOWN' || event.name === 'EXIT') return;
    this.emit({ type: 'other', name: event.name, fields: event.fields });
  }

  /** Somebody who has taken over the control connection may send any command: the agent is ended at once. */
  #lost({ code, what, hint = SEE_LOGS }: LostControl): void {
    if (!this.usable) return;
    const error = this.problem(code, 'control connection', what, hint);
    if (code === 'E_AGENT_HIJACKED') {
      this.#deny(error);
      return;
    }
    // If the agent never finished starting, the start error is the report.
    if (this.#life.isStarted) this.emit({ type: 'warning', text: error.message });
    this.#life.error = error;
    this.waiters.fail(error);
  }

  async #kill(): Promise<void> {
    this.waiters.fail(this.problem('E_AGENT_GONE', 'kill', 'the agent was killed'));
    this.process.kill('SIGKILL');
    await this.#gone();
  }

  async #stop(): Promise<void> {
    if (this.process.running) {
      this.waiters.fail(this.problem('E_AGENT_GONE', 'stop', 'the agent was stopped'));
      this.registration.expect('none');
      const { answering, isHung } = this.#link;
      const asked = this.#life.error === undefined ? answering : undefined;
      await endProcess(this.process, asked, isHung);
    }
    await this.#gone();
  }

  /** Resolves once the process has ended and nothing listens any more. */
  async #gone(): Promise<void> {
    await this.process.exited;
    await this.ground.proxy?.end();
  }
}
