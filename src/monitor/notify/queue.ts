/**
 * Selects the notices of the next message. Notices of a lane go out in the order in which they came, whatever the clock did: while
 * a message waits for its next try, later notices of its lane wait behind it, and then go out together. Pure.
 */
import type { Target } from '../model/targets.js';
import type { StoredNotice } from '../store/store.js';
import { bodyOf } from './notice.js';

/** So many messages to one target are on their way at a time. */
const MOST_AT_ONCE = 4;
/** A message tells at most so many changes. */
export const MOST_TOGETHER = 100;
/** No notice waits longer: a time further away was written before the clock was set back. */
const LONGEST_WAIT_MS = 2 * 3_600_000;

/** The lanes in which a message is being delivered: the next one of that lane has to wait. */
export type Busy = ReadonlyMap<string, unknown>;

export interface Batch {
  readonly lane: string;
  readonly target: Target;
  readonly notices: readonly StoredNotice[];
}

/** @returns the messages that are due and may be sent now */
export function dueBatches(
  notices: Iterable<StoredNotice>,
  targets: ReadonlyMap<string, Target>,
  busy: Busy,
  now: number,
): Batch[] {
  const free = freeOf(targets, busy);
  return [...lanesOf(notices, targets)].flatMap(([lane, { target, waiting }]) => {
    const places = free.get(target.name) ?? 0;
    const [first, ...rest] = waiting;
    if (busy.has(lane) || places < 1 || first === undefined || !isDue(first, now)) return [];
    free.set(target.name, places - 1);
    // What was tried together is tried again together.
    const delivery = bodyOf(first)?.delivery;
    const together =
      delivery === undefined
        ? rest.filter((notice) => bodyOf(notice)?.delivery === undefined)
        : rest.filter((notice) => bodyOf(notice)?.delivery === delivery);
    return [{ lane, target, notices: [first, ...together].slice(0, MOST_TOGETHER) }];
  });
}

/** @returns when the next message is due for which there is room; undefined: nothing waits, or a delivery must end first */
export function nextDue(
  notices: Iterable<StoredNotice>,
  targets: ReadonlyMap<string, Target>,
  busy: Busy,
): number | undefined {
  const free = freeOf(targets, busy);
  const times = [...lanesOf(notices, targets)]
    .filter(([lane, { target }]) => !busy.has(lane) && (free.get(target.name) ?? 0) > 0)
    .flatMap(([, { waiting }]) => waiting[0]?.next_at ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

function freeOf(targets: ReadonlyMap<string, Target>, busy: Busy): Map<string, number> {
  const free = new Map([...targets.keys()].map((name) => [name, MOST_AT_ONCE]));
  for (const lane of busy.keys()) {
    const [name] = JSON.parse(lane) as [string];
    free.set(name, (free.get(name) ?? 0) - 1);
  }
  return free;
}

interface Lane {
  readonly target: Target;
  readonly waiting: StoredNotice[];
}

function lanesOf(
  notices: Iterable<StoredNotice>,
  targets: ReadonlyMap<string, Target>,
): Map<string, Lane> {
  const lanes = new Map<string, Lane>();
  for (const notice of notices) {
    const target = targets.get(notice.target);
    if (target === undefined || notice.next_at === undefined) continue;
    const name = laneOf(notice, target);
    const lane = lanes.get(name) ?? { target, waiting: [] };
    lane.waiting.push(notice);
    lanes.set(name, lane);
  }
  return lanes;
}

/** PagerDuty takes one alert at a time: each monitor has its own order, and does not wait for the others. */
function laneOf(notice: StoredNotice, target: Target): string {
  const apart = target.type === 'webhook' && target.form.template === 'pagerduty';
  return JSON.stringify(apart ? [target.name, bodyOf(notice)?.told.monitor] : [target.name]);
}

function isDue({ next_at = 0 }: StoredNotice, now: number): boolean {
  return next_at <= now || next_at > now + LONGEST_WAIT_MS;
}
