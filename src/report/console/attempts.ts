/**
 * What the console and the list have in common: each attempt that runs is a block of lines, warnings stand where they
 * belong, and the summary ends it. What is printed of an attempt, and when, is theirs.
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
  /** Its lines end without a verdict. */
  protected abstract brokeOff(attempt: Attempt & { kept: KeptText }): void;
  /** The artefacts of an attempt that has finished lie in that folder. */
  protected abstract artifacts(id: string, folder: string): void;
  protected abstract runFinished(event: EventOf<'run_finished'>): void;
  protected runStarted?(event: EventOf<'run_started'>): void;
  protected restarted?(event: EventOf<'scenario_restarted'>, attempt: Attempt): void;
  /** Everything is told, also where the run broke off. */
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
    this.#running.get(event.scenario)?.block.on(event);
  }

  close(): Promise<void> {
    for (const { block, kept } of this.#running.values()) {
      if (kept === undefined) continue;
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
  protected finish(block: ScenarioBlock, event: Finished, firstLike?: number): void {
    block.finish(event, this.#results.of(event.scenario)?.earlier ?? [], firstLike);
  }

  #take(id: string): Attempt | undefined {
    const attempt = this.#running.get(id);
    this.#running.delete(id);
    return attempt;
  }

  #warning(event: EventOf<'warning'>): void {
    const running = event.scenario === undefined ? undefined : this.#running.get(event.scenario);
    if (running !== undefined) running.block.on(event);
    else if (event.aside !== true && this.options.mode !== 'quiet') {
      printWarning(this.page, event.text);
    }
  }
}
