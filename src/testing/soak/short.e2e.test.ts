/** The soaks, short enough for every run of the tests; the event log is among the suites (scenarios.e2e.test.ts). */
import { expect, test } from 'vitest';
import { besideHogs, callsInManyRuns, callsInOneRun, digits, manyAgents } from './runs.js';

const CALLS = 10;
const RUNS = 4;
const DIGITS = 20;

test(`${CALLS} registered calls in one run, beside a CPU hog per core`, async () => {
  expect(await besideHogs(() => callsInOneRun(CALLS))).toEqual([]);
});

test(`${RUNS} registered calls in as many runs`, async () => {
  expect(await callsInManyRuns(RUNS)).toEqual([]);
});

test('50 agents in one scenario', async () => {
  expect(await manyAgents()).toEqual([]);
});

test(`${DIGITS} DTMF digits over ten pairs`, async () => {
  expect(await digits(DIGITS, 'rtp')).toEqual([]);
});
