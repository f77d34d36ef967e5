/**
 * A running agent: process, control connection and trace joined into one state. Everything that happens is
 * emitted here, in order; the verbs wait for it.
 */
import type { SipMessage } from '../sip/sip-message.js';
import { OffhookError, type ErrorCode } from '../errors.js';
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
import { exitFollowsMs, KEEP_OFF, othersAt, takenOver } from './start/control-port.js';
import { Ctrl, type Command, type CtrlSink } from './wire/ctrl.js';
import { Endpoints } from '../sip/endpoints.js';
import type { CtrlEvent, Reply } from './wire/events.js';
import { Dumps } from './media/dumps.js';
import type { Ground } from './ground.js';
import type { Consultation, RunningAgent } from './running-agent.js';
import type { VerbArguments } from '../agents/user-agent.js';
import { exitReason, type BaresipProcess, type Exit } from './start/process.js';
import { clearGround, endProcess } from './start/ending.js';
import { followRedirect } from './verbs/redirect.js';
import { RefusalLog } from './record/refusals.js';
import { stopRegistering } from './verbs/registering.js';
import { Registration } from './record/registration.js';
import { RtpWatch } from './media/rtp-watch.js';
import { AudioSource } from './media/source.js';
import { Limit } from '../agents/limit.js';
import { Waiters } from '../agents/waiters.js';
import { Wire, type LineOrigin, type WireSink } from './wire/wire.js';
import type { Socket } from 'node:net';

