import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Locks, RestartNeeded, type Owner } from './locks.js';

/** Names that no other test or run uses. */
let unique = '';
const lock = (name: string): string => `${name}-${unique}`;
beforeEach(({ task }) => {
  unique = `${process.pid} ${Date.now()} ${task.id}`;
});

class Scenario implements Owner {
  readonly waited: string[] = [];
  acted = false;
  readonly name: string;
  readonly age: number;
  constructor(name: string, age: number) {
    this.name = name;
    this.age = age;
  }
  mayRestart(): boolean {
    return !this.acted;
  }
  waits(name: string, holder: string): void {
    this.waited.push(`${name.split('-')[0] ?? ''}: ${holder}`);
  }
}

const older = (): Scenario => new Scenario('older', 1);
const younger = (): Scenario => new Scenario('younger', 2);
const used: [Locks, Scenario][] = [];
afterEach(() => {
  for (const [locks, owner] of used.splice(0)) locks.release(owner);
});

function setting(...owners: Scenario[]): Locks {
  const locks = new Locks();
  for (const owner of owners) used.push([locks, owner]);
  return locks;
}

/** Whether a promise is settled after some turns of the event loop, in which sockets answer. */
async function now(promise: Promise<unknown>, wanted: 'taken' | 'waits'): Promise<unknown> {
  let state: unknown = 'waits';
  promise.then(
    () => (state = 'taken'),
    (error: unknown) => (state = error),
  );
  const until = performance.now() + (wanted === 'taken' ? 3000 : 5);
  do await new Promise((resolve) => setTimeout(resolve, 2));
  while (state === 'waits' && performance.now() < until);
  return state;
}

test('claim takes all or none', () => {
  const [a, b] = [older(), younger()];
  const locks = setting(a, b);
  expect(locks.claim(a, [lock('x'), lock('y')])).toBe(true);
  expect(locks.claim(b, [lock('y'), lock('z')])).toBe(false);
  expect(locks.held(b)).toEqual([]);
  locks.release(a);
  expect(locks.claim(b, [lock('y'), lock('z')])).toBe(true);
});

test('a lock passes to who waited for it, the oldest first, and is one no more to take twice', async () => {
  const [a, b, c] = [new Scenario('a', 1), new Scenario('b', 2), new Scenario('c', 3)];
  const locks = setting(a, b, c);
  await locks.take(a, lock('x'));
  await locks.take(a, lock('x'));
  const young = locks.take(c, lock('x'));
  const old = locks.take(b, lock('x'));
  expect([b.waited, c.waited]).toEqual([['x: a'], ['x: a']]);
  locks.release(a);
  expect([await now(old, 'taken'), await now(young, 'waits')]).toEqual(['taken', 'waits']);
  locks.release(b);
  expect(await now(young, 'taken')).toBe('taken');
});

test('opposite order: the younger one restarts, the older one gets both', async () => {
  const [a, b] = [older(), younger()];
  const locks = setting(a, b);
  await locks.take(a, lock('x'));
  await locks.take(b, lock('y'));
  const ofOlder = locks.take(a, lock('y'));
  expect(await now(ofOlder, 'waits')).toBe('waits');
  await expect(locks.take(b, lock('x'))).rejects.toThrow(RestartNeeded);
  locks.release(b);
  expect(await now(ofOlder, 'taken')).toBe('taken');
});

test('opposite order, the younger one has acted: the older one restarts', async () => {
  const [a, b] = [older(), younger()];
  b.acted = true;
  const locks = setting(a, b);
  await locks.take(a, lock('x'));
  await locks.take(b, lock('y'));
  const ofOlder = locks.take(a, lock('y')).catch((error: unknown) => error);
  const ofYounger = locks.take(b, lock('x'));
  expect(await ofOlder).toBeInstanceOf(RestartNeeded);
  locks.release(a);
  expect(await now(ofYounger, 'taken')).toBe('taken');
});

test('both have acted: the younger one fails, and is told what to write', async () => {
  const [a, b] = [older(), younger()];
  a.acted = b.acted = true;
  const locks = setting(a, b);
  await locks.take(a, lock('x'));
  await locks.take(b, lock('y'));
  const ofOlder = locks.take(a, lock('y'));
  await expect(locks.take(b, lock('x'))).rejects.toMatchObject({
    code: 'E_LOCK',
    message: expect.stringMatching(
      /older holds it and is itself waiting for this scenario/,
    ) as string,
  });
  locks.release(b);
  expect(await now(ofOlder, 'taken')).toBe('taken');
});

