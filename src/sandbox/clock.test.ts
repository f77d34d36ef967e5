import { expect, it } from 'vitest';
import { hrtimeAhead, hrtimeMs } from './clock.js';

it('tells how far the clock of all threads is ahead of the one of this thread', () => {
  const before = performance.now() + hrtimeAhead();
  const between = hrtimeMs();
  const after = performance.now() + hrtimeAhead();
  expect(before).toBeLessThanOrEqual(between + 1);
  expect(between).toBeLessThanOrEqual(after + 1);
});
