/** Mutated messages: `npm run soak` reads a million of them. */
import { expect, it } from 'vitest';
import { parseMutated } from './parse-all.js';

it('20000 mutated messages: nothing breaks, nothing hangs, what is written is read as the same', () => {
  const { broken, changed, messages, slowestMs } = parseMutated(4475, 20_000);
  expect(broken).toEqual([]);
  expect(changed).toEqual([]);
  expect(messages).toBeGreaterThan(10_000);
  // A busy machine may stop a process for longer than any of them takes.
  expect(slowestMs).toBeLessThan(1000);
}, 60_000);
