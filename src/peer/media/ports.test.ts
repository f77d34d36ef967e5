import { expect, test } from 'vitest';
import { OffhookError } from '../../errors.js';
import { PortPool } from './ports.js';

function groups() {
  const released: number[] = [];
  let taken = 0;
  const take = () => {
    const first = 20000 + 16 * taken;
    taken += 1;
    return Promise.resolve({
      sip: first,
      control: first + 2,
      inner: [first + 3, first + 14] as const,
      rtp: [first + 4, first + 13] as const,
      release: () => released.push(first),
    });
  };
  return { take, released, count: () => taken };
}

test('own pairs first, then those of further groups, each once', async () => {
  const { take, released, count } = groups();
  const pool = new PortPool('127.0.0.1', [10004, 10013], take);
  expect(await pool.take(5)).toEqual([10004, 10006, 10008, 10010, 10012]);
  expect(count()).toBe(0);
  const more = await Promise.all(Array.from({ length: 10 }, () => pool.take(1)));
  expect(new Set(more.flat()).size).toBe(10);
  expect(more.flat()).toContain(20012);
  expect(count()).toBe(2);
  pool.release();
  expect(released).toEqual([20000, 20016]);
});

test('a pair that is given back is taken again, the one given back first before others', async () => {
  const pool = new PortPool('127.0.0.1', [10004, 10007], groups().take);
  const [first = 0, second = 0] = await pool.take(2);
  pool.giveBack([second]);
  pool.giveBack([first]);
  expect(await pool.take(1)).toEqual([second]);
});

test('no group is left: E_PORTS, and the next call tries again', async () => {
  let isFull = true;
  const full = new OffhookError('E_PORTS', { subject: 'no free ports', what: 'all are in use' });
  const { take } = groups();
  const pool = new PortPool('127.0.0.1', [10004, 10005], () =>
    isFull ? Promise.reject(full) : take(),
  );
  await expect(pool.take(2)).rejects.toBe(full);
  isFull = false;
  expect(await pool.take(2)).toHaveLength(2);
});

test('a group that comes behind the end is released', async () => {
  const { take, released } = groups();
  const pool = new PortPool('127.0.0.1', [10004, 10005], take);
  const late = pool.take(2);
  pool.release();
  await expect(late).rejects.toThrow('the peer was stopped');
  expect(released).toEqual([20000]);
});
