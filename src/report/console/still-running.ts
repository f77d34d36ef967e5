/**
 * Without a live line, prints a line about a scenario that takes long, so that a waiting run does not look like a hang.
 * It is driven by the clock, not by events, so a recorded run that is shown again has none of these lines.
 */
import { doing, type Activity, type Running } from './activity.js';
import { scenarioTitle } from '../../story/scenario-title.js';

const TICK_MS = 1000;
/** The first line about a scenario; each further one comes after twice the time. */
const FIRST_MS = 10_000;

export class StillRunning {
  readonly #activity: Activity;
  readonly #print: (text: string) => void;
  readonly #now: () => number;
  readonly #due = new WeakMap<Running, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(activity: Activity, print: (text: string) => void, now: () => number) {
    this.#activity = activity;
    this.#print = print;
    this.#now = now;
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    for (const running of this.#activity.running.values()) {
      const elapsed = this.#now() - running.since;
      const due = this.#due.get(running) ?? FIRST_MS;
      if (elapsed < due) continue;
      this.#due.set(running, due * 2);
      this.#print(`${scenarioTitle(running.scenario)}: ${this.#text(running)}`);
    }
  }

  #text(running: Running): string {
    const now = this.#now();
    const busy = doing(running);
    if (busy === undefined) return `still running after ${seconds(now - running.since)}`;
    const limit = busy.limit === undefined ? '' : ` of ${seconds(busy.limit)}`;
    const time = `${seconds(now - busy.since)}${limit}`;
    if (busy.kind === 'kept') return `${busy.what}: ${time}`;
    const verb = busy.kind === 'verb' ? 'still in' : 'still waiting for';
    return `${verb} ${busy.what}: ${time}`;
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
