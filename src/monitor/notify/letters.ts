/** Notices that wait or were given up, as people see them. Pure. */
import type { Letter } from '../model/letter.js';
import type { HealthProblem, Undelivered } from '../model/view.js';
import type { Target } from '../model/targets.js';
import type { StoredNotice } from '../store/store.js';
import { headline } from './message.js';
import { bodyOf } from './notice.js';
import type { Outbox } from './outbox.js';

/** What was given up is kept for that long, and so many at most. */
const KEPT_MS = 7 * 24 * 3_600_000;
const MOST_DEAD = 1000;
/** So many wait for a target that cannot be reached; what is older tells nobody anything new. */
const MOST_WAITING = 1000;
/** So many tries that failed are a problem of the monitor, before the message is given up. */
const MANY_TRIES = 3;

export function letterOf(notice: StoredNotice): Letter | undefined {
  const body = bodyOf(notice);
  if (body === undefined) return undefined;
  const { id, target, created_at, tries, next_at, problem } = notice;
  return {
    id,
    target,
    monitor: body.told.monitor,
    subject: headline(body.told),
    created_at,
    tries,
    state: next_at === undefined ? 'dead' : 'waiting',
    ...(next_at === undefined ? {} : { next_at }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Messages that nobody took; one that waits for its first try is none of them. */
export function undeliveredOf(notices: readonly StoredNotice[]): Undelivered {
  const dead = notices.filter(({ next_at }) => next_at === undefined).length;
  const late = notices.filter(({ next_at, tries }) => next_at !== undefined && tries > 0).length;
  return { dead, late };
}

/** @param reached time of the last delivery to each target: messages given up before it are lost, but no longer a problem */
export function problemsOf(
  notices: readonly StoredNotice[],
  reached: ReadonlyMap<string, number>,
  outbox: Outbox['problem'],
): HealthProblem[] {
  const late = notices.filter(({ target, created_at, next_at, tries }) =>
    next_at === undefined ? created_at > (reached.get(target) ?? 0) : tries >= MANY_TRIES,
  );
  const targets = [...new Set(late.map(({ target }) => target))];
  const undelivered = targets.map((target): HealthProblem => {
    const own = late.filter((notice) => notice.target === target);
    const dead = own.filter(({ next_at }) => next_at === undefined).length;
    const what =
      dead === 0
        ? `${count(own.length)} to "${target}" ${own.length === 1 ? 'is' : 'are'} not delivered yet`
        : `${count(dead)} to "${target}" could not be delivered`;
    const problem = own.findLast((notice) => notice.problem !== undefined)?.problem;
    return {
      about: 'notify',
      text: problem === undefined ? what : `${what}: ${problem}`,
      since: Math.min(...own.map(({ created_at }) => created_at)),
    };
  });
  if (outbox === undefined) return undelivered;
  const text = `the store cannot keep notifications: ${outbox.text}`;
  return [...undelivered, { about: 'notify', text, since: outbox.since }];
}

/**
 * Waiting notices to give up: those for a target that is no longer configured, and the oldest where too many wait for one target.
 */
export function toGiveUp(
  notices: readonly StoredNotice[],
  targets: ReadonlyMap<string, Target>,
): StoredNotice[] {
  const waiting = notices.filter(({ next_at }) => next_at !== undefined);
  const behind = new Map<string, number>();
  return waiting.toReversed().flatMap(({ next_at: _, ...notice }) => {
    const { target } = notice;
    if (!targets.has(target)) {
      return [{ ...notice, problem: `"notify" has no "${target}" any longer` }];
    }
    const count = (behind.get(target) ?? 0) + 1;
    behind.set(target, count);
    if (count <= MOST_WAITING) return [];
    return [{ ...notice, problem: `more than ${MOST_WAITING} notifications wait for "${target}"` }];
  });
}

/** Notices that were given up and need not be kept, and those nobody can read. */
export function tooOld(notices: readonly StoredNotice[], now: number): StoredNotice[] {
  const dead = notices
    .filter(({ next_at }) => next_at === undefined)
    .sort((a, b) => b.created_at - a.created_at);
  const old = dead.filter(
    ({ created_at }, index) => index >= MOST_DEAD || now - created_at > KEPT_MS,
  );
  return [
    ...old,
    ...notices.filter((notice) => bodyOf(notice) === undefined && !old.includes(notice)),
  ];
}

function count(notices: number): string {
  return notices === 1 ? '1 notification' : `${notices} notifications`;
}
