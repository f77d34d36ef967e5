/**
 * One line on a terminal that shows the current wait, rewritten in place. It is drawn by its timer
 * only (10 a second), so quick waits never flash and an event costs next to nothing.
 */
import type { RunEvent } from '../model/run-event.js';
import type { Output } from './output.js';
import type { Palette } from './page.js';
import { cut, oneLine } from './text.js';
import { conditionText } from './wording.js';

const TICK_MS = 100;
const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const CLEAR = '\r\u001b[2K';

interface Waiting {
  what: string;
  since: number;
  /** How long it may take; absent = no limit known. */
  limit?: number;
}

export class LiveStatus {
  readonly #output: Output;
  readonly #palette: Palette;
  readonly #now: () => number;
  readonly #titles = new Map<string, string>();
  /** By scenario: a verb that runs, and on top of it what the script waits for. */
  readonly #verbs = new Map<string, Waiting>();
  readonly #waits = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #drawn = false;
  #frame = 0;
  #stopped = false;

  constructor(output: Output, palette: Palette, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#palette = palette;
    this.#now = now;
  }

  on(event: RunEvent): void {
    switch (event.type) {
      case 'scenario_started':
      case 'file_part_started':
        this.#titles.set(event.scenario.id, event.scenario.name);
        return;
      case 'scenario_finished':
      case 'file_part_finished':
        this.#titles.delete(event.scenario.id);
        this.#verbs.delete(event.scenario.id);
        this.#waits.delete(event.scenario.id);
        return;
      case 'waiting': {
        const limit = event.until - event.at;
        this.#begin(this.#waits, event.scenario, { what: event.what, since: this.#now(), limit });
        return;
      }
      case 'phase':
        // A scenario that was stopped leaves its waits and verbs unfinished.
        this.#verbs.delete(event.scenario);
        this.#waits.delete(event.scenario);
        return;
      case 'waited':
        this.#waits.delete(event.scenario);
        return;
      case 'verb_started': {
        const what = event.agent === undefined ? event.verb : `${event.agent}.${event.verb}`;
        this.#begin(this.#verbs, event.scenario, { what, since: this.#now() });
        return;
      }
      case 'verb_finished':
        this.#verbs.delete(event.scenario);
        return;
      case 'run_finished':
        this.stop();
        return;
      default:
        return;
    }
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

  #begin(into: Map<string, Waiting>, scenario: string, waiting: Waiting): void {
    into.set(scenario, waiting);
    if (this.#stopped || this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      this.#draw();
    }, TICK_MS).unref();
  }

  #draw(): void {
    const all = new Map([...this.#verbs, ...this.#waits]);
    const oldest = [...all].sort(([, a], [, b]) => a.since - b.since)[0];
    if (oldest === undefined) {
      this.clear();
      return;
    }
    const [scenario, waiting] = oldest;
    this.#frame = (this.#frame + 1) % SPINNER.length;
    const spinner = SPINNER.charAt(this.#frame);
    const title = oneLine(this.#titles.get(scenario) ?? scenario);
    const times = `  ${this.#times(waiting)}${others(all.size - 1)}`;
    // One column is left free: a full line would wrap on some terminals.
    const room = (this.#output.columns ?? 80) - 1 - times.length;
    const line =
      cut(`${spinner} ${title}: ${conditionText(waiting.what)}`, Math.max(4, room)) + times;
    this.#output.write(CLEAR + this.#palette.dim(line));
    this.#drawn = true;
  }

  #times({ since, limit }: Waiting): string {
    const elapsed = seconds(this.#now() - since);
    return limit === undefined ? elapsed : `${elapsed} / ${seconds(limit)}`;
  }
}

function others(number: number): string {
  return number === 0 ? '' : ` (+${number} more)`;
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
