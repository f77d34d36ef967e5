import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Stalls } from './stalls.js';

/** How many ms the clock is ahead of the timers, which is how a stall shows. */
let ahead: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  ahead = 0;
  const clock = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => clock() + ahead);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('a program that runs has nothing to tell', () => {
  const stalls = new Stalls(performance.now());
  vi.advanceTimersByTime(2000);
  ahead += 90;
  vi.advanceTimersByTime(2000);
  expect(stalls.end()).toBeUndefined();
});

test('a stall is told with its length and when', () => {
  const stalls = new Stalls(performance.now());
  vi.advanceTimersByTime(1000);
  ahead += 250;
  vi.advanceTimersByTime(1000);
  expect(stalls.end()).toBe(
    'the machine stalled: offhook did not run for 250 ms, 1.0 s after the scenario began; times of this scenario may be that much late',
  );
});

test('of several the longest, one at the very end too', () => {
  const stalls = new Stalls(performance.now());
  vi.advanceTimersByTime(500);
  ahead += 170;
  stalls.event();
  vi.advanceTimersByTime(500);
  ahead += 425;
  expect(stalls.end()).toContain(
    'for 400 ms, 1.2 s after the scenario began (the longest of 2 times)',
  );
});

test('while nothing happens it is looked five times a second, and a long stall is still found', () => {
  const stalls = new Stalls(performance.now());
  vi.advanceTimersByTime(1000);
  const looks = vi.spyOn(global, 'setTimeout');
  vi.advanceTimersByTime(10_000);
  expect(looks.mock.calls.length).toBeLessThanOrEqual(51);
  ahead += 350;
  vi.advanceTimersByTime(200);
  expect(stalls.end()).toContain('for 350 ms, 11 s after the scenario began');
});

test('an event after a quiet time shows the stall it was late by', () => {
  const stalls = new Stalls(performance.now());
  vi.advanceTimersByTime(5000);
  ahead += 500;
  stalls.event();
  vi.advanceTimersByTime(100);
  expect(stalls.end()).toMatch(/for [345]\d\d ms/);
});
