/** What is told of the run under the pointer, or chosen by a key. One element shows it, wherever the strip is. */
import { signal } from '@preact/signals';
import type { StripRun } from '../../../monitor/model/view.js';

export interface Tip {
  readonly run: StripRun;
  /** What a click does. */
  readonly opens: string;
  /** px in the window: the middle of the run, and the strip's top and bottom. */
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

export const tip = signal<Tip | undefined>(undefined);
