/**
 * Durations and deadlines. All times inside Offhook are milliseconds (floats) on a monotonic clock;
 * scripts and flags write durations as "200ms", "5s", "2m" or a number of seconds.
 * No imports: this file also runs inside QuickJS.
 */

/** A duration as scripts write it: "200ms", "5s", "1.5s", "2m", or a number of seconds (at most 600). */
export type Duration = string | number;

/** Above this, a bare number was surely meant as milliseconds. */
const LARGEST_PLAIN_SECONDS = 600;
const LONGEST_MS = 24 * 3600 * 1000;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** Why a value is not a duration; `undefined` when it is one. Kept apart so that guest and host word it alike. */
export function durationProblem(value: unknown): string | undefined {
  if (typeof value === 'number') {
    if (!(value >= 0)) return 'is not zero or more seconds';
    if (value > LARGEST_PLAIN_SECONDS) {
      return `is more than ${LARGEST_PLAIN_SECONDS} seconds: for milliseconds write "${value}ms"`;
    }
    return undefined;
  }
  if (typeof value !== 'string') return 'is neither text like "5s" nor a number of seconds';
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(value);
  if (match === null) return 'is not of the form "200ms", "5s" or "2m"';
  if (Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0) > LONGEST_MS) return 'is longer than a day';
  return undefined;
}

/** Milliseconds of a duration. @throws RangeError when it is none (its message is `durationProblem`'s). */
export function durationMs(value: Duration): number {
  const problem = durationProblem(value);
  if (problem !== undefined) throw new RangeError(problem);
  if (typeof value === 'number') return value * 1000;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(value);
  return Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? 0);
}

/** "+01:00". @param west minutes, as Date#getTimezoneOffset gives them */
export function utcOffset(west: number): string {
  const minutes = Math.abs(west);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${west > 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** "850 ms", "3.2 s", "2 min 5 s": for people. */
export function formatMs(ms: number): string {
  if (ms < 0.005) return '0 ms';
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
