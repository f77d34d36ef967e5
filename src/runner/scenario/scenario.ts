/** One run of a scenario: joins its thread, its agents and the reporters, and leaves nothing behind. */
import { setTimeout } from 'node:timers/promises';
import type { BaresipBinary } from '../../baresip/start/binary.js';
import { said, toErrorData } from '../../errors.js';
import type { AgentEvent, LogEntry, Watched } from '../../model/agent-event.js';
import { isHttpEvent, type HttpEvent } from '../../model/http-event.js';
import type { Failure, RunEvent, ScenarioId } from '../../model/run-event.js';
import type {
  CallReply,
  CallRequest,
  Outcome,
  RunJob,
  StampedNote,
} from '../../sandbox/protocol.js';
import type { Policy } from '../../policy/policy.js';
import type { ScenarioThread } from '../../sandbox/host/scenario-thread.js';
import { RestartNeeded } from '../locks/locks.js';
import type { ScenarioLocks } from '../locks/scenario-locks.js';
import type { Keeper } from '../keeper.js';
import { isForWatchers, runEventOf } from './notes.js';
import { EventLog } from './event-log.js';
import type { AudioFile } from '../../hearing/save-audio.js';
import { Metrics } from './metrics.js';
import { EntryFeed } from './entry-feed.js';
import { Resources } from '../bind/resources.js';
import { Services, type HttpSettings } from '../bind/http.js';
import { secretsOf } from '../bind/secrets.js';
import { SipHistory } from './sip-history.js';
import { Stalls } from './stalls.js';
import { Timeline } from './timeline.js';
import { argumentsText, carryOut, resultText } from '../bind/verbs.js';

export interface ScenarioTask {
  id: ScenarioId;
  job: RunJob;
  policy: Policy;
  timeoutMs: number;
  /** Whether an earlier attempt failed, so that passing now means flaky. */
  isRetry: boolean;
  /** Whether the scenario runs again if it fails. */
  mayRetry: boolean;
}

export interface ScenarioServices {
  thread: ScenarioThread;
  /** Claimed; the caller releases them. */
  locks: ScenarioLocks;
  binary: () => Promise<BaresipBinary>;
  http: HttpSettings;
  /** Emit a `metric` event for each agent at the end of a scenario. */
  metrics: boolean;
  /** Where the audio of every call of a scenario is saved; absent = nowhere. */
  audioFiles?: (scenario: ScenarioId) => AudioFile;
  /** A path as shown to people. */
  shownPath: (file: string) => string;
  /** Called with every password before it could be shown. */
  secret: (value: string) => void;
  /** How long an attempt pauses before a verb, ms; absent = never. */
  pauseMs?: (attempt: string, call: number) => number;
  /** Keeps what has failed; absent = everything is torn down at once. */
  keeper?: Keeper;
  /** Address of the SIP server that was started for the run. */
  lab?: string;
  /** ms since the run began, now or at that time of performance.now(). */
  now: (at?: number) => number;
  emit: (event: RunEvent) => void;
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
}

/** Verbs whose effects nobody else can see: a scenario that has called no others may begin anew. */
const LOCAL: ReadonlySet<string> = new Set<CallRequest['verb']>([
  ...(['agent', 'mock_server', 'on', 'respond', 'stop', 'requests'] as const),
]);

/** Error codes that mean that an agent has ended. */
const ENDED: ReadonlySet<string> = new Set(['E_AGENT_CRASHED', 'E_SIP_DENIED', 'E_CALL_LIMIT']);