/** A baresip that works answers within a millisecond; loading audio can take some hundred milliseconds. */
const COMMAND_LIMIT_MS = 2000;
const ON = 'switch it on again with start()';
const SEE_LOGS = 'see its output with --logs';
const LOG_KEPT = 8;

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
  /** Our ports of all control connections to the agent, also of those to earlier processes of it. */
  readonly controlEnds: number[];
  consultation: Consultation | undefined;
  refusal: VerbArguments<'reject'> | undefined;
  process!: BaresipProcess;
  #ctrl: Ctrl | undefined;
  #controlEnd = Promise.resolve();
  /** Somebody else may take over the control connection. */
  isLent = false;
  #hung = false;
  #started = false;
  #stopping: Promise<void> | undefined;
  /** The verb that has switched the agent off: its folder and ports are kept for the next process. */
  #off: 'stop' | 'kill' | undefined;
  #error: OffhookError | undefined;
  /** Why the driver itself has ended the agent. */
  #denial: OffhookError | undefined;
  readonly #lostDigits: LostDigits | undefined;
  readonly #refusals: RefusalLog;
  /** When baresip wrote the message that is being handled. */
  #writtenAt: number | undefined;
  readonly #wire: Wire;
  readonly #observers: ((event: AgentEvent) => void)[] = [];
  readonly #lastLines: string[] = [];
  readonly #history = new EventHistory();

  /** `before`: the agent as it was when it was switched off, if it is switched on again. */
  constructor(ground: Ground, before?: Session) {
    this.ground = ground;
    this.state = before?.state ?? NEW_AGENT;
    this.controlEnds = before?.controlEnds ?? [];
    const emit = (event: AgentEvent) => this.emit(event);
    const { version } = ground.context.binary;
    this.#refusals = new RefusalLog(emit, version);
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
    this.registration = new Registration(emit, version, () => stopRegistering(this));
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
    const { address, sipPort } = ground;
    const own = [hostPort(address, sipPort), hostPort(address, sipPort + 1)];
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
      unseen: (uri) => {
        if (this.#denial === undefined) this.#deny(ground.context.guard?.unseen(uri));
      },
    };
    this.#wire = new Wire(new Endpoints(own), sink, ground.name);
  }

  stdout(chunk: Buffer): void {
    this.#wire.stdout(chunk);
  }

  stderr(chunk: Buffer): void {
    this.#wire.stderr(chunk);
  }

  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Takes over the control connection. */
  attach(socket: Socket): void {
    const own = socket.localPort ?? 0;
    this.controlEnds.push(own);
    const sink: CtrlSink = {
      event: (event) => {
        this.#event(event);
      },
      garbage: (text) => {
        this.emit({
          type: 'warning',
          text: `garbage on the control port: ${JSON.stringify(text)}`,
        });
      },
      closed: (reason, byPeer) => {
        this.#controlEnd = this.#controlClosed(reason, byPeer, own);
      },
    };
    this.#ctrl = new Ctrl(socket, sink, this.ground.name);
  }

  /** Once the control connection has ended: throws when another program took it over. */
  async assertNotHijacked(): Promise<void> {
    await this.#controlEnd;
    if (this.#denial !== undefined) throw this.#denial;
  }

  emit(event: AgentEvent): number {
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

  started(event: Omit<Extract<AgentEvent, { type: 'started' }>, 'type'>): void {
    this.#started = true;
    this.emit({ type: 'started', ...event });
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
    if (this.#ctrl === undefined) throw this.problem('E_AGENT_CONTROL', verb, 'not connected');
    this.#wire.commands(commands);
    // At its start baresip loads modules and makes keys, which may take as long as the start itself.
    const hangs = limit.left() >= COMMAND_LIMIT_MS;
    const replies = this.#ctrl.send(
      commands,
      this.#started ? limit.atMost(COMMAND_LIMIT_MS) : limit,
    );
    for (const reply of replies) {
      reply.catch((error: unknown) => {
        const silent = error instanceof OffhookError && error.code === 'E_AGENT_HUNG';
        if (silent && hangs) this.#hung = true;
      });
    }
    return replies;
  }

  get usable(): boolean {
    return this.#stopping === undefined && this.#error === undefined;
  }

  /** Throws when the agent cannot do anything any more. */
  assertUsable(verb: string): void {
    if (this.#off !== undefined)
      throw this.problem('E_AGENT_GONE', verb, `the agent is off: ${this.#off}() was called`, ON);
    if (this.#stopping !== undefined)
      throw this.problem('E_AGENT_GONE', verb, 'the agent was stopped');
    if (this.#error !== undefined) throw this.#error;
  }

  problem(code: ErrorCode, verb: string, what: string, hint?: string): OffhookError {
    const { name } = this.ground;
    return new OffhookError(
      code,
      { subject: `agent "${name}"`, verb, what },
      {
        agents: [name],
        ...(hint === undefined ? {} : { hint }),
      },
    );
  }

  /** `at`: when baresip wrote the message (performance.now()). */
  #traced(message: SipMessage, raw: string, at: number): void {
    const { context, routed } = this.ground;
    this.#writtenAt = at;
    context.sip(message, raw, at);
    if (message.direction === 'sent' && this.#denial === undefined)
      this.#deny(context.guard?.sent(message, { routed }));
    this.#refusals.message(message, raw);
    if (message.method === 'REGISTER') this.registration.message(message);
    else this.#message(message);
    this.#writtenAt = undefined;
    this.waiters.wake();
  }

  /** Ends an agent at once that sent a forbidden message, whatever it is doing. */
  #deny(denial: OffhookError | undefined): void {
    if (denial === undefined) return;
    this.#denial = denial;
    this.process.kill('SIGKILL');
    this.emit({ type: 'warning', text: denial.message });
    this.#error = denial;
    this.waiters.fail(denial);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Ends the process for stop() or kill(); the agent keeps its folder and ports, so that start() can use them again. */
  switchOff(by: 'stop' | 'kill'): Promise<void> {
    this.#off = by;
    this.#stopping ??= by === 'stop' ? this.#stop() : this.#kill();
    return this.#stopping;
  }

  /** To be called once the process has ended and its output was read. */
  ended(exit: Exit): void {
    this.#wire.end();
    const expected = this.#stopping !== undefined || this.#denial !== undefined;
    const reason = this.#denial?.message ?? exitReason(exit);
    const last =
      this.#lastLines.length === 0
        ? ''
        : `; its last lines: ${this.#lastLines.slice(-3).join(' | ')}`;
    this.#error =
      this.#denial ??
      this.problem(
        expected ? 'E_AGENT_GONE' : 'E_AGENT_CRASHED',
        'baresip',
        expected ? 'the agent was stopped' : `ended by itself: ${reason}${last}`,
        expected ? undefined : SEE_LOGS,
      );
    this.#release();
    // Fail the verbs first: they should report the dead process, not the calls that closed because of it.
    this.waiters.fail(this.#error);
    const { code, signal } = exit;
    // If the agent never finished starting, the start error is the report.
    const denial = this.#denial === undefined ? {} : { denial: this.#denial.toData() };
    const by = this.#off === undefined ? {} : { by: this.#off };
    if (this.#started)
      this.emit({ type: 'exited', code, signal, expected, ...by, reason, ...denial });
  }

  #release(): void {
    this.source.end();
    this.dumps.end();
    this.calls.end();
    this.rtp.end();
    this.registration.end();
    this.requests.end();
    this.inbox.end();
    this.#ctrl?.close();
    if (this.#off === undefined) this.clear();
  }

  /** Removes the folder and gives the ports back; nothing of it fails. Idempotent. */
  clear(): void {
    const problem = clearGround(this.ground);
    if (problem !== undefined) this.#keep(`offhook: cleaning up failed: ${problem}`);
  }

  #message(message: SipMessage): void {
    if (this.calls.message(message)) this.telephoneEvents.message(message);
    this.dumps.message(message);
    this.requests.message(message);
  }

  #line(line: string, from: LineOrigin): void {
    readLogLine(line, from, this.#refusals, this);
    this.#lostDigits?.line(line);
    this.#keep(line);
  }

  #keep(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > LOG_KEPT) this.#lastLines.shift();
    this.ground.context.log(line);
  }

  #event(event: CtrlEvent): void {
    if (event.name === 'CALL_MENC') this.dumps.encrypted(event);
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

  /** ctrl_tcp closes a connection only for a new one, which may send any command: the agent is ended at once. */
  async #controlClosed(reason: string, byPeer: boolean, own: number): Promise<void> {
    if (this.#stopping !== undefined || this.isLent) return;
    const others = othersAt(this.ground.slot.control, own, this.controlEnds);
    if ((await this.process.endsWithin(exitFollowsMs(this.ground.slot.control))) || !this.usable)
      return;
    const error = byPeer
      ? this.problem('E_AGENT_HIJACKED', 'control connection', takenOver(others), KEEP_OFF)
      : this.problem('E_AGENT_CONTROL', 'control connection', reason, SEE_LOGS);
    if (byPeer) {
      this.#deny(error);
      return;
    }
    // If the agent never finished starting, the start error is the report.
    if (this.#started) this.emit({ type: 'warning', text: error.message });
    this.#error = error;
    this.waiters.fail(error);
  }

  async #kill(): Promise<void> {
    this.waiters.fail(this.problem('E_AGENT_GONE', 'kill', 'the agent was killed'));
    this.process.kill('SIGKILL');
    await this.process.exited;
  }

  async #stop(): Promise<void> {
    if (this.process.running) {
      this.waiters.fail(this.problem('E_AGENT_GONE', 'stop', 'the agent was stopped'));
      this.registration.expect('none');
      const answers = !this.#hung && this.#error === undefined;
      await endProcess(this.process, answers ? this.#ctrl : undefined, this.#hung);
    }
    await this.process.exited;
  }
}
