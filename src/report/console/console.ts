/**
 * The console reporter: a run for the person who waits for it and for the log that is read tomorrow.
 * Prints events as they happen where one scenario runs at a time; of several at a time, the lines of each are
 * printed together when it has finished. block.ts prints one scenario, summary.ts the end.
 */
import type { RunEvent } from '../../model/run-event.js';
import { AgentNames } from '../lines/agent-names.js';
import { artifactsFolder, printWarning, ScenarioBlock, type BlockOptions } from './block.js';
import { KeptText, Page } from '../lines/page.js';
import type { Reporter } from '../reporter.js';
import { Results } from '../results.js';
import { Summary } from './summary.js';
import type { Terminal } from './terminal.js';
import { count, oneLine } from '../../story/printable.js';

export interface ConsoleOptions extends BlockOptions {
  terminal: Terminal;
}

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

interface Shown {
  block: ScenarioBlock;
  /** Of several at a time: its lines so far. */
  kept: KeptText | undefined;
}

export class ConsoleReporter implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config'] as const);
  readonly #terminal: Terminal;
  readonly #options: ConsoleOptions;
  readonly #names = new AgentNames();
  readonly #shown = new Map<string, Shown>();
  readonly #results = new Results();
  readonly #summary: Summary;
  /** The scenario whose end stands last on the page. */
  #lastTold = '';
  #isFirst = true;
  #isGrouped = false;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#terminal = options.terminal;
    this.#summary = new Summary(this.#page, this.#results, this.#names, options.cwd ?? '');
    if (options.mode !== 'quiet') this.#terminal.live();
  }

  on(event: RunEvent): void {
    this.#terminal.on(event);
    this.#results.on(event);
    this.#summary.on(event);
    switch (event.type) {
      case 'run_started':
        this.#runStarted(event);
        return;
      case 'scenario_started':
      case 'file_part_started':
        this.#scenarioStarted(event);
        return;
      case 'scenario_restarted':
        this.#restarted(event);
        return;
      case 'scenario_finished':
      case 'file_part_finished':
        this.#scenarioFinished(event);
        return;
      case 'warning':
        this.#warning(event);
        return;
      case 'run_finished':
        if (!this.#isFirst) this.#page.blank();
        this.#summary.print(event);
        return;
      case 'left_out':
      case 'sip':
      case 'agent_log':
      case 'agent_config':
        return;
      case 'artifact':
        this.#artifact(event);
        return;
      case 'agent':
        this.#names.take(event);
        break;
      default:
        break;
    }
    this.#shown.get(event.scenario)?.block.on(event);
  }

  close(): Promise<void> {
    for (const { block, kept } of this.#shown.values()) {
      if (kept === undefined) continue;
      block.breakOff();
      this.#release(kept);
    }
    this.#summary.breakOff();
    return this.#terminal.close();
  }

  get #page(): Page {
    return this.#terminal.page;
  }

  #runStarted(event: EventOf<'run_started'>): void {
    this.#names.take(event);
    this.#isGrouped = event.jobs > 1;
    if (this.#options.mode !== 'verbose') return;
    const baresip = event.baresip === undefined ? '' : `, baresip ${oneLine(event.baresip)}`;
    const what = `${count(event.scenarios, 'scenario')} in ${count(event.files, 'file')}`;
    const { dim } = this.#page.palette;
    this.#page.line(`offhook ${event.version}${baresip}: ${what}`, { style: dim });
    this.#page.blank();
  }

  #scenarioStarted(event: EventOf<'scenario_started' | 'file_part_started'>): void {
    const kept = this.#isGrouped ? new KeptText(1024 * 1024) : undefined;
    const page = kept === undefined ? this.#page : this.#page.onto(kept.write);
    const before = kept === undefined ? this.#separate.bind(this) : undefined;
    const block = new ScenarioBlock(page, this.#names, event, this.#options, before);
    this.#shown.set(event.scenario.id, { block, kept });
    if (this.#options.mode !== 'quiet') block.header();
  }

  /** Kept lines of the attempt are void, printed ones cannot be taken back. */
  #restarted({ scenario, reason }: EventOf<'scenario_restarted'>): void {
    const shown = this.#shown.get(scenario);
    this.#shown.delete(scenario);
    if (shown === undefined || shown.kept !== undefined || this.#options.mode === 'quiet') return;
    const { dim } = this.#page.palette;
    this.#page.line(`begins anew: ${oneLine(reason)}`, { indent: 2, style: dim });
  }

  #scenarioFinished(event: EventOf<'scenario_finished' | 'file_part_finished'>): void {
    const shown = this.#shown.get(event.scenario.id);
    if (shown === undefined) return;
    this.#shown.delete(event.scenario.id);
    const { block, kept } = shown;
    const isTold = event.verdict !== 'passed' && event.verdict !== 'skipped';
    if (this.#options.mode !== 'quiet' || isTold) {
      block.finish(event, this.#results.of(event.scenario)?.earlier ?? []);
      this.#lastTold = event.scenario.id;
    }
    if (kept !== undefined) this.#release(kept);
  }

  /** One line for all artefacts of an attempt, behind its failure. */
  #artifact(event: EventOf<'artifact'>): void {
    const folder = artifactsFolder(event);
    if (folder === undefined || event.scenario !== this.#lastTold) return;
    this.#page.line(folder, { indent: 4, lead: [['artefacts: ', this.#page.palette.bold]] });
  }

  #release({ text }: KeptText): void {
    if (text === '') return;
    this.#separate();
    this.#terminal.output.write(text);
  }

  #separate(): void {
    if (!this.#isFirst) this.#page.blank();
    this.#isFirst = false;
  }

  #warning(event: EventOf<'warning'>): void {
    const shown = event.scenario === undefined ? undefined : this.#shown.get(event.scenario);
    if (shown !== undefined) shown.block.on(event);
    else if (event.aside !== true && this.#options.mode !== 'quiet') {
      printWarning(this.#page, event.text);
    }
  }
}
