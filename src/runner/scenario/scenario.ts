/** Runs one scenario: joins its thread, its agents and the reporters, and leaves nothing behind. */
import type { BaresipBinary } from '../../baresip/start/binary.js';
import { said, toErrorData } from '../../errors.js';
import type { AgentEvent, LogEntry, Watched } from '../../model/agent-event.js';
import { isHttpEvent, type HttpEvent } from '../../model/http-event.js';
import type { Failure, RunEvent, ScenarioId, Verdict } from '../../model/run-event.js';
import type {
  CallReply,
  CallRequest,
  Note,
  Outcome,
  RunJob,
  StampedNote,
} from '../../sandbox/protocol.js';
import type { Policy } from '../../policy/policy.js';
import type { ScenarioThread } from '../../sandbox/host/scenario-thread.js';
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
import { verdictOf } from './verdict.js';

export interface ScenarioTask {
  id: ScenarioId;
  job: RunJob;
  policy: Policy;
  timeoutMs: number;
}

export interface ScenarioServices {
  thread: ScenarioThread;
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
  /** ms since the run began. */
  now: () => number;
  emit: (event: RunEvent) => void;
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
}

export interface ScenarioResult {
  verdict: Verdict;
  failures: readonly Failure[];
}

export async function runScenario(
  task: ScenarioTask,
  services: ScenarioServices,
): Promise<ScenarioResult> {
  const run = new ScenarioRun(task, services);
  const { emit, now } = services;
  const began = now();
  emit({ type: 'scenario_started', at: began, scenario: task.id });
  const outcome = await run.execute();
  const failures = run.failures(outcome);
  const verdict = verdictOf(failures, outcome.skipped !== undefined);
  if (services.metrics) {
    for (const metric of run.metrics.result()) {
      emit({ type: 'metric', at: now(), scenario: task.id.id, ...metric });
    }
  }
  emit({
    type: 'scenario_finished',
    at: now(),
    scenario: task.id,
    verdict,
    ms: now() - began,
    ...(outcome.skipped === undefined ? {} : { skip_reason: outcome.skipped.reason }),
    failures,
  });
  return { verdict, failures };
}

/** Codes that mean the end of an agent. */
const ENDED: ReadonlySet<string> = new Set(['E_AGENT_CRASHED', 'E_SIP_DENIED', 'E_CALL_LIMIT']);

class ScenarioRun {
  readonly #task: ScenarioTask;
  readonly #services: ScenarioServices;
  readonly #log: EventLog;
  readonly #resources: Resources;
  readonly #http: Services;
  readonly metrics = new Metrics();
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
  /** Time of the newest event emitted. */
  #lastAt = 0;

  constructor(task: ScenarioTask, services: ScenarioServices) {
    this.#task = task;
    this.#services = services;
    this.#log = new EventLog(this.#began, (entry) => {
      this.#take(entry);
    });
    this.#http = new Services(
      { ...services.http, allow: task.policy.net },
      {
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
              saved: (agent, call, path) => {
                const [at, file] = [services.now(), services.shownPath(path)];
                this.#emit({ type: 'audio_saved', at, scenario: task.id.id, agent, call, file });
              },
            },
          }),
      emit: (agent, event, at) => this.#log.append(agent, event, at),
      began: this.#began,
      sip: (agent, message, raw, at) => {
        const entry = this.#log.enter(agent, { type: 'sip', message }, at);
        this.#sip.add(entry);
        this.#timeline.add({ kind: 'sip', at: entry.at, agent, message });
        this.#emit({ type: 'sip', at: services.now(), scenario: task.id.id, agent, message, raw });
      },
      log: (agent, line) => {
        this.#emit({ type: 'agent_log', at: services.now(), scenario: task.id.id, agent, line });
      },
      denied: (_agent, error) => {
        this.#crashes.push({ ...error.toData(), phase: 'body' });
      },
    });
  }

  /** Never rejects: whatever goes wrong is a failure of the outcome. */
  async execute(): Promise<Outcome> {
    const { thread, interrupted } = this.#services;
    const abort = (): void => {
      thread.abort('interrupt');
    };
    interrupted.addEventListener('abort', abort, { once: true });
    try {
      return await thread.run(
        this.#task.job,
        { timeout_ms: this.#task.timeoutMs, began: this.#began },
        {
          call: (request) => this.#call(request),
          note: (note) => {
            this.#note(note);
          },
        },
      );
    } catch (thrown) {
      return { failures: [{ ...toErrorData(thrown), phase: 'load' }], reusable: false };
    } finally {
      interrupted.removeEventListener('abort', abort);
      // A thread that had to be ended did not report the teardown.
      this.#timeline.teardownBegins();
      await Promise.all([this.#http.release(), this.#resources.release()]);
      this.#tellStall();
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
    secretsOf(request).forEach(this.#services.secret);
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

  /** The script knows its own requests. Post only requests to its mock servers, path only. */
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
    const happened = this.#services.now() - (performance.now() - this.#began) + sinceBegan;
    // A note can arrive a moment late; time never goes back in a report.
    const at = Math.max(happened, this.#lastAt);
    this.#emit(runEventOf(note, scenario, at, this.#waits));
  }

  #tellStall(): void {
    const text = this.#stalls.end();
    if (text === undefined) return;
    const { now } = this.#services;
    this.#emit({ type: 'warning', at: now(), scenario: this.#task.id.id, text, aside: true });
  }

  /** When each wait began; they nest no deeper than one, but a responder may wait inside of one. */
  readonly #waits: number[] = [];

  #emit(event: RunEvent): void {
    this.#lastAt = event.at;
    this.#stalls.event();
    this.#services.emit(event);
  }
}

/** Events emitted several times a second, for live displays, not for a record of what happened. */
function isForWatchers(event: AgentEvent): boolean {
  if (event.type === 'audio_speech') return event.change === undefined;
  return event.type === 'call_rtp' || event.type === 'audio_level';
}

function runEventOf(note: Note, scenario: string, at: number, waits: number[]): RunEvent {
  switch (note.type) {
    case 'waiting':
      waits.push(at);
      return { type: 'waiting', at, scenario, by: note.by, what: note.what, until: at + note.ms };
    case 'waited':
      return {
        type: 'waited',
        at,
        scenario,
        by: note.by,
        what: note.what,
        ok: note.ok,
        ms: at - (waits.pop() ?? at),
      };
    case 'step_started':
      waits.push(at);
      return { type: 'step_started', at, scenario, name: note.name, depth: note.depth };
    case 'step_finished': {
      const { name, depth, ok } = note;
      return { type: 'step_finished', at, scenario, name, depth, ok, ms: at - (waits.pop() ?? at) };
    }
    case 'warning':
      return { type: 'warning', at, scenario, text: note.text };
    case 'phase':
      return { type: 'phase', at, scenario, phase: note.phase };
    case 'assertion': {
      const { type, at: location, ...rest } = note;
      return { type, at, scenario, ...rest, ...(location === undefined ? {} : { location }) };
    }
    case 'log': {
      const { text, at: location } = note;
      return { type: 'log', at, scenario, text, ...(location === undefined ? {} : { location }) };
    }
  }
}