export class ScenarioRun {
  readonly #task: ScenarioTask;
  readonly #services: ScenarioServices;
  readonly #log: EventLog;
  readonly #resources: Resources;
  readonly #http: Services;
  readonly metrics = new Metrics();
  /** Why the scenario must begin anew. */
  restart: RestartNeeded | undefined;
  readonly #timeline = new Timeline();
  readonly #feed = new EntryFeed((entries) => {
    this.#services.thread.post(entries);
  });
  readonly #sip = new SipHistory((entry) => {
    this.#feed.tell(entry);
  });
  readonly #began = performance.now();
  readonly #stalls = new Stalls(this.#began);
  readonly #crashes: Failure[] = [];
  #isReleased = false;
  /** How long it was kept after it had failed, ms. */
  keptMs = 0;
  /** Time of the newest event emitted. */
  #lastAt: number;

  constructor(task: ScenarioTask, services: ScenarioServices) {
    this.#task = task;
    this.#services = services;
    this.#lastAt = services.now(this.#began);
    this.#log = new EventLog(this.#began, (entry) => {
      this.#take(entry);
    });
    this.#http = new Services(
      { ...services.http, allow: task.policy.net },
      {
        lock: (names) => this.#lock(names),
        emit: (subject, event) => this.#log.append(subject, event),
        secret: services.secret,
        respond: (call) => services.thread.respond(call, this.#feed.take()),
        cancelResponse: (id) => {
          services.thread.cancelResponse(id);
        },
      },
    );
    this.#resources = new Resources(services.binary, task.policy, {
      ...(services.audioFiles === undefined
        ? {}
        : {
            audio: {
              file: services.audioFiles(task.id),
              saved: (agent, { call, path, began, ms, bytes, sha256 }) => {
                const [at, start] = [services.now(), services.now(began)];
                const about = { scenario: task.id.id, agent, call, file: services.shownPath(path) };
                this.#emit({ type: 'audio_saved', at, ...about, start, ms, bytes, sha256 });
              },
            },
          }),
      lock: (names) => this.#lock(names),
      emit: (agent, event, at) => this.#log.append(agent, event, at),
      began: this.#began,
      sip: (agent, message, raw, at) => {
        const entry = this.#log.enter(agent, { type: 'sip', message }, at);
        this.#sip.add(entry);
        this.#timeline.add({ kind: 'sip', at: entry.at, agent, message });
        const [now, happened] = [services.now(), services.now(this.#began + entry.at)];
        const scenario = task.id.id;
        this.#emit({ type: 'sip', at: now, scenario, agent, message, raw, happened });
      },
      log: (agent, line) => {
        this.#emit({ type: 'agent_log', at: services.now(), scenario: task.id.id, agent, line });
      },
      config: (agent, files) => {
        this.#emit({
          type: 'agent_config',
          at: services.now(),
          scenario: task.id.id,
          agent,
          files,
        });
      },
      denied: (_agent, error) => {
        this.#crashes.push({ ...error.toData(), phase: 'body' });
      },
    });
  }

  /**
   * Never rejects: whatever goes wrong is a failure of the outcome. @param refused why nothing is to run
   */
  async execute(refused: Failure | undefined): Promise<Outcome> {
    if (refused !== undefined) {
      this.#stalls.end();
      return { failures: [refused], reusable: true };
    }
    const { thread, interrupted } = this.#services;
    const abort = (): void => {
      thread.abort('interrupt');
    };
    interrupted.addEventListener('abort', abort, { once: true });
    try {
      const keep = this.#services.keeper === undefined ? {} : { keep: true as const };
      const outcome = await thread.run(
        { ...this.#task.job, ...keep },
        { timeout_ms: this.#task.timeoutMs, began: this.#began },
        {
          call: (request) => this.#call(request),
          note: (note) => {
            this.#note(note);
          },
        },
      );
      // Keeps the scenario here if there is no teardown, or if the thread was lost: then nobody has asked for that yet.
      await this.#keep(outcome.failures);
      return outcome;
    } catch (thrown) {
      return { failures: [{ ...toErrorData(thrown), phase: 'load' }], reusable: false };
    } finally {
      interrupted.removeEventListener('abort', abort);
      // A thread that had to be ended did not report the teardown.
      this.#timeline.teardownBegins();
      this.#services.locks.giveUp();
      await Promise.all([this.#http.release(), this.#resources.release()]);
      this.#tellStall();
      this.#isReleased = true;
    }
  }

  failures(outcome: Outcome): readonly Failure[] {
    const told = new Set(
      outcome.failures.flatMap((one) => (ENDED.has(one.code) ? (one.agents ?? []) : [])),
    );
    const untold = this.#crashes.filter((one) => !one.agents?.some((name) => told.has(name)));
    return [...untold, ...outcome.failures].map((one) => this.#timeline.attach(one));
  }

  async #call(request: CallRequest): Promise<CallReply> {
    const { now } = this.#services;
    const { call, verb, agent, at } = request;
    if (verb === 'watch') {
      return this.#watch(agent ?? '', request.args[0] as Watched).catch((error: unknown) => ({
        error: toErrorData(error),
      }));
    }
    if (verb === 'locks') {
      await this.#lock(request.args as readonly string[]);
      return {};
    }
    if (verb === 'keep') {
      await this.#keep(request.args as readonly Failure[]);
      return {};
    }
    secretsOf(request).forEach(this.#services.secret);
    if (!LOCAL.has(verb)) this.#services.locks.acted();
    if (verb === 'requests') return this.#http.perform(request);
    const base = {
      scenario: this.#task.id.id,
      call,
      verb,
      ...(agent === undefined ? {} : { agent }),
    };
    const began = now();
    this.#emit({
      type: 'verb_started',
      at: began,
      ...base,
      args: argumentsText(request),
      ...(at === undefined ? {} : { location: at }),
    });
    const pauseMs = this.#services.pauseMs?.(this.#task.id.id, call) ?? 0;
    if (pauseMs > 0) await setTimeout(pauseMs);
    const reply = await carryOut(request, this.#resources, this.#http);
    this.#feed.flush();
    const error = reply.error === undefined ? {} : { error: reply.error };
    const text = resultText(request, reply);
    const result = text === undefined ? {} : { result: text };
    this.#emit({
      type: 'verb_finished',
      at: now(),
      ...base,
      ms: now() - began,
      ...result,
      ...error,
    });
    return reply;
  }

  /** Keeps the scenario until Ctrl-C, once, if it has failed and something of it still runs. That time is not counted. */
  async #keep(failed: readonly Failure[]): Promise<void> {
    const { keeper, lab, thread, now } = this.#services;
    const failures = this.failures({ failures: failed, reusable: true });
    if (keeper === undefined || keeper.isOver || this.keptMs > 0) return;
    if (failures.length === 0 || this.restart !== undefined) return;
    const [agents, servers] = [this.#resources.lend(), this.#http.servers];
    if (agents.length + servers.length === 0 && lab === undefined) return;
    const goOn = thread.holdClock();
    // What happens from now on explains no failure, just like the events of a teardown.
    this.#timeline.teardownBegins();
    const [began, scenario] = [now(), this.#task.id.id];
    const inLab = lab === undefined ? {} : { lab };
    this.#emit({ type: 'scenario_kept', at: began, scenario, failures, agents, servers, ...inLab });
    await keeper.keep();
    this.keptMs = now() - began;
    goOn();
  }

  /** Takes locks before an agent or a server begins, or a line is used. Waiting for them is not the scenario's time. */
  async #lock(names: readonly string[]): Promise<void> {
    const { thread, locks } = this.#services;
    const goOn = thread.holdClock();
    try {
      await locks.take(names);
    } catch (thrown) {
      if (thrown instanceof RestartNeeded) {
        this.restart = thrown;
        thread.abort('restart');
      }
      throw thrown;
    } finally {
      goOn();
    }
  }

  async #watch(agent: string, what: Watched): Promise<CallReply> {
    if (what === 'sip') return { history: this.#sip.watch(agent) };
    const watched = this.#resources.agent(agent);
    if (what === 'rtp') await watched.watchRtp();
    else this.#resources.hearing.watch(watched, what);
    return {};
  }

  #take(entry: LogEntry): void {
    if (isForWatchers(entry.event)) {
      this.#feed.tell(entry);
      return;
    }
    if (isHttpEvent(entry.event)) this.#takeHttp(entry, entry.event);
    else if (entry.event.type !== 'other') this.#feed.tell(this.#sip.referring(entry));
    this.#timeline.add({ kind: 'event', entry });
    this.metrics.add(entry);
    this.#noticeCrash(entry.agent, entry.event);
    this.#emit({ type: 'agent', at: this.#services.now(), scenario: this.#task.id.id, entry });
  }

  /** Posts only requests to mock servers, without query and body: the script knows the requests that it sends itself. */
  #takeHttp(entry: LogEntry, event: HttpEvent): void {
    if (event.type !== 'http_received') return;
    this.#feed.hold({ ...entry, event: { ...event, query: '', body: '' } });
  }

  /** A crashed agent fails its scenario whatever the script makes of it: its state proves nothing. */
  #noticeCrash(agent: string, event: AgentEvent): void {
    if (event.type !== 'exited' || event.expected) return;
    this.#crashes.push({
      code: 'E_AGENT_CRASHED',
      ...said({
        subject: `agent "${agent}"`,
        what: 'its baresip ended by itself',
        seen: event.reason,
      }),
      hint: 'see its last log lines with --logs',
      agents: [agent],
      phase: 'body',
    });
  }

  #note({ at: sinceBegan, note }: StampedNote): void {
    if (note.type === 'phase' && note.phase === 'teardown') {
      this.#timeline.teardownBegins();
      this.#http.teardownBegins();
    }
    const scenario = this.#task.id.id;
    // A note can arrive a moment late; time never goes back in a report.
    const at = Math.max(this.#services.now(this.#began + sinceBegan), this.#lastAt);
    this.#emit(runEventOf(note, scenario, at, this.#waits));
  }

  #tellStall(): void {
    const text = this.#stalls.end();
    if (text === undefined) return;
    const { now } = this.#services;
    this.#emit({ type: 'warning', at: now(), scenario: this.#task.id.id, text, aside: true });
  }

  /** When each wait and step that has not ended began, the innermost last. */
  readonly #waits: number[] = [];

  #emit(event: RunEvent): void {
    // What an agent wrote before it was stopped can arrive after the record of its scenario is closed.
    if (this.#isReleased) return;
    this.#lastAt = event.at;
    this.#stalls.event();
    this.#services.emit(event);
  }
}
