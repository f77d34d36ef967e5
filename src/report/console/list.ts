/**
 * The list: a line for each scenario as it finishes, the failed ones in full at the end. For runs whose lines nobody
 * reads one by one.
 */
import { formatMs } from '../../time.js';
import { KeptText } from '../lines/page.js';
import { isBad } from '../results.js';
import { count, oneLine } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';
import {
  AttemptsReporter,
  type Attempt,
  type EventOf,
  type Finished,
  type LinesOptions,
  type Started,
} from './attempts.js';
import { looks, ScenarioBlock, verdictText } from './block.js';

/** More failures than these are only named: nobody reads them all, and they take memory. */
const MOST_EXPLAINED = 100;

export class ListReporter extends AttemptsReporter {
  /** What is printed at the end, by the place of the scenario and the attempt. */
  readonly #explained: { id: string; order: number; attempt: number; text: string }[] = [];
  #unexplained = 0;
  #isOver = false;

  constructor(options: LinesOptions) {
    super(options);
    options.terminal.live(true);
  }

  protected begun(event: Started): Attempt {
    const kept = new KeptText(64 * 1024);
    const page = this.page.onto(kept.write);
    // Nobody reads the lines of an attempt that passes: making them takes a tenth of the main thread's time.
    return { block: new ScenarioBlock(page, this.names, event, this.options), kept, later: [] };
  }

  protected finished(event: Finished, attempt: Attempt | undefined): void {
    const { verdict, failures } = event;
    // A setup_file or teardown_file that passed is no result.
    if (event.type === 'file_part_finished' && failures.length === 0) return;
    const firstLike = this.firstLike(event);
    this.#line(event, firstLike);
    const kept = attempt?.kept;
    if (attempt === undefined || kept === undefined) return;
    if (!isBad(verdict) || firstLike !== undefined) return;
    this.finish(attempt, event);
    this.#keep(attempt.block, kept);
  }

  protected brokeOff({ block, kept }: { block: ScenarioBlock; kept: KeptText }): void {
    this.#keep(block, kept);
  }

  /** The folder is named behind the failure of the attempt. */
  protected artifacts(id: string, folder: string): void {
    const explained = this.#explained.find((one) => one.id === id);
    if (explained !== undefined) explained.text += `    artefacts: ${folder}\n`;
  }

  protected runFinished(event: EventOf<'run_finished'>): void {
    this.over();
    this.summary.print(event, this.#unexplained > 0);
  }

  /** The failures, in the order of the files. */
  protected override over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const sorted = this.#explained
      .splice(0)
      .sort((a, b) => a.order - b.order || a.attempt - b.attempt);
    for (const { text } of sorted) this.options.terminal.output.write(`\n${text}`);
    if (this.#unexplained > 0) {
      this.page.blank();
      this.page.line(`${count(this.#unexplained, 'more failure')}, named below`);
    }
    this.page.blank();
  }

  #line(event: Finished, firstLike: number | undefined): void {
    const { scenario, verdict, failures } = event;
    const { dim, plain } = this.page.palette;
    const [mark, style] = looks(this.page, verdict);
    const attempt = scenario.attempt === 1 ? '' : ` (attempt ${scenario.attempt})`;
    const how = verdict === 'passed' ? formatMs(event.ms) : verdictText(event);
    const why = isBad(verdict) && failures[0] !== undefined ? `: ${failures[0].message}` : '';
    const again = firstLike === undefined ? '' : ` (as attempt ${firstLike})`;
    const lead = [
      [`${mark} `, style],
      [`${scenarioTitle(scenario)}${attempt}`, plain],
      ['  ', dim],
    ] as const;
    const text = oneLine(how + why) + again;
    this.page.line(text, { lead, style: verdict === 'passed' ? dim : style, wrapped: false });
  }

  #keep({ scenario: { id, order, attempt } }: ScenarioBlock, { text }: KeptText): void {
    if (this.#explained.length >= MOST_EXPLAINED) this.#unexplained += 1;
    else this.#explained.push({ id, order, attempt, text });
  }
}
