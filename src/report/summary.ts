/** The end of a run: counts, and once more everything that must not be overlooked. */
import { formatMs } from '../time.js';
import type { Counts, Failure, RunEvent, ScenarioId, Verdict } from '../model/run-event.js';
import type { Page } from './page.js';
import { count, oneLine, plain, scenarioTitle, shownPath } from './text.js';

export interface Finished {
  scenario: ScenarioId;
  verdict: Verdict;
  failure?: Failure;
}

interface SummaryInput {
  finished: readonly Finished[];
  warnings: readonly string[];
  /** Scenarios the run was to run. */
  planned: number;
  cwd: string;
}

const LEFT_OUT = 'left out (single-scenario files run when they are named, or with --all-files):';

const ORDER = ['passed', 'failed', 'errored', 'flaky', 'skipped'] as const;

export function printSummary(
  page: Page,
  event: Extract<RunEvent, { type: 'run_finished' }>,
  input: SummaryInput,
): void {
  const { good, bad, bold, warn } = page.palette;
  printFailed(page, input);
  // Printed under -q, too: both change what a green run means.
  printList(page, 'warnings:', [...new Set(input.warnings)]);
  printList(page, LEFT_OUT, event.left_out);
  const done = sum(event.counts);
  if (event.interrupted) {
    const missing = Math.max(0, input.planned - done);
    const rest = missing === 0 ? '' : `: ${count(missing, 'scenario')} did not run`;
    page.line(`interrupted${rest}`, { style: (text) => warn(bold(text)) });
  }
  const clean = event.exit === 0;
  page.line(`${count(done, 'scenario')}: ${countsText(event.counts)} in ${formatMs(event.ms)}`, {
    style: (text) => (clean ? good : bad)(bold(text)),
  });
}

function printFailed(page: Page, { finished, cwd }: SummaryInput): void {
  const failed = finished.filter(({ verdict }) => verdict === 'failed' || verdict === 'errored');
  // After a single scenario the failure stands right above.
  if (failed.length === 0 || finished.length === 1) return;
  const { bad, bold, dim } = page.palette;
  page.line('failed:', { style: (text) => bad(bold(text)) });
  for (const { scenario, failure } of failed) {
    page.line(failedText(scenario, failure, cwd), { indent: 2 });
    if (failure !== undefined) page.line(plain(failure.message), { indent: 6, style: dim });
  }
  page.blank();
}

/** "suite.js:12  is answered"; the scenario's own file is named where the place is in another one. */
function failedText(scenario: ScenarioId, failure: Failure | undefined, cwd: string): string {
  if (failure?.at === undefined) return scenarioTitle(scenario);
  const file = shownPath(failure.at.file, cwd);
  const same = file === shownPath(scenario.file, cwd);
  const name = same ? oneLine(scenario.name) : scenarioTitle(scenario);
  return `${file}:${failure.at.line}  ${name}`;
}

function printList(page: Page, title: string, items: readonly string[]): void {
  if (items.length === 0) return;
  page.line(title, { style: page.palette.warn });
  for (const item of items) page.line(plain(item), { indent: 2 });
  page.blank();
}

function sum(counts: Counts): number {
  return ORDER.reduce((total, verdict) => total + counts[verdict], 0);
}

function countsText(counts: Counts): string {
  const parts = ORDER.filter((verdict) => counts[verdict] > 0).map(
    (verdict) => `${counts[verdict]} ${verdict}`,
  );
  return parts.length === 0 ? 'none ran' : parts.join(', ');
}
