/** 50 agents in one scenario, again and again. */
import { expect, test } from 'vitest';
import { besideHogs, manyAgents } from './runs.js';

const RUNS = Number(process.env['SOAK_CROWDS'] ?? '10');

test(`50 agents in 25 calls, ${RUNS} times`, async () => {
  for (let run = 0; run < RUNS; run += 1) expect(await manyAgents()).toEqual([]);
});

test('50 agents in 25 calls beside CPU hogs', async () => {
  expect(await besideHogs(() => manyAgents())).toEqual([]);
});
