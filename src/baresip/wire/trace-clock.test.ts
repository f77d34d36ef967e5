import { expect, test } from 'vitest';
import { writtenAt } from './trace-clock.js';

const date = Date.UTC(2026, 10, 21, 0, 54, 28, 800);

test.each([
  ['read late', '00:54:28.733', 933],
  ['read at once: the time is cut to ms', '00:54:28.799', 1000],
  ['in another time zone', '13:39:28.700', 900],
  ['written before midnight of its zone', '23:54:28.300', 500],
  ['clocks that do not agree', '00:50:00.000', 1000],
  ['a clock that is ahead', '00:54:29.100', 1000],
  ['no time, as below 2.0', undefined, 1000],
  ['no time at all', 'x', 1000],
])('%s', (_what, mark, at) => {
  expect(writtenAt(mark, { date, clock: 1000 })).toBe(at);
});
