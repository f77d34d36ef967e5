/**
 * One line on a terminal that shows what the run does, rewritten in place. It is drawn by its timer
 * only (10 a second), so quick waits never flash and an event costs next to nothing.
 */
import type { RunEvent } from '../../model/run-event.js';
import { formatMs } from '../../time.js';
import { doing, type Activity, type Doing, type Running } from './activity.js';
import type { Output } from '../output.js';
import type { Palette } from '../lines/page.js';
import { oneLine } from '../../story/printable.js';
import { cut } from '../text.js';

const TICK_MS = 100;
/** A shorter estimate would only flicker. */
const SHORTEST_REST_MS = 1000;
const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const CLEAR = '\r\u001b[2K';

export class LiveStatus {
  readonly #output: Output;
  readonly #palette: Palette;
  readonly #activity: Activity;
  readonly #now: () => number;
  /** Whether the line shows the progress and every running scenario, not just what the only running one waits for. */
  #isOverview: boolean;
  #timer: NodeJS.Timeout | undefined;
  #drawn = false;
  #frame = 0;
  #stopped = false;

  constructor(
    output: Output,
    palette: Palette,
    activity: Activity,
    options: { now: () => number; overview: boolean },
  ) {
    this.#output = output;
    this.#palette = palette;
    this.#activity = activity;
    this.#now = options.now;
    this.#isOverview = options.overview;
  }

  on(event: RunEvent): void {
    if (event.type === 'run_started' && event.jobs > 1) this.#isOverview = true;
    else if (event.type === 'run_finished') this.stop();
    else if (event.type === 'waiting' || event.type === 'verb_started') this.#begin();
    else if (event.type === 'scenario_started' && this.#isOverview) this.#begin();
  }

  /** Takes the line away before other output; the next tick draws it again. */
  clear(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#output.write(CLEAR);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.clear();
  }

  #begin(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      this.#draw();
    }, TICK_MS).unref();
  }

  #draw(): void {
    // One column is left free: a full line would wrap on some terminals.
    const { columns = 0 } = this.#output;
    // A terminal that does not know its width says 0.
    const room = (columns > 0 ? columns : 80) - 1;
    const text = this.#isOverview ? this.#overview(room - 2) : this.#single(room - 2);
    if (text === undefined) {
      this.clear();
      return;
    }
    this.#frame = (this.#frame + 1) % SPINNER.length;
    const line = `${SPINNER.charAt(this.#frame)} ${text}`;
    this.#output.write(CLEAR + this.#palette.dim(line));
    this.#drawn = true;
  }

  /** "one: bob.state equals Ringing  1.2 s / 5.0 s". */
  #single(room: number): string | undefined {
    const [running] = this.#activity.running.values();
    const busy = running === undefined ? undefined : doing(running);
    if (running === undefined || busy === undefined) return undefined;
    const times = `  ${this.#times(busy)}`;
    const what = `${oneLine(running.scenario.name)}: ${busyText(busy)}`;
    return cut(what, Math.max(4, room - times.length)) + times;
  }

  /** "12/30, 2 failed, 3 running: one (waits for sales, held by b.js › b), two (bob.accept)". */
  #overview(room: number): string | undefined {
    const { running, done, failed, planned, endsAt } = this.#activity;
    if (running.size === 0) return undefined;
    const bad = failed === 0 ? '' : `, ${failed} failed`;
    const left = endsAt === undefined ? 0 : endsAt - this.#now();
    const rest = left < SHORTEST_REST_MS ? '' : `, about ${formatMs(left)} left`;
    const head = `${done}/${planned}${bad}${rest}, ${running.size} running: `;
    const names = [...running.values()].map((one) => this.#runningText(one));
    return cut(head + names.join(', '), Math.max(4, room));
  }

  #runningText(running: Running): string {
    const busy = doing(running);
    const name = oneLine(running.scenario.name);
    return busy === undefined ? name : `${name} (${busyText(busy)} ${this.#times(busy)})`;
  }

  #times({ since, limit }: Doing): string {
    const elapsed = seconds(this.#now() - since);
    return limit === undefined ? elapsed : `${elapsed} / ${seconds(limit)}`;
  }
}

function busyText({ kind, what }: Doing): string {
  return kind === 'lock' ? `waits for ${what}` : what;
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
