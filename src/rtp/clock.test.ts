import { expect, test } from 'vitest';
import { randomOf } from '../testing/torture/mutations.js';
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

test('of many that ask, cancel and ask again, each is called at its time, in order', () => {
  const time = new Time();
  const clock = new Clock(time);
  const random = randomOf(7);
  const wanted = new Map<() => void, number>();
  const called: number[] = [];
  const beats = Array.from({ length: 60 }, () => {
    const beat = (): void => {
      const at = wanted.get(beat);
      expect(at).toBeDefined();
      expect(Math.abs(time.ms - at!)).toBeLessThanOrEqual(0.51);
      called.push(at!);
      wanted.delete(beat);
      ask(beat);
      const [cancelled, moved] = [beats[random(60)]!, beats[random(60)]!];
      if (random(4) === 0 && wanted.delete(cancelled)) clock.cancel(cancelled);
      if (random(2) === 0) ask(moved);
    };
    return beat;
  });
  function ask(beat: () => void): void {
    const at = time.ms + 1 + random(1000) / 20;
    wanted.set(beat, at);
    clock.at(at, beat);
  }
  beats.forEach(ask);
  time.runUntil(3000);
  expect(called.length).toBeGreaterThan(2000);
  expect([...called].sort((a, b) => a - b)).toEqual(called);
  for (const beat of beats) clock.cancel(beat);
  expect([clock.idle, time.waits]).toEqual([true, false]);
});

test('one that was called and does not ask again is forgotten: nothing is left to wake for', () => {
  const time = new Time();
  const clock = new Clock(time);
  const calls: string[] = [];
  const [first, second] = [() => calls.push('first'), () => calls.push('second')];
  clock.at(1, first);
  clock.at(2, second);
  time.runUntil(1.5);
  clock.cancel(second);
  expect([clock.idle, time.waits]).toEqual([true, false]);
  clock.cancel(first);
  time.runUntil(10);
  expect(calls).toEqual(['first']);
});

test('one that gets another time from one before it is called then, once', () => {
  const time = new Time();
  const clock = new Clock(time);
  const calls: number[] = [];
  const moved = (now: number): void => {
    calls.push(now);
  };
  clock.at(5, () => {
    clock.at(9, moved);
  });
  clock.at(5, moved);
  time.runUntil(20);
  expect(calls).toEqual([9]);
});
