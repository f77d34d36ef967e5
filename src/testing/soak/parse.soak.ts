/** A million mutated messages through everything that reads what a peer receives. */
import { expect, test } from 'vitest';
import { parseMutated } from '../torture/parse-all.js';

const MESSAGES = Number(process.env['SOAK_PARSED'] ?? '1000000');
const SEED = Number(process.env['SOAK_SEED'] ?? '3261');
const PART = 50_000;
const SLOWEST_MS = 50;
const GROWTH_MB = 100;

test(`${MESSAGES} mutated messages: no throw, no hang, bounded memory`, async ({ annotate }) => {
  const slowest: number[] = [];
  const heap: number[] = [];
  for (let part = 0; part * PART < MESSAGES; part += 1) {
    const count = Math.min(PART, MESSAGES - part * PART);
    const { broken, changed, slowestMs } = parseMutated(SEED + part, count);
    expect(broken).toEqual([]);
    expect(changed).toEqual([]);
    slowest.push(slowestMs);
    heap.push(process.memoryUsage().rss / 2 ** 20);
  }
  await annotate(
    `slowest ${Math.max(...slowest).toFixed(1)} ms; memory ${heap.map(Math.round).join(' ')} MB`,
  );
  // The limit holds for most parts: what else runs on the machine stops a process now and then.
  const typical = [...slowest].sort((a, b) => a - b)[Math.floor(slowest.length / 2)];
  expect(typical).toBeLessThan(SLOWEST_MS);
  expect((heap.at(-1) ?? 0) - Math.min(...heap.slice(0, 2))).toBeLessThan(GROWTH_MB);
});
