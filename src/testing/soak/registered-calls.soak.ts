/** 300 registered two-party calls in a row, in one run and in 300 runs, idle and beside a hog per core. */
import { expect, test } from 'vitest';
import { besideHogs, callsInManyRuns, callsInOneRun } from './runs.js';

const RUNS = Number(process.env['SOAK_RUNS'] ?? '300');

test(`${RUNS} calls in one run`, async () => {
  expect(await callsInOneRun(RUNS)).toEqual([]);
});

test(`${RUNS} calls in as many runs`, async () => {
  expect(await callsInManyRuns(RUNS)).toEqual([]);
});

test(`${RUNS} calls in one run beside CPU hogs`, async () => {
  expect(await besideHogs(() => callsInOneRun(RUNS))).toEqual([]);
});

test(`${RUNS} calls in as many runs beside CPU hogs`, async () => {
  expect(await besideHogs(() => callsInManyRuns(RUNS))).toEqual([]);
});
