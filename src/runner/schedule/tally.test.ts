import { expect, test } from 'vitest';
import type { ErrorCode } from '../../errors.js';
import { Tally } from './tally.js';

type Ended = ['failed' | 'errored', ErrorCode];

test.each<[Ended[], boolean, number]>([
  [[], false, 0],
  [[['failed', 'E_ASSERT']], false, 1],
  [
    [
      ['failed', 'E_ASSERT'],
      ['errored', 'E_AGENT_CRASHED'],
    ],
    false,
    1,
  ],
  [[['errored', 'E_AGENT_CRASHED']], false, 3],
  [[['errored', 'E_SCENARIO_COLLECT']], false, 2],
  [
    [
      ['errored', 'E_SCENARIO_COLLECT'],
      ['errored', 'E_PORTS'],
    ],
    false,
    3,
  ],
  [
    [
      ['failed', 'E_ASSERT'],
      ['errored', 'E_INTERNAL'],
    ],
    false,
    70,
  ],
  [[['failed', 'E_ASSERT']], true, 130],
  [[], true, 130],
])('%j, interrupted: %s -> %i', (scenarios, interrupted, exit) => {
  const tally = new Tally();
  tally.add({ verdict: 'passed', failures: [], isRetried: false });
  for (const [verdict, code] of scenarios) {
    tally.add({ verdict, failures: [{ code, message: 'x', phase: 'body' }], isRetried: false });
  }
  expect(tally.exit(interrupted)).toBe(exit);
  const { passed, failed, errored } = tally.counts;
  expect([passed, failed + errored]).toEqual([1, scenarios.length]);
});
