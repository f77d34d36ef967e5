import { expect, test } from 'vitest';
import { Keeper } from './keeper.js';

/** Whether it has ended by now. */
async function isOver(act: Promise<void>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(resolve, 'turn'));
  return (await Promise.race([act, turn])) !== 'turn';
}

test('what is kept stays until the signal, which then interrupts nothing', async () => {
  const ctrlC = new AbortController();
  const keeper = new Keeper(ctrlC.signal);
  const kept = keeper.running(() => keeper.keep());
  expect(await isOver(kept)).toBe(false);
  expect(keeper).toMatchObject({ hasKept: true, isOver: false });
  expect(keeper.stop.aborted).toBe(true);
  ctrlC.abort();
  await kept;
  expect(keeper.isOver).toBe(true);
  expect(keeper.interrupted.aborted).toBe(false);
});

test('whatever else runs at the signal is interrupted', async () => {
  const ctrlC = new AbortController();
  const keeper = new Keeper(ctrlC.signal);
  let end: () => void = () => undefined;
  const other = keeper.running(() => new Promise<void>((resolve) => (end = resolve)));
  const kept = keeper.running(() => keeper.keep());
  ctrlC.abort();
  expect(keeper.interrupted.aborted).toBe(true);
  end();
  await Promise.all([other, kept]);
});

test('what has ended before the signal is not interrupted', async () => {
  const ctrlC = new AbortController();
  const keeper = new Keeper(ctrlC.signal);
  const kept = keeper.running(() => keeper.keep());
  await keeper.running(() => Promise.resolve());
  await expect(keeper.running(() => Promise.reject(new Error('ended')))).rejects.toThrow('ended');
  ctrlC.abort();
  expect(keeper.interrupted.aborted).toBe(false);
  await kept;
});

test('with nothing kept the signal interrupts as usual', () => {
  const ctrlC = new AbortController();
  const keeper = new Keeper(ctrlC.signal);
  expect([keeper.interrupted.aborted, keeper.stop.aborted]).toEqual([false, false]);
  ctrlC.abort();
  expect(keeper.interrupted.aborted).toBe(true);
  expect(keeper.hasKept).toBe(false);
  expect(new Keeper(ctrlC.signal).interrupted.aborted).toBe(true);
});
