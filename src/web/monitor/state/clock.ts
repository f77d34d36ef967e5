/** The time of the server, once a second: the clock of the reader may be wrong, and ages are told of the server's times. */
import { signal } from '@preact/signals';

const TICK_MS = 1000;
/** The header of an answer has whole seconds and was on its way: less is no difference. */
const LEAST_DIFFERENCE_MS = 3000;

let ahead = 0;
export const now = signal(Date.now());

export function serverTime(): number {
  return Date.now() + ahead;
}

/** @param date the `Date` header of an answer that has just come */
export function learnServerTime(date: string | null): void {
  const at = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(at)) return;
  const difference = at - Date.now();
  ahead = Math.abs(difference) < LEAST_DIFFERENCE_MS ? 0 : difference;
  now.value = serverTime();
}

export function startClock(): void {
  setInterval(() => {
    now.value = serverTime();
  }, TICK_MS);
}
