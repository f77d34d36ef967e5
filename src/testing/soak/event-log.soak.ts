/** No transient state is lost and no stale one passes, however often. */
import { expect, test } from 'vitest';
import { besideHogs, eventLog } from './runs.js';

const TIMES = Number(process.env['SOAK_TIMES'] ?? '100');

test(`the event log, ${TIMES} times each`, async () => {
  expect(await eventLog(TIMES)).toEqual([]);
});

test(`the event log, ${TIMES} times each, beside CPU hogs`, async () => {
  expect(await besideHogs(() => eventLog(TIMES))).toEqual([]);
});
