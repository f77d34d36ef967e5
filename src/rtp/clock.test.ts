import { expect, test } from 'vitest';
import { Clock, type TimeSource } from './clock.js';

/** Time that passes when the test says so; a wake-up comes `late` ms after it was asked for. */
class Time implements TimeSource {
  ms = 0;
  late = 0;
  wakes = 0;
  #next: { at: number; call: () => void } | undefined;

  now(): number {
    return this.ms;
  }

  wake(ms: number, call: () => void): () => void {
    const next = { at: this.ms + ms + this.late, call };
    this.#next = next;
    return () => {
      if (this.#next === next) this.#next = undefined;
    };
  }

  get waits(): boolean {
    return this.#next !== undefined;
  }

  runUntil(ms: number): void {
    while (this.#next !== undefined && this.#next.at <= ms) {
      const { at, call } = this.#next;
      this.#next = undefined;
      this.ms = Math.max(this.ms, at);
      this.wakes += 1;
      call();
    }
    this.ms = ms;
  }
}

test.each([0, 0.9, 3])('beats keep their times when wake-ups come %s ms late', (late) => {
  const time = new Time();
  const clock = new Clock(time);
  time.late = late;
  const calls: number[] = [];
  let due = 20;
  const beat = (now: number): void => {
    calls.push(now);
    due += 20;
    clock.at(due, beat);
  };
  clock.at(due, beat);
  time.runUntil(10_090);
  // late by as much at the end as at the beginning
  expect(calls).toHaveLength(504);
  calls.forEach((at, i) => {
    expect(Math.abs(at - 20 * (i + 1))).toBeLessThanOrEqual(late + 0.51);
  });
});

test('one timer wakes for all, and for what is due together once', () => {
  const time = new Time();
  const clock = new Clock(time);
  const calls: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    clock.at(10, () => calls.push(name));
  }
  clock.at(5, () => calls.push('early'));
  time.runUntil(20);
  expect(calls).toEqual(['early', 'a', 'b', 'c']);
  expect(time.wakes).toBe(2);
  expect([clock.idle, time.waits]).toEqual([true, false]);
});

test('what is taken back is not called, not even by another beat of the same moment', () => {
  const time = new Time();
  const clock = new Clock(time);
  const calls: string[] = [];
  const second = (): void => void calls.push('second');
  clock.at(10, () => {
    clock.cancel(second);
    calls.push('first');
  });
  clock.at(10, second);
  time.runUntil(20);
  expect(calls).toEqual(['first']);

  clock.at(30, second);
  clock.cancel(second);
  expect([clock.idle, time.waits]).toEqual([true, false]);
});

test('a beat that throws does not stop the others', () => {
  const time = new Time();
  const clock = new Clock(time);
  const calls: string[] = [];
  clock.at(10, () => {
    throw new Error('bad');
  });
  clock.at(20, () => calls.push('good'));
  expect(() => {
    time.runUntil(15);
  }).toThrow('bad');
  time.runUntil(30);
  expect(calls).toEqual(['good']);
});
