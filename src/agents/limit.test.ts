import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Limit } from './limit.js';

describe('the limit of a verb', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('its parts share it, and it stays the limit that was given', () => {
    const limit = new Limit(300);
    expect(limit.left()).toBe(300);
    vi.advanceTimersByTime(120);
    expect([limit.left(), limit.ms, limit.isOver]).toEqual([180, 300, false]);
  });

  test('a millisecond is left when it is over', () => {
    const limit = new Limit(300);
    vi.advanceTimersByTime(1000);
    expect([limit.left(), limit.ms, limit.isOver]).toEqual([1, 300, true]);
  });

  test('a part with less time tells its own limit', () => {
    const limit = new Limit(5000);
    vi.advanceTimersByTime(1000);
    const part = limit.atMost(2000);
    expect([part.left(), part.ms]).toEqual([2000, 2000]);
    vi.advanceTimersByTime(500);
    expect(part.left()).toBe(1500);
  });

  test('no part gets more than is left', () => {
    const limit = new Limit(5000);
    vi.advanceTimersByTime(4000);
    const part = limit.atMost(2000);
    expect([part.left(), part.ms]).toEqual([1000, 5000]);
  });

  test('a wait leaves half of the time for what follows', () => {
    const limit = new Limit(5000);
    expect(limit.halfAtMost(1000).left()).toBe(1000);
    vi.advanceTimersByTime(4000);
    expect(limit.halfAtMost(1000).left()).toBe(500);
  });

  test('a part that is due later has the whole limit from then on', () => {
    const limit = new Limit(300);
    const later = limit.after(1000);
    vi.advanceTimersByTime(1100);
    expect([later.left(), later.ms, limit.left()]).toEqual([200, 300, 1]);
  });
});
