/**
 * The console reporter: a run for the person who waits for it and for the log that is read tomorrow.
 * Prints events as they happen where one scenario runs at a time; of several at a time, the lines of each are
 * printed together when it has finished. block.ts prints one scenario, summary.ts the end.
 */
import { KeptText } from '../lines/page.js';
import { count, oneLine } from '../../story/printable.js';
import {
  AttemptsReporter,
  type Attempt,
  type EventOf,
  type Finished,
  type LinesOptions,
  type Started,
} from './attempts.js';
import { ScenarioBlock } from './block.js';

export class ConsoleReporter extends AttemptsReporter {
  /** The scenario whose end stands last on the page. */
  #lastTold = '';
  #isFirst = true;
  #isGrouped = false;

  constructor(options: LinesOptions) {
    super(options);
    if (options.mode !== 'quiet') options.terminal.live();
  }

  protected override runStarted(event: EventOf<'run_started'>): void {
    this.#isGrouped = event.jobs > 1;
    if (this.options.mode !== 'verbose') return;
    const baresip = event.baresip === undefined ? '' : `, baresip ${oneLine(event.baresip)}`;
    const what = `${count(event.scenarios, 'scenario')} in ${count(event.files, 'file')}`;
    const { dim } = this.page.palette;
    this.page.line(`offhook ${event.version}${baresip}: ${what}`, { style: dim });
    this.page.blank();
  }

  protected begun(event: Started): Attempt {
    const kept = this.#isGrouped ? new KeptText(1024 * 1024) : undefined;
    const page = kept === undefined ? this.page : this.page.onto(kept.write);
    const before = kept === undefined ? this.#separate.bind(this) : undefined;
    const block = new ScenarioBlock(page, this.names, event, this.options, before);
    if (this.options.mode !== 'quiet') block.header();
    return { block, kept };
  }

  /** Kept lines of the attempt are void, printed ones cannot be taken back. */
  protected override restarted({ reason }: EventOf<'scenario_restarted'>, { kept }: Attempt): void {
    if (kept !== undefined || this.options.mode === 'quiet') return;
    const { dim } = this.page.palette;
    this.page.line(`begins anew: ${oneLine(reason)}`, { indent: 2, style: dim });
  }

  protected finished(event: Finished, attempt: Attempt | undefined): void {
    if (attempt === undefined) return;
    const { kept } = attempt;
    const isTold = event.verdict !== 'passed' && event.verdict !== 'skipped';
    if (this.options.mode !== 'quiet' || isTold) {
      this.finish(attempt, event, this.firstLike(event));
      this.#lastTold = event.scenario.id;
    }
    if (kept !== undefined) this.#release(kept);
  }

  protected brokeOff({ kept }: { kept: KeptText }): void {
    this.#release(kept);
  }

  /** The folder is named behind the failure of the attempt. */
  protected artifacts(id: string, folder: string): void {
    if (id !== this.#lastTold) return;
    this.page.line(folder, { indent: 4, lead: [['artefacts: ', this.page.palette.bold]] });
  }

  protected runFinished(event: EventOf<'run_finished'>): void {
    if (!this.#isFirst) this.page.blank();
    this.summary.print(event);
  }

  #release({ text }: KeptText): void {
    if (text === '') return;
    this.#separate();
    this.options.terminal.output.write(text);
  }

  #separate(): void {
    if (!this.#isFirst) this.page.blank();
    this.#isFirst = false;
  }
}
