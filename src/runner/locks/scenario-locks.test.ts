import { expect, test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { Locks } from './locks.js';
import { ScenarioLocks } from './scenario-locks.js';

interface Wanted {
  first?: readonly string[];
  likely?: readonly string[];
}

/** The locks of a scenario in a run of its own, and the locks it has told of. */
function inARun({ first = [], likely = [] }: Wanted, run = new Locks()) {
  const told: string[][] = [];
  const emit = (event: RunEvent): void => {
    if (event.type === 'locks_taken') told.push([...event.locks]);
  };
  const id = { id: 'a', key: 'a.js › a', file: 'a.js', name: 'a', tags: [], attempt: 1, order: 1 };
  const locks = new ScenarioLocks(run, id, { age: 1, first, likely }, { emit, now: () => 0 });
  return { locks, told, run };
}

test('what an earlier run took is kept from others of this run, and taken when it is needed', async () => {
  const unique = `${process.pid} ${Date.now()}`;
  const [gone, still] = [`sip:alice@pbx-of-before ${unique}`, `sip:alice@pbx ${unique}`];
  // another run on this machine uses the former server
  const other = inARun({ first: [gone] });
  expect(other.locks.claim()).toBe(true);
  await other.locks.begin();

  const { locks, told, run } = inARun({ likely: [gone, still] });
  const beside = inARun({ first: [still] }, run);
  try {
    expect(locks.claim()).toBe(true);
    expect(beside.locks.claim()).toBe(false);
    await locks.begin();
    await locks.take([still]);
    await locks.take([still]);
    expect(locks.taken()).toEqual([still]);
    // so the next run does not remember a lock that is not needed any more
    expect(told).toEqual([[still]]);
  } finally {
    locks.release();
    other.locks.release();
  }
  expect(beside.locks.claim()).toBe(true);
  beside.locks.release();
});
