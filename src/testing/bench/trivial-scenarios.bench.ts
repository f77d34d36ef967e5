/** (g) Many scenarios that do nothing: what a fresh VM for each costs, the start of the program included. */
import { test } from 'vitest';
import { median, report } from './figures.js';
import { scenarioFile } from './product.js';
import { cliTimes } from './programs.js';

const ROUNDS = 3;

test.each([
  { count: 100, limit: 5 },
  { count: 1000, limit: 5 },
])('(g) $count trivial scenarios', async ({ count, limit }) => {
  const lines = Array.from(
    { length: count },
    (_, index) => `scenario('number ${index}', () => { assert(1).equals(1); });\n`,
  );
  const file = scenarioFile(lines.join(''));
  const each: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      each.push((await cliTimes(['run', file.path])).endMs / count);
    }
  } finally {
    file.remove();
  }
  report(
    [{ name: `(g) one of ${count} scenarios`, value: median(each), unit: 'ms', limit }],
    'no agent',
  );
});
