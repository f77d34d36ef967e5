import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { timeLimit } from './time-limit.js';

const ended = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(signal.reason);
    });
  });

test('the time is over, although garbage was collected meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const all = Array.from({ length: 20 }, () =>
    ended(timeLimit(20, new AbortController().signal).signal),
  );
  collect();
  for (const reason of await Promise.all(all))
    expect(reason).toHaveProperty('name', 'TimeoutError');
});

test('the other signal ends it, with its reason, at once if it is aborted already', async () => {
  const outer = new AbortController();
  const limit = timeLimit(60_000, outer.signal);
  const reason = ended(limit.signal);
  outer.abort('enough');
  expect(await reason).toBe('enough');
  limit.cancel();
  const late = timeLimit(60_000, outer.signal);
  expect(late.signal.aborted).toBe(true);
  late.cancel();
});

test('what is done in time is not ended', () => {
  const outer = new AbortController();
  const limit = timeLimit(60_000, outer.signal);
  limit.cancel();
  outer.abort();
  expect(limit.signal.aborted).toBe(false);
});
