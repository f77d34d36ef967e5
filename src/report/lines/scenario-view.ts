/**
 * One scenario as lines: what each agent does and what is asserted, as it happens. The console prints
 * them, JUnit keeps them as `system-out`.
 */
import { formatMs } from '../../time.js';
import type { SourceLocation } from '../../errors.js';
import type { AgentEvent } from '../../model/agent-event.js';
import type { Phase, RunEvent, ScenarioId } from '../../model/run-event.js';
import { findFunction } from '../../schema/contract.js';
import type { AgentNames } from './agent-names.js';
import type { LineOptions, Page, Style } from './page.js';
import { shortCallId } from '../../story/sip-words.js';
import { oneLine, plain } from '../../story/printable.js';
import { clockTime, padTo, shownLocation } from '../text.js';
import {
  agentEventText,
  assertionText,
  conditionText,
  metricText,
  verbText,
  waitedText,
} from '../../story/wording.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

interface ViewOptions {
  verbose: boolean;
  cwd: string;
  /** Called before each line: prints the header where it is missing. */
  before?: () => void;
}

/** Events that restate what a verb's line has just said. */
const RESTATING: ReadonlySet<string> = new Set(
  'registering unregistering call_dialed call_accepted call_superseded other'.split(' '),
);
/** Events after which a 200 to a REGISTER is news. */
const REGISTRATION_CHANGES: ReadonlySet<string> = new Set(
  'registering registration_expired register_failed unregistering unregistered exited'.split(' '),
);

/** Events that prove that the script goes on, so it has caught the last error. */
const GOING_ON: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>([
  'verb_started',
  'assertion',
  'waiting',
  'log',
  'step_started',
]);

export class ScenarioView {
  readonly scenario: ScenarioId;
  readonly #page: Page;
  readonly #names: AgentNames;
  readonly #startedAt: number;
  readonly #options: ViewOptions;
  readonly #steps: string[] = [];
  readonly #registered = new Set<string>();
  /** Call-IDs the events of each agent have named, and how lines show them. */
  readonly #callsOf = new Map<string, Set<string>>();
  readonly #callMarks = new Map<string, string>();
  #phase: Phase = 'body';
  #phaseShown: Phase = 'body';
  /** The verb that failed last, until it is known whether that ended the script. */
  #failed: EventOf<'verb_finished'> | undefined;

  constructor(
    page: Page,
    names: AgentNames,
    scenario: ScenarioId,
    startedAt: number,
    options: ViewOptions,
  ) {
    this.#page = page;
    this.#names = names;
    this.scenario = scenario;
    this.#startedAt = startedAt;
    this.#options = options;
  }

  on(event: RunEvent): void {
    if (GOING_ON.has(event.type)) this.#caughtLine();
    switch (event.type) {
      case 'phase':
        this.#phaseBegins(event.phase);
        return;
      case 'step_started':
        this.#line(event.at, undefined, `▸ ${oneLine(event.name)}`, this.#page.palette.bold);
        this.#steps.push(event.name);
        return;
      case 'step_finished':
        this.#stepFinished(event);
        return;
      case 'verb_started':
        this.#verbStarted(event);
        return;
      case 'verb_finished':
        this.#verbFinished(event);
        return;
      case 'waited':
        this.#waited(event);
        return;
      case 'assertion':
        this.#assertionLine(event);
        return;
      case 'log':
        this.#line(event.at, undefined, `log: ${plain(event.text)}`, undefined, event.location);
        return;
      case 'warning':
        this.#line(event.at, undefined, `warning: ${plain(event.text)}`, this.#page.palette.warn);
        return;
      case 'metric':
        this.#ofScenario(event.at, event.agent, metricText(event));
        return;
      case 'audio_saved': {
        const text = `call ${event.call} saved: ${oneLine(event.file)}`;
        this.#ofScenario(event.at, event.agent, text);
        return;
      }
      case 'agent':
        this.#agent(event);
        return;
      default:
        return;
    }
  }

