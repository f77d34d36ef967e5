/**
 * The list: a line for each scenario as it finishes, the failed ones in full at the end. For runs whose lines nobody
 * reads one by one.
 */
import { formatMs } from '../../time.js';
import type { RunEvent } from '../../model/run-event.js';
import { AgentNames } from '../lines/agent-names.js';
import {
  artifactsFolder,
  looks,
  printWarning,
  ScenarioBlock,
  verdictText,
  type BlockOptions,
} from './block.js';
import { KeptText, Page } from '../lines/page.js';
import type { Reporter } from '../reporter.js';
import { isBad, Results } from '../results.js';
import { Summary } from './summary.js';
import type { Terminal } from './terminal.js';
import { count, oneLine } from '../../story/printable.js';
import { scenarioTitle } from '../text.js';

export interface ListOptions extends BlockOptions {
  terminal: Terminal;
}

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** More failures than these are only named: nobody reads them all, and they take memory. */
const MOST_EXPLAINED = 100;

export class ListReporter implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config'] as const);
  readonly #terminal: Terminal;
  readonly #options: ListOptions;
  readonly #names = new AgentNames();
  readonly #results = new Results();
  readonly #summary: Summary;
  readonly #running = new Map<string, { block: ScenarioBlock; kept: KeptText }>();
  /** What is printed at the end, by the place of the scenario and the attempt. */
  readonly #explained: { id: string; order: number; attempt: number; text: string }[] = [];
  #unexplained = 0;
  #isOver = false;

  constructor(options: ListOptions) {
    this.#options = options;
    this.#terminal = options.terminal;
    this.#summary = new Summary(this.#page, this.#results, this.#names, options.cwd ?? '');
    this.#terminal.live(true);
  }

  on(event: RunEvent): void {
    this.#terminal.on(event);
    this.#results.on(event);
    this.#summary.on(event);
    switch (event.type) {
      case 'scenario_started':
      case 'file_part_started': {
        const kept = new KeptText(64 * 1024);
        const page = this.#page.onto(kept.write);
        const block = new ScenarioBlock(page, this.#names, event, this.#options);
        this.#running.set(event.scenario.id, { block, kept });
        return;
      }
      case 'scenario_finished':
      case 'file_part_finished':
        this.#finished(event);
        return;
      case 'warning':
        this.#warning(event);
        return;
      case 'run_finished':
        this.#end();
        this.#summary.print(event, this.#unexplained > 0);
        return;
      case 'run_started':
        this.#names.take(event);
        return;
      case 'scenario_restarted':
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
    this.#running.get(event.scenario)?.block.on(event);
  }

  close(): Promise<void> {
    for (const { block, kept } of this.#running.values()) {
      block.breakOff();
      this.#keep(block, kept);
    }
    if (!this.#isOver) this.#end();
    this.#summary.breakOff();
    return this.#terminal.close();
  }

  get #page(): Page {
    return this.#terminal.page;
  }

  #finished(event: EventOf<'scenario_finished' | 'file_part_finished'>): void {
    const { scenario, verdict, failures } = event;
    // What ran once for a file and went well is no result.
    if (event.type === 'file_part_finished' && failures.length === 0) {
      this.#running.delete(scenario.id);
      return;
    }
    const [mark, style] = looks(this.#page, verdict);
    const attempt = scenario.attempt === 1 ? '' : ` (attempt ${scenario.attempt})`;
    const how = verdict === 'passed' ? formatMs(event.ms) : verdictText(event);
    const why = isBad(verdict) && failures[0] !== undefined ? `: ${failures[0].message}` : '';
    const { dim } = this.#page.palette;
    const lead = [
      [`${mark} `, style],
      [`${scenarioTitle(scenario)}${attempt}`, this.#page.palette.plain],
      ['  ', dim],
    ] as const;
    const text = oneLine(how + why);
    this.#page.line(text, { lead, style: verdict === 'passed' ? dim : style, wrapped: false });
    const running = this.#running.get(scenario.id);
    this.#running.delete(scenario.id);
    if (running === undefined || !isBad(verdict)) return;
    running.block.finish(event, this.#results.of(scenario)?.earlier ?? []);
    this.#keep(running.block, running.kept);
  }

  /** One line for all artefacts of an attempt, behind its failure. */
  #artifact(event: EventOf<'artifact'>): void {
    const folder = artifactsFolder(event);
    const explained = this.#explained.find(({ id }) => id === event.scenario);
    if (folder !== undefined && explained !== undefined) {
      explained.text += `    artefacts: ${folder}\n`;
    }
  }

  #keep({ scenario: { id, order, attempt } }: ScenarioBlock, { text }: KeptText): void {
    if (this.#explained.length >= MOST_EXPLAINED) this.#unexplained += 1;
    else this.#explained.push({ id, order, attempt, text });
  }

  /** The failures, in the order of the files. */
  #end(): void {
    this.#isOver = true;
    this.#running.clear();
    const sorted = this.#explained
      .splice(0)
      .sort((a, b) => a.order - b.order || a.attempt - b.attempt);
    for (const { text } of sorted) this.#terminal.output.write(`\n${text}`);
    if (this.#unexplained > 0) {
      this.#page.blank();
      this.#page.line(`${count(this.#unexplained, 'more failure')}, named below`);
    }
    this.#page.blank();
  }

  #warning(event: EventOf<'warning'>): void {
    const running = event.scenario === undefined ? undefined : this.#running.get(event.scenario);
    running?.block.on(event);
    if (running === undefined && event.aside !== true) printWarning(this.#page, event.text);
  }
}
