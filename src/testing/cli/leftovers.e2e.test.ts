import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leavingNothing, watchLeftovers } from './leftovers.js';

it('finds a process by its environment, and ends it', async () => {
  const leftovers = await watchLeftovers();
  const child = spawn('sleep', ['30'], {
    env: { PATH: '/usr/bin:/bin', TMPDIR: leftovers.folder },
  });
  const ended = once(child, 'exit');
  await once(child, 'spawn');
  await expect(leftovers.assertNothingLeft()).rejects.toThrow(`process ${child.pid} sleep 30`);
  expect(await ended).toEqual([null, 'SIGKILL']);
});

it('finds a folder, and removes it', async () => {
  const leftovers = await watchLeftovers();
  await mkdir(join(leftovers.folder, 'offhook-agent-x'));
  await expect(leftovers.assertNothingLeft()).rejects.toThrow('folder offhook-agent-x');
  expect(existsSync(leftovers.folder)).toBe(false);
});

it('is content with nothing, with shared files, and with a process that ends in time', async () => {
  const leftovers = await watchLeftovers();
  await writeFile(join(leftovers.folder, 'offhook-ports'), '');
  spawn('sleep', ['0.1'], { env: { PATH: '/usr/bin:/bin', TMPDIR: leftovers.folder } });
  await leftovers.assertNothingLeft(5000);
  expect(existsSync(leftovers.folder)).toBe(false);
});

it('of what went wrong and what that left behind, tells what went wrong', async () => {
  const leftovers = await watchLeftovers();
  const act = async (): Promise<never> => {
    await mkdir(join(leftovers.folder, 'offhook-agent-x'));
    throw new Error('what went wrong');
  };
  await expect(leavingNothing(leftovers, act)).rejects.toThrow('what went wrong');
  expect(existsSync(leftovers.folder)).toBe(false);
});
