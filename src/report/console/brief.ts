/**
 * A run in as few words as possible, for a reader who pays for each of them: coding assistants. What failed, where,
 * and the command that shows more; without colours, and without a word about what passed.
 */
import { formatMs } from '../../time.js';
import type { RunEvent } from '../../model/run-event.js';
import { AgentNames } from '../lines/agent-names.js';
import type { BlockOptions } from './block.js';
import { printFailures, printMore } from '../lines/failure.js';
import { Page, palette } from '../lines/page.js';
import type { Reporter } from '../reporter.js';
import { isBad, Results, type ScenarioResult } from '../results.js';
import { countsText } from './summary.js';
import type { Terminal } from './terminal.js';
import { count, oneLine, plain } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';

interface BriefOptions extends Pick<BlockOptions, 'cwd' | 'again'> {
  terminal: Terminal;
}

/** Further failures are only counted: whoever has so many mends the first ones first. */
const MOST_EXPLAINED = 10;

export class BriefReporter implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config', 'source'] as const);
  readonly #options: BriefOptions;
  readonly #page: Page;
  readonly #names = new AgentNames();
  readonly #results = new Results();
  #explained = 0;
  #isRetried = false;
  #isOver = false;

  constructor(options: BriefOptions) {
    this.#options = options;
    this.#page = new Page(options.terminal.output.write, palette(0));
  }

  on(event: RunEvent): void {
    this.#results.on(event);
    switch (event.type) {
      case 'run_started':
        this.#isRetried = event.retries !== undefined;
        return;
      case 'agent':
        this.#names.take(event);
        return;
      case 'warning':
        if (event.aside !== true) this.#page.line(`warning: ${plain(event.text)}`);
        return;
      case 'scenario_finished':
      case 'file_part_finished': {
        const result = this.#results.of(event.scenario);
        const isRetried = event.type === 'scenario_finished' && event.retried === true;
        if (result !== undefined && !isRetried) this.#finished(result);
        return;
      }
      case 'run_finished': {
        this.#isOver = true;
        const rest = event.interrupted ? ', interrupted: not all scenarios ran' : '';
        const counts = countsText(event.counts, this.#isRetried, this.#results.failedParts);
        this.#page.line(`${counts} in ${formatMs(event.ms)}${rest}`);
        return;
      }
      default:
        return;
    }
  }

  close(): Promise<void> {
    if (!this.#isOver) this.#page.line('the run broke off: not all results are known');
    return this.#options.terminal.close();
  }

  #finished(result: ScenarioResult): void {
    const { scenario, verdict, failures, earlier } = result;
    if (verdict === 'flaky') {
      const first = earlier[0]?.failures[0]?.message ?? 'unknown';
      const text = `flaky: ${scenarioTitle(scenario)}: passed on attempt ${scenario.attempt}, failed first`;
      this.#page.line(`${text}: ${oneLine(first)}`);
    }
    if (!isBad(verdict)) return;
    this.#explained += 1;
    if (this.#explained > MOST_EXPLAINED) return;
    const times = earlier.length === 0 ? '' : ` in ${count(earlier.length + 1, 'attempt')}`;
    this.#page.line(`${verdict}${times}: ${scenarioTitle(scenario)}`);
    const context = { page: this.#page, names: this.#names, cwd: this.#options.cwd ?? '' };
    // The events stand in what the command below shows.
    printFailures(
      context,
      failures.slice(0, 1).map(({ timeline: _, ...failure }) => failure),
    );
    printMore(this.#page, result, this.#options.again?.());
    this.#page.blank();
  }
}
