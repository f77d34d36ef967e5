/**
 * What the console and the list have in common: each running attempt is a block of lines, warnings stand where they
 * belong, and the summary comes last. The subclasses decide what is printed of an attempt, and when.
 */
import type { RunEvent } from '../../model/run-event.js';
import { AgentNames } from '../lines/agent-names.js';
import type { KeptText, Page } from '../lines/page.js';
import type { Reporter } from '../reporter.js';
import { Results } from '../results.js';
import { artifactsFolder, printWarning, type BlockOptions, type ScenarioBlock } from './block.js';
import { RepeatedFailures } from './same-failure.js';
import { Summary } from './summary.js';
import type { Terminal } from './terminal.js';

export interface LinesOptions extends BlockOptions {
  terminal: Terminal;
}

export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
export type Started = EventOf<'scenario_started' | 'file_part_started'>;
export type Finished = EventOf<'scenario_finished' | 'file_part_finished'>;

export interface Attempt {
  block: ScenarioBlock;
  /** Its lines so far, where they are not printed at once. */
  kept: KeptText | undefined;
  /** Events whose lines are not made yet, where most attempts need none; absent = lines are made at once. */
  later?: RunEvent[] | undefined;
}

/** An attempt with more events has its lines made as they come: events take more memory than text that is cut. */
const MOST_LATER = 2000;

/** Makes the lines that were put off, and from now on at once. */
function catchUp(attempt: Attempt): void {
  const events = attempt.later ?? [];
  attempt.later = undefined;
  for (const event of events) attempt.block.on(event);
}

export abstract class AttemptsReporter implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config', 'source'] as const);
  protected readonly options: LinesOptions;
  protected readonly names = new AgentNames();
  protected readonly summary: Summary;
  readonly #results = new Results();
  readonly #repeated = new RepeatedFailures();
  readonly #running = new Map<string, Attempt>();

  constructor(options: LinesOptions) {
    this.options = options;
    this.summary = new Summary(this.page, this.#results, this.names, options.cwd ?? '');
  }

  /** Makes the block of an attempt. */
  protected abstract begun(event: Started): Attempt;
  protected abstract finished(event: Finished, attempt: Attempt | undefined): void;
  /** Ends the lines of an attempt that has no verdict. */
  protected abstract brokeOff(attempt: Attempt & { kept: KeptText }): void;
  /** Notes the folder that holds the artefacts of a finished attempt. */
  protected abstract artifacts(id: string, folder: string): void;
  protected abstract runFinished(event: EventOf<'run_finished'>): void;
  protected runStarted?(event: EventOf<'run_started'>): void;
  protected restarted?(event: EventOf<'scenario_restarted'>, attempt: Attempt): void;
  /** Called when everything was reported, also if the run broke off. */
  protected over?(): void;

  on(event: RunEvent): void {
    this.options.terminal.on(event);
    this.#results.on(event);
    this.summary.on(event);
    this.#repeated.on(event);
    switch (event.type) {
      case 'run_started':
        this.names.take(event);
        this.runStarted?.(event);
        return;
      case 'scenario_started':
      case 'file_part_started':
        this.#running.set(event.scenario.id, this.begun(event));
        return;
      case 'scenario_restarted': {
        const attempt = this.#take(event.scenario);
        if (attempt !== undefined) this.restarted?.(event, attempt);
        return;
      }
      case 'scenario_finished':
      case 'file_part_finished':
        this.finished(event, this.#take(event.scenario.id));
        return;
      case 'run_finished':
        this.runFinished(event);
        return;
      case 'warning':
        this.#warning(event);
        return;
      case 'artifact': {
        const folder = artifactsFolder(event);
        if (folder !== undefined) this.artifacts(event.scenario, folder);
        return;
      }
      case 'left_out':
      case 'sip':
      case 'agent_log':
      case 'agent_config':
      case 'source':
        return;
      case 'agent':
        this.names.take(event);
        break;
      default:
        break;
    }
    const running = this.#running.get(event.scenario);
    if (running !== undefined) this.#show(event, running);
  }

  close(): Promise<void> {
    for (const attempt of this.#running.values()) {
      const { block, kept } = attempt;
      if (kept === undefined) continue;
      catchUp(attempt);
      kept.keepAll();
      block.breakOff();
      this.brokeOff({ block, kept });
    }
    this.over?.();
    this.summary.breakOff();
    return this.options.terminal.close();
  }

  protected get page(): Page {
    return this.options.terminal.page;
  }

  /** The attempt that failed in the same way before, where scenarios are repeated. */
  protected firstLike({ scenario, failures }: Finished): number | undefined {
    return this.#repeated.firstLike(scenario, failures);
  }

  /** Prints the end of an attempt; of a repeated attempt only what differs from the earlier ones. */
  protected finish(attempt: Attempt, event: Finished, firstLike?: number): void {
    catchUp(attempt);
    attempt.kept?.keepAll();
    attempt.block.finish(event, this.#results.of(event.scenario)?.earlier ?? [], firstLike);
  }

  #take(id: string): Attempt | undefined {
    const attempt = this.#running.get(id);
    this.#running.delete(id);
    return attempt;
  }

  #show(event: RunEvent, attempt: Attempt): void {
    if (attempt.later === undefined) {
      attempt.block.on(event);
      return;
    }
    attempt.later.push(event);
    if (attempt.later.length >= MOST_LATER) catchUp(attempt);
  }

  #warning(event: EventOf<'warning'>): void {
    const running = event.scenario === undefined ? undefined : this.#running.get(event.scenario);
    if (running !== undefined) this.#show(event, running);
    else if (event.aside !== true && this.options.mode !== 'quiet') {
      printWarning(this.page, event.text);
    }
  }
}