  /** A line about the whole scenario: no part of its teardown, although it comes after it. */
  #ofScenario(at: number, agent: string, text: string): void {
    this.#phase = this.#phaseShown;
    this.#line(at, agent, text, this.#page.palette.dim);
  }

  /** A part that was stopped leaves its steps unfinished. */
  #phaseBegins(phase: Phase): void {
    this.#failed = undefined;
    this.#steps.length = 0;
    // What runs once per file has a header of its own.
    this.#phase = phase === 'setup_file' || phase === 'teardown_file' ? 'body' : phase;
  }

  #stepFinished(event: EventOf<'step_finished'>): void {
    this.#steps.pop();
    const took = formatMs(event.ms);
    if (!event.ok) {
      const text = `✗ step failed: ${oneLine(event.name)} (${took})`;
      this.#line(event.at, undefined, text, this.#page.palette.bad);
    } else if (this.#options.verbose) {
      const text = `▪ ${oneLine(event.name)} took ${took}`;
      this.#line(event.at, undefined, text, this.#page.palette.dim);
    }
  }

  #verbStarted(event: EventOf<'verb_started'>): void {
    if (event.agent !== undefined) this.#names.add(event.agent);
    if (this.#isQuiet(event)) return;
    const text = verbText(event.verb, event.args);
    this.#line(event.at, event.agent, text, this.#page.palette.bold, event.location);
  }

  #verbFinished(event: EventOf<'verb_finished'>): void {
    const { bad, dim } = this.#page.palette;
    const took = formatMs(event.ms);
    if (event.error !== undefined) {
      this.#line(event.at, event.agent, `✗ ${event.verb} failed after ${took}`, bad);
      // Where several verbs fail at the same time, a script catches the failure of the first.
      this.#failed ??= event;
    } else if (this.#options.verbose) {
      const result = event.result === undefined ? '' : `: ${oneLine(event.result)}`;
      this.#line(event.at, event.agent, `${event.verb} took ${took}${result}`, dim);
    }
  }

  /** Explains an error the script caught: the report explains only the error that ended the script. */
  #caughtLine(): void {
    const failed = this.#failed;
    this.#failed = undefined;
    if (failed?.error === undefined) return;
    const text = `caught by the script: ${plain(failed.error.message)}`;
    this.#line(failed.at, failed.agent, text, this.#page.palette.dim);
  }

  #isQuiet(event: EventOf<'verb_started'>): boolean {
    if (this.#options.verbose || event.agent !== undefined) return false;
    return findFunction('global', event.verb)?.row.quiet === true;
  }

  #waited(event: EventOf<'waited'>): void {
    const { dim, bad } = this.#page.palette;
    const text = `${event.ok ? '✓' : '✗'} ${conditionText(event.what)}${waitedText(event)}`;
    this.#line(event.at, undefined, text, event.ok ? dim : bad);
  }

  #assertionLine(event: EventOf<'assertion'>): void {
    const { dim, bad } = this.#page.palette;
    const claim = assertionText(event);
    if (event.ok) {
      const seen = this.#options.verbose && addsTo(event) ? `: seen ${oneLine(event.actual)}` : '';
      this.#line(event.at, undefined, `✓ ${claim}${seen}`, dim, event.location);
    } else {
      this.#line(event.at, undefined, `✗ ${claim}`, bad, event.location);
    }
  }

  #agent({ at, entry }: EventOf<'agent'>): void {
    const { event, agent } = entry;
    this.#names.add(agent);
    const mark = this.#callMark(agent, event);
    const crashed = event.type === 'exited' && !event.expected;
    const stopped = event.type === 'exited' && event.expected;
    const refreshed = this.#isRefresh(agent, event);
    const referred = event.type === 'call_dialed' && event.referred === true;
    const restates = RESTATING.has(event.type) && !referred;
    if (!this.#options.verbose && (stopped || refreshed || restates)) return;
    const style = crashed ? this.#page.palette.bad : undefined;
    const text = agentEventText(event, this.#names) + this.#processText(entry);
    this.#line(at, agent, mark + text, style);
  }

  /** -v: which call a line is about, from the second call of the agent on; the mark is that of timelines. */
  #callMark(agent: string, event: AgentEvent): string {
    if (!('call' in event)) return '';
    const calls = this.#callsOf.get(agent) ?? new Set();
    this.#callsOf.set(agent, calls.add(event.call));
    const mark =
      this.#callMarks.get(event.call) ?? shortCallId(event.call, [...this.#callMarks.keys()]);
    this.#callMarks.set(event.call, mark);
    return this.#options.verbose && calls.size > 1 ? `[${mark}] ` : '';
  }

  /** Whether this 200 to a REGISTER is a refresh: it only repeats the first 200. */
  #isRefresh(agent: string, { type }: AgentEvent): boolean {
    if (type === 'registered') {
      const known = this.#registered.has(agent);
      this.#registered.add(agent);
      return known;
    }
    if (REGISTRATION_CHANGES.has(type)) this.#registered.delete(agent);
    return false;
  }

  /** Events of the agents' processes are shown with -v alone. */
  #processText({ event }: EventOf<'agent'>['entry']): string {
    if (!this.#options.verbose) return '';
    if (event.type === 'started') {
      const program = event.version === undefined ? 'raw SIP peer' : `baresip ${event.version}`;
      return ` (${program}, ${event.address})`;
    }
    if (event.type !== 'exited') return '';
    const how = event.signal === null ? `exit code ${event.code ?? 'unknown'}` : event.signal;
    return ` (${how})`;
  }

  #line(
    at: number,
    agent: string | undefined,
    text: string,
    style?: Style,
    location?: SourceLocation,
  ): void {
    const page = this.#page;
    const { dim, plain: unstyled } = page.palette;
    this.#options.before?.();
    this.#phaseLine();
    const gap = page.narrow ? ' ' : '  ';
    const time = clockTime(at - this.#startedAt).slice(page.narrow ? 1 : 0);
    const colour = agent === undefined ? unstyled : page.palette.agent(this.#names.index(agent));
    const where =
      this.#options.verbose && location !== undefined
        ? `  at ${shownLocation(location, this.#options.cwd)}`
        : '';
    const options: LineOptions = {
      indent: page.narrow ? 0 : 2,
      lead: [
        [time + gap, dim],
        [padTo(oneLine(agent ?? ''), this.#names.width), colour],
        [gap + '  '.repeat(this.#steps.length), unstyled],
      ],
      ...(style === undefined ? {} : { style }),
    };
    page.line(text + where, options);
  }

  /** "setup:", "teardown:" - only where they did something. */
  #phaseLine(): void {
    if (this.#phase === this.#phaseShown) return;
    this.#phaseShown = this.#phase;
    const indent = this.#page.narrow ? 0 : 2;
    this.#page.line(`${this.#phase}:`, { indent, style: this.#page.palette.dim });
  }
}

/** Whether the actual value adds anything: after "equals 2" it is known. */
function addsTo({ matcher, actual, expected }: EventOf<'assertion'>): boolean {
  return actual !== expected && !/^is_(?:true|false|absent)$/.test(matcher);
}
