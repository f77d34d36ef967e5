/** What came of a try to deliver a message, and when the next one is. Pure. */

/**
 * `sent`; `retry`: it may work later; `refused`: it will not. Texts are shown to people, and hold no secret.
 * `said`: what the receiver answered; `after_ms`: when it wants to be asked again.
 */
export type Sent =
  | { readonly result: 'sent'; readonly said: string }
  | { readonly result: 'retry'; readonly problem: string; readonly after_ms?: number }
  | { readonly result: 'refused'; readonly problem: string };

const FIRST_MS = 5000;
const LONGEST_MS = 15 * 60_000;
/** A receiver cannot ask for more: the message would be as good as lost. */
export const LONGEST_AFTER_MS = 3_600_000;

/**
 * Wait in ms: doubles from 5 s up to 15 minutes. Half of it is random, so that messages are not all tried again at once.
 * @param tries that failed so far, at least 1
 * @param chance in [0, 1)
 * @param after_ms what the receiver asked for: no sooner than that
 */
export function waitAfter(tries: number, chance: number, after_ms = 0): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 30));
  const wait = Math.round(longest / 2 + (longest / 2) * chance);
  return Math.max(wait, Math.min(after_ms, LONGEST_AFTER_MS));
}

/**
 * The value of Retry-After (RFC 9110, 10.2.3) in ms: seconds, or a date.
 * @returns undefined where it is neither
 */
export function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
