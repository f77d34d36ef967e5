/**
 * What a run shows unless a reporter is named: line by line what happens, or, where that is too much to read, a list.
 * A terminal shows the lines of up to ten scenarios; a log, a pipe or a CI server those of a single one, for debugging it.
 */
import type { RunEvent } from '../../model/run-event.js';
import type { LinesOptions } from './attempts.js';
import { ConsoleReporter } from './console.js';
import { ListReporter } from './list.js';
import type { Reporter } from '../reporter.js';

const MOST_ON_TERMINAL = 10;

export class ByLength implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config', 'source'] as const);
  readonly #options: LinesOptions;
  readonly #before: RunEvent[] = [];
  #chosen: Reporter | undefined;

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  on(event: RunEvent): void {
    if (this.#chosen !== undefined) {
      this.#chosen.on(event);
      return;
    }
    this.#before.push(event);
    if (event.type !== 'run_started') return;
    const most = this.#options.terminal.isTTY ? MOST_ON_TERMINAL : 1;
    const isLong = event.scenarios > most;
    this.#choose(isLong);
  }

  close(): Promise<void> {
    return (this.#chosen ?? this.#choose(false)).close();
  }

  #choose(isLong: boolean): Reporter {
    const chosen = isLong ? new ListReporter(this.#options) : new ConsoleReporter(this.#options);
    this.#chosen = chosen;
    for (const event of this.#before.splice(0)) chosen.on(event);
    return chosen;
  }
}
