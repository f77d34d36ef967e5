/**
 * Sound belongs to its call, however often: call waiting, swap, five calls, attended and blind transfer. OFFHOOK_BARESIP
 * chooses the version.
 */
import { expect, test } from 'vitest';
import { severalCalls } from './runs.js';

const TIMES = Number(process.env['SOAK_TIMES'] ?? '50');

test(`several calls of one agent, ${TIMES} times each`, async () => {
  expect(await severalCalls(TIMES)).toEqual([]);
});
