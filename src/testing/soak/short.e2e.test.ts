/** The soaks, short enough for every run of the tests. */
import { expect, test } from 'vitest';
import {
  besideHogs,
  callsInManyRuns,
  callsInOneRun,
  digits,
  eventLog,
  manyAgents,
} from './runs.js';

const CALLS = 10;
const TIMES = 10;
const DIGITS = 20;

test(`${CALLS} registered calls in one run, beside a CPU hog per core`, async () => {
  expect(await besideHogs(() => callsInOneRun(CALLS))).toEqual([]);
});

test(`${CALLS} registered calls in as many runs`, async () => {
  expect(await callsInManyRuns(CALLS)).toEqual([]);
});

test('50 agents in one scenario', async () => {
  expect(await manyAgents()).toEqual([]);
});

test(`the event log, ${TIMES} times each`, async () => {
  expect(await eventLog(TIMES)).toEqual([]);
});

test(`${DIGITS} DTMF digits over ten pairs`, async () => {
  expect(await digits(DIGITS, 'rtp')).toEqual([]);
});
