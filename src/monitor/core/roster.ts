/** All monitors in the order of the configuration, as they are shown, and who watches their changes. */
import type { Change, MonitorView } from '../model/view.js';
import type { Watched } from './watched.js';

export interface RosterParts {
  readonly now: () => number;
  /** What a monitor waits for, in words. */
  readonly waitsFor: (name: string) => string | undefined;
}

export class Roster {
  readonly #parts: RosterParts;
  readonly #listeners = new Set<(change: Change) => void>();
  #watched = new Map<string, Watched>();

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  get(name: string): Watched | undefined {
    return this.#watched.get(name);
  }

  values(): readonly Watched[] {
    return [...this.#watched.values()];
  }

  replace(watched: readonly Watched[]): void {
    this.#watched = new Map(watched.map((one) => [one.name, one]));
  }

  view(watched: Watched): MonitorView {
    return watched.view(this.#parts.now(), this.#parts.waitsFor(watched.name));
  }

  /** A monitor that has left the configuration is not shown any more, though its last run may still end. */
  show(watched: Watched): void {
    if (this.#listeners.size === 0 || this.#watched.get(watched.name) !== watched) return;
    this.tell({ type: 'monitor', monitor: this.view(watched) });
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  watch(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
