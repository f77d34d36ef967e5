/** What is told of the bar under the pointer, or chosen by a key. One element shows it, wherever the bars are. */
import { signal } from '@preact/signals';
import type { Outcome } from '../../../monitor/model/run.js';

export interface Told {
  /** Outcome of a run, as a mark. */
  readonly outcome?: Outcome;
  readonly head: string;
  readonly lines: readonly string[];
}

export interface Tip extends Told {
  /** px in the window: the middle of the bar, and the top and bottom of all bars. */
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

export const tip = signal<Tip | undefined>(undefined);
