/** (d) `offhook check` of one file, above the start of Node. */
import { test } from 'vitest';
import { median, report } from './figures.js';
import { cliTimes, nodeStartMs } from './programs.js';

const ROUNDS = 15;

test('(d) check above node -e 0', async () => {
  const check: number[] = [];
  const node: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    check.push((await cliTimes(['check', 'examples/direct-call.js'])).endMs);
    node.push(await nodeStartMs());
  }
  const from = { check: median(check), node: median(node) };
  const value = from.check - from.node;
  report([{ name: '(d) check above node -e 0', value, unit: 'ms', limit: 150, from }], 'no agent');
});