test('a circle of three is broken as well', async () => {
  const [a, b, c] = [new Scenario('a', 1), new Scenario('b', 2), new Scenario('c', 3)];
  for (const one of [a, b, c]) one.acted = true;
  const locks = setting(a, b, c);
  await Promise.all([locks.take(a, lock('x')), locks.take(b, lock('y')), locks.take(c, lock('z'))]);
  const waits = [
    locks.take(a, lock('y')),
    locks.take(b, lock('z')),
    locks.take(c, lock('x')).catch(String),
  ];
  expect(await waits[2]).toMatch(/E_LOCK|not taken/);
  locks.release(c);
  expect(await now(Promise.all(waits), 'waits')).toBe('waits');
  locks.release(b);
  expect(await now(Promise.all(waits), 'taken')).toBe('taken');
});

test('what an older one waits to begin with is left alone by younger ones, until nobody begins any more', async () => {
  const [holder, waiting, young, acted] = [0, 1, 2, 3].map((age) => new Scenario(`s${age}`, age));
  if (!holder || !waiting || !young || !acted) throw new Error('four scenarios');
  const locks = setting(holder, waiting, young, acted);
  await locks.take(holder, lock('x'));
  expect(locks.claim(waiting, [lock('x'), lock('y')])).toBe(false);
  await locks.take(young, lock('z'));
  await expect(locks.take(young, lock('y'))).rejects.toThrow(RestartNeeded);
  locks.release(young);
  await expect(locks.take(young, lock('y'))).rejects.toThrow(RestartNeeded);
  const other = locks.take(young, lock('x')).catch((error: unknown) => error);
  acted.acted = true;
  await locks.take(acted, lock('y'));
  locks.release(holder);
  expect(await other).toBeInstanceOf(RestartNeeded);
  locks.forgetWishes();
  await locks.take(young, lock('x'));
});

test('who gives up waits no more, and gets the lock no more', async () => {
  const [a, b] = [older(), younger()];
  const locks = setting(a, b);
  await locks.take(a, lock('x'));
  const waiting = locks.take(b, lock('x'));
  locks.giveUp(b);
  await expect(waiting).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  locks.release(a);
  expect(locks.held(b)).toEqual([]);
});

test('another run has the lock: told who, waits without holding any, and takes all when it is free', async () => {
  const [theirs, ours, third] = [new Scenario('theirs', 1), older(), new Scenario('third', 1)];
  const other = setting(theirs);
  const locks = setting(ours);
  const thirdRun = setting(third);
  await other.take(theirs, lock('y'));
  locks.claim(ours, [lock('x'), lock('y')]);
  const waiting = locks.takeOnHost(ours, [lock('x'), lock('y')]);
  expect(await now(waiting, 'waits')).toBe('waits');
  await vi.waitFor(() => {
    expect(ours.waited).toEqual([`y: theirs, in another run (process ${process.pid})`]);
  });
  thirdRun.claim(third, [lock('x')]);
  expect(await now(thirdRun.takeOnHost(third, [lock('x')]), 'taken')).toBe('taken');
  thirdRun.release(third);
  other.release(theirs);
  await waiting;
  expect(await now(other.takeOnHost(theirs, [lock('x')]), 'waits')).toBe('waits');
  other.giveUp(theirs);
});

test('another run has the second lock: who holds one restarts, unless it has acted', async () => {
  const [theirs, ours, acted] = [new Scenario('theirs', 1), older(), younger()];
  acted.acted = true;
  const other = setting(theirs);
  const locks = setting(ours, acted);
  await other.take(theirs, lock('y'));
  await locks.take(ours, lock('x'));
  await expect(locks.take(ours, lock('y'))).rejects.toThrow(RestartNeeded);
  locks.release(ours);
  await locks.take(acted, lock('x'));
  const waiting = locks.take(acted, lock('y'));
  expect(await now(waiting, 'waits')).toBe('waits');
  other.release(theirs);
  await waiting;
});
