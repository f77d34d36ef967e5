/** The end of a run: counts, and once more everything that must not be overlooked. */
import { formatMs } from '../../time.js';
import type { Counts, Failure, FilePart, RunEvent, ScenarioId } from '../../model/run-event.js';
import type { AgentNames } from '../lines/agent-names.js';
import type { Page } from '../lines/page.js';
import { Repeats } from '../repeats/repeats.js';
import { isBad, type Results } from '../results.js';
import { count, oneLine, plain } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';
import { shownPath } from '../text.js';

const LEFT_OUT = 'left out (single-scenario files run when they are named, or with --all-files):';

const ORDER = ['passed', 'failed', 'errored', 'flaky', 'skipped'] as const;

/** Collects what the end needs, and prints it. */
export class Summary {
  readonly #page: Page;
  readonly #results: Results;
  readonly #cwd: string;
  readonly #repeats: Repeats;
  readonly #warnings: string[] = [];
  #started: Extract<RunEvent, { type: 'run_started' }> | undefined;
  #isRetried = false;
  #isOver = false;

  constructor(page: Page, results: Results, names: AgentNames, cwd: string) {
    this.#page = page;
    this.#results = results;
    this.#cwd = cwd;
    this.#repeats = new Repeats(names);
  }

  on(event: RunEvent): void {
    this.#repeats.on(event);
    if (event.type === 'run_started') this.#started = event;
    else if (event.type === 'scenario_finished') this.#isRetried ||= event.retried === true;
    else if (event.type === 'warning' && event.aside !== true) this.#warnings.push(event.text);
  }

  /** @param listFailed whether the failed scenarios are named: their explanations stand far above */
  print(event: Extract<RunEvent, { type: 'run_finished' }>, listFailed = true): void {
    this.#isOver = true;
    const { good, bad, bold, warn } = this.#page.palette;
    this.#repeats.print(this.#page, this.#cwd);
    // With --repeat, failures are already listed by scenario.
    if (listFailed && this.#started?.repeat === undefined) this.#printFailed();
    this.#printFlaky();
    // These are printed under -q, too, because both change what a green run means.
    this.#printList('warnings:', [...new Set(this.#warnings)]);
    this.#printList(LEFT_OUT, event.left_out);
    const done = sumOf(event.counts);
    if (event.interrupted) {
      const missing = Math.max(0, (this.#started?.scenarios ?? 0) - done);
      const rest = missing === 0 ? '' : `: ${count(missing, 'scenario')} did not run`;
      this.#page.line(`interrupted${rest}`, { style: (text) => warn(bold(text)) });
    }
    const style = event.exit === 0 ? good : bad;
    const counts = countsText(
      event.counts,
      this.#isRetried || this.#started?.retries !== undefined,
      this.#results.failedParts,
    );
    this.#page.line(`${count(done, 'scenario')}: ${counts} in ${formatMs(event.ms)}`, {
      style: (text) => style(bold(text)),
    });
  }

  /** Ends the report of a run that did not come to its end. */
  breakOff(): void {
    if (this.#isOver || this.#started === undefined) return;
    const text = 'the run broke off: not all results are known';
    this.#page.line(text, { style: this.#page.palette.bad });
  }

  #printFailed(): void {
    const results = this.#results.all();
    const failed = results.filter(({ verdict }) => isBad(verdict));
    // The failure of a single scenario stands right above.
    if (failed.length === 0 || results.length === 1) return;
    const { bad, bold } = this.#page.palette;
    this.#page.line('failed:', { style: (text) => bad(bold(text)) });
    for (const { scenario, failures } of failed) this.#printOne(scenario, failures[0]);
    this.#page.blank();
  }

  /** Green, but not forgotten: each with the failure of its first attempt. */
  #printFlaky(): void {
    const flaky = this.#results.all().filter(({ verdict }) => verdict === 'flaky');
    if (flaky.length === 0) return;
    const { warn, bold } = this.#page.palette;
    this.#page.line('flaky:', { style: (text) => warn(bold(text)) });
    for (const { scenario, earlier } of flaky) this.#printOne(scenario, earlier[0]?.failures[0]);
    this.#page.blank();
  }

  #printOne(scenario: ScenarioId, failure: Failure | undefined): void {
    this.#page.line(failedText(scenario, failure, this.#cwd), { indent: 2 });
    if (failure === undefined) return;
    this.#page.line(plain(failure.message), { indent: 6, style: this.#page.palette.dim });
  }

  #printList(title: string, items: readonly string[]): void {
    if (items.length === 0) return;
    this.#page.line(title, { style: this.#page.palette.warn });
    for (const item of items) this.#page.line(plain(item), { indent: 2 });
    this.#page.blank();
  }
}

/** "suite.js:12  is answered"; the scenario's own file is named where the place is in another one. */
function failedText(scenario: ScenarioId, failure: Failure | undefined, cwd: string): string {
  if (failure?.at === undefined) return scenarioTitle(scenario);
  const file = shownPath(failure.at.file, cwd);
  const same = file === shownPath(scenario.file, cwd);
  const name = same ? oneLine(scenario.name) : scenarioTitle(scenario);
  return `${file}:${failure.at.line}  ${name}`;
}

export function sumOf(counts: Counts): number {
  return ORDER.reduce((total, verdict) => total + counts[verdict], 0);
}

/**
 * @param isRetried whether the number of flaky scenarios is shown even if it is 0, because scenarios could be retried
 * @param failedParts what failed once per file, beside the scenarios
 */
export function countsText(
  counts: Counts,
  isRetried: boolean,
  failedParts: readonly FilePart[],
): string {
  const parts = ORDER.filter(
    (verdict) => counts[verdict] > 0 || (verdict === 'flaky' && isRetried),
  ).map((verdict) => `${counts[verdict]} ${verdict}`);
  if (parts.length === 0) parts.push('none ran');
  for (const part of ['setup_file', 'teardown_file'] as const) {
    const failed = failedParts.filter((one) => one === part).length;
    if (failed > 0) parts.push(`${failed} ${part} failed`);
  }
  return parts.join(', ');
}
