/**
 * One attempt of a scenario as people read it: header, lines, verdict, failures. Its page prints at once, or keeps
 * the text until the attempt has finished.
 */
import { formatMs } from '../../time.js';
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import type { AgentNames } from '../lines/agent-names.js';
import { printFailures, printMore } from '../lines/failure.js';
import type { Page, Style } from '../lines/page.js';
import { isBad, type AttemptResult } from '../results.js';
import { printLaterFailures } from './same-failure.js';
import { ScenarioView } from '../lines/scenario-view.js';
import { oneLine, plain } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';

export interface BlockOptions {
  /** quiet: failures and the summary; verbose: everything. */
  mode?: 'quiet' | 'normal' | 'verbose';
  /** Locations below this folder are shown relative to it. */
  cwd?: string;
  /** Options a scenario needs when it is run again, as words. */
  again?: () => readonly string[];
}

type FinishedEvent = Extract<RunEvent, { type: 'scenario_finished' | 'file_part_finished' }>;

export class ScenarioBlock {
  readonly scenario: ScenarioId;
  readonly #page: Page;
  readonly #names: AgentNames;
  readonly #view: ScenarioView;
  readonly #options: BlockOptions;
  readonly #before: () => void;
  #hasHeader = false;
  #aside: string | undefined;

  /** @param before called once, in front of the header */
  constructor(
    page: Page,
    names: AgentNames,
    started: Extract<RunEvent, { type: 'scenario_started' | 'file_part_started' }>,
    options: BlockOptions,
    before: () => void = () => undefined,
  ) {
    this.scenario = started.scenario;
    this.#page = page;
    this.#names = names;
    this.#options = options;
    this.#before = before;
    this.#view = new ScenarioView(page, names, started.scenario, started.at, {
      verbose: options.mode === 'verbose',
      cwd: options.cwd ?? '',
      before: () => {
        this.header();
      },
    });
  }

  on(event: RunEvent): void {
    if (event.type === 'warning' && event.aside === true && this.#options.mode !== 'verbose') {
      this.#aside = event.text;
      return;
    }
    // The user asked for these events, so -q does not hide them.
    const asked = event.type === 'metric' || event.type === 'audio_saved';
    if (this.#options.mode !== 'quiet' || asked) this.#view.on(event);
  }

  header(): void {
    if (this.#hasHeader) return;
    this.#hasHeader = true;
    this.#before();
    const { bold, dim } = this.#page.palette;
    const { tags, attempt } = this.scenario;
    const which = attempt === 1 ? '' : ` (attempt ${attempt})`;
    const shown = tags.length === 0 ? '' : `  [${tags.map(oneLine).join(', ')}]`;
    this.#page.line(scenarioTitle(this.scenario) + which + shown, {
      style: (line) => {
        const hasTags = shown !== '' && line.endsWith(shown);
        const split = hasTags ? line.length - shown.length : line.length;
        return bold(line.slice(0, split)) + (hasTags ? dim(line.slice(split)) : '');
      },
    });
  }

  /** @param earlier the attempts before this one @param firstLike the attempt, already shown, that failed in the same way */
  finish(event: FinishedEvent, earlier: readonly AttemptResult[], firstLike?: number): void {
    this.header();
    const [mark, style] = looks(this.#page, event.verdict);
    const text = verdictText(event);
    this.#page.line(text, { indent: 2, lead: [[`${mark} `, style]], style });
    const { failures, verdict } = event;
    if (failures.length === 0) return;
    if (firstLike !== undefined) {
      const same = `same failure as attempt ${firstLike}`;
      this.#page.line(same, { indent: 4, style: this.#page.palette.dim });
      return;
    }
    const context = { page: this.#page, names: this.#names, cwd: this.#options.cwd ?? '' };
    const first = earlier[0];
    if (first === undefined) printFailures(context, failures);
    else printLaterFailures(context, first.failures, failures);
    if (this.#aside !== undefined) {
      this.#page.blank();
      const lead = [['note: ', this.#page.palette.bold]] as const;
      this.#page.line(plain(this.#aside), { indent: 4, lead });
    }
    if (isBad(verdict) && event.type === 'scenario_finished' && event.retried !== true) {
      printMore(this.#page, event, this.#options.again?.());
    }
  }

  /** Prints that the run broke off before the scenario ended, below what is known of it. */
  breakOff(): void {
    this.header();
    const { bad } = this.#page.palette;
    const text = 'did not finish: the run broke off';
    this.#page.line(text, { indent: 2, lead: [['✗ ', bad]], style: bad });
  }
}

/** Prints a warning that is about the whole run. */
export function printWarning(page: Page, text: string): void {
  const { warn } = page.palette;
  page.line(plain(text), { lead: [['warning: ', warn]], style: warn });
}

/** The folder with the artefacts of an attempt, told by its status file; undefined for the attempt's other files. */
export function artifactsFolder({
  name,
  file,
}: Extract<RunEvent, { type: 'artifact' }>): string | undefined {
  return name === 'status.json' ? oneLine(file.slice(0, -name.length)) : undefined;
}

/** The mark of a verdict, and its style. */
export function looks(page: Page, verdict: AttemptResult['verdict']): readonly [string, Style] {
  const { good, bad, warn } = page.palette;
  if (verdict === 'passed') return ['✓', good];
  if (verdict === 'skipped') return ['-', warn];
  return verdict === 'flaky' ? ['~', warn] : ['✗', bad];
}

export function verdictText(event: FinishedEvent): string {
  const { verdict, ms, skip_reason: reason, scenario } = event;
  const retried = event.type === 'scenario_finished' ? event.retried : undefined;
  switch (verdict) {
    case 'skipped':
      return reason === undefined || reason === '' ? 'skipped' : `skipped: ${oneLine(reason)}`;
    case 'flaky':
      return `flaky: passed on attempt ${scenario.attempt} in ${formatMs(ms)}`;
    default:
      return `${verdict} in ${formatMs(ms)}${retried === true ? ', will be run again' : ''}`;
  }
}
