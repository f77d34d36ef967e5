/** When a monitor is due: pure, given the wall clock. */
import { Cron } from 'croner';
import type { Maintenance, MonitorSettings, Schedule } from '../model/settings.js';

/** A first run comes within this time of the start, so that monitors of the same interval do not run all at once. */
const SPREAD_MS = 60_000;

export interface Past {
  /** When it was due last, and when its last run began. */
  readonly due_at?: number;
  readonly started_at?: number;
  /** The last counted run was bad. */
  readonly is_bad: boolean;
}

/** Delay of a monitor's first run, at most its interval and SPREAD_MS: always the same for a name, evenly spread over names. */
export function phaseOf(name: string, every: number): number {
  // FNV-1a of 32 bits, and at its end the last step of MurmurHash3: names that differ in their last letter are far apart.
  let hash = 0x811c9dc5;
  for (const char of name) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return Math.round((hash / 2 ** 32) * Math.min(every, SPREAD_MS));
}

/** @returns when a monitor runs for the first time after the program has started, or its schedule has changed */
export function firstDue(
  { name, schedule }: Pick<MonitorSettings, 'name' | 'schedule'>,
  now: number,
  startedAt: number | undefined,
): number | undefined {
  if (schedule.kind !== 'every') return dueAfter(schedule, now);
  const { every_ms: every } = schedule;
  const next = startedAt === undefined ? undefined : startedAt + every;
  // A time in the past was missed while nothing ran; one too far away is of a clock that was wrong, or of an older schedule.
  if (next !== undefined && next > now && next <= now + every) return next;
  return now + phaseOf(name, every);
}

/** @returns when it is due next, after a run that began because it was due at `past.due_at` */
export function nextDue(
  { schedule, every_when_failing_ms: fast }: MonitorSettings,
  now: number,
  past: Past,
): number | undefined {
  if (schedule.kind === 'never') return undefined;
  const regular =
    schedule.kind === 'cron' ? dueAfter(schedule, now) : onGrid(schedule.every_ms, now, past);
  if (fast === undefined || !past.is_bad) return regular;
  const soon = Math.max(now, (past.started_at ?? now) + fast);
  return regular === undefined ? soon : Math.min(regular, soon);
}

/** A run that came late does not move those that follow; what was missed meanwhile is not made up for. */
function onGrid(every: number, now: number, { due_at: due = now }: Past): number {
  return due + Math.max(1, Math.floor((now - due) / every) + 1) * every;
}

/** @returns the first time after `now`, or nothing where none will come */
export function dueAfter(schedule: Schedule, now: number): number | undefined {
  if (schedule.kind === 'never') return undefined;
  if (schedule.kind === 'every') return now + schedule.every_ms;
  return cronOf(schedule).nextRun(new Date(now))?.getTime();
}

/** How long it is between two runs, about `now`. */
export function intervalOf(schedule: Schedule, now: number): number | undefined {
  if (schedule.kind === 'every') return schedule.every_ms;
  const first = dueAfter(schedule, now);
  const second = first === undefined ? undefined : dueAfter(schedule, first);
  return first === undefined || second === undefined ? undefined : second - first;
}

export function inMaintenance(windows: readonly Maintenance[], now: number): boolean {
  return windows.some((window) => {
    if ('from' in window) return window.from <= now && now < window.to;
    // A window is open if one began within its length: nextRun is the first time after the one given.
    const began = cronOf(window)
      .nextRun(new Date(now - window.duration_ms))
      ?.getTime();
    return began !== undefined && began <= now;
  });
}

function cronOf({ cron, timezone }: { readonly cron: string; readonly timezone: string }): Cron {
  return new Cron(cron, { timezone, paused: true });
}

/**
 * How far the wall clock is from where it would be by the steady clock, in ms, because it was set or the machine slept. Less than
 * a second is drift, and gives 0.
 */
export function jumpOf(before: { wall: number; steady: number }, now: typeof before): number {
  const jump = now.wall - before.wall - (now.steady - before.steady);
  return Math.abs(jump) < 1000 ? 0 : jump;
}

/** The due time after the clock has jumped: an interval keeps its length, a time of day stays that time. */
export function dueAfterJump(
  schedule: Schedule,
  due: number | undefined,
  { now, jump }: { readonly now: number; readonly jump: number },
): number | undefined {
  if (due === undefined) return undefined;
  return schedule.kind === 'cron' ? dueAfter(schedule, now) : due + jump;
}
