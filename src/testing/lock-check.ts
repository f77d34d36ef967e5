/** Checks the record of a run: what each scenario held, and that no two held the same at a time. */
import { expect } from 'vitest';
import type { RunEvent } from '../model/run-event.js';

/** Each run reads the wall clock once, in whole milliseconds, and writes its times in whole milliseconds. */
const ROUNDING_MS = 2;

interface Held {
  lock: string;
  scenario: string;
  from: number;
  to: number;
}

/** How long each scenario held each lock, by wall clock: several runs can be compared. */
export function heldLocks(events: readonly (RunEvent & { time: string })[]): readonly Held[] {
  const open = new Map<string, Held[]>();
  const all: Held[] = [];
  const end = (id: string, time: string): void => {
    for (const held of open.get(id) ?? []) held.to = Date.parse(time);
    open.delete(id);
  };
  for (const event of events) {
    if (event.type === 'locks_taken') {
      const { scenario, locks, time } = event;
      const held = locks.map((lock) => {
        return { lock, scenario, from: Date.parse(time), to: Infinity };
      });
      open.set(scenario, [...(open.get(scenario) ?? []), ...held]);
      all.push(...held);
    }
    if (event.type === 'scenario_restarted') end(event.scenario, event.time);
    if (event.type === 'scenario_finished') end(event.scenario.id, event.time);
  }
  return all;
}

/** @throws when two scenarios held a lock at the same time */
export function expectNoOverlap(held: readonly Held[]): void {
  const byLock = new Map<string, Held[]>();
  for (const one of held) byLock.set(one.lock, [...(byLock.get(one.lock) ?? []), one]);
  for (const [lock, uses] of byLock) {
    const inOrder = uses.sort((a, b) => a.from - b.from || a.to - b.to);
    for (const [index, next] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before === undefined) continue;
      expect(
        before.to,
        `${lock}: ${before.scenario} and ${next.scenario} at the same time`,
      ).toBeLessThanOrEqual(next.from + ROUNDING_MS);
    }
  }
}
