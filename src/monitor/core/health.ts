/** What is wrong with the monitor program itself: by what it is about, with the time since when. */
import type { HealthProblem } from '../model/view.js';

type About = HealthProblem['about'];

/** The words of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export class Health {
  readonly #problems = new Map<string, HealthProblem>();
  readonly #changed: (problems: readonly HealthProblem[]) => void;

  constructor(changed: (problems: readonly HealthProblem[]) => void) {
    this.#changed = changed;
  }

  get problems(): readonly HealthProblem[] {
    return [...this.#problems.values()];
  }

  /** @param what tells several of the same kind apart, such as the name of a monitor */
  set(about: About, what: string, text: string, now: number): void {
    const key = `${about} ${what}`;
    const before = this.#problems.get(key);
    if (before?.text === text) return;
    this.#problems.set(key, { about, text, since: before?.since ?? now });
    this.#changed(this.problems);
  }

  clear(about: About, what: string): void {
    if (this.#problems.delete(`${about} ${what}`)) this.#changed(this.problems);
  }
}
