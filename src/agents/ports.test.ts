import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SLOT_COUNT, sipPortsAreFree, takeSlot } from './ports.js';

const HOST = '127.0.0.1';

test('slots do not overlap and lie below the ephemeral ports', async () => {
  const slots = await Promise.all(Array.from({ length: 20 }, () => takeSlot(HOST)));
  const ports = slots.flatMap((slot) => {
    const [min, max] = slot.rtp;
    expect(min % 2).toBe(0);
    return [
      slot.sip,
      slot.sip + 1,
      slot.control,
      ...Array.from({ length: max - min + 1 }, (_, at) => min + at),
    ];
  });
  expect(new Set(ports).size).toBe(ports.length);
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(10000);
  expect(Math.max(...ports)).toBeLessThan(32768);
  for (const slot of slots) slot.release();
});

test('a released slot rests: the next ones are others', async () => {
  const first = await takeSlot(HOST);
  first.release();
  first.release();
  const next = await Promise.all(Array.from({ length: 10 }, () => takeSlot(HOST)));
  expect(next.map((slot) => slot.sip)).not.toContain(first.sip);
  for (const slot of next) slot.release();
  const stamps = readFileSync(join(tmpdir(), `offhook-ports-${userInfo().uid}`));
  expect(stamps).toHaveLength(SLOT_COUNT * 4);
});

test('ports of other programs are seen', async () => {
  const slot = await takeSlot(HOST);
  expect(await sipPortsAreFree(HOST, slot.sip)).toBe(true);
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(slot.sip + 1, HOST, resolve);
  });
  expect(await sipPortsAreFree(HOST, slot.sip)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  slot.release();
});

test.each<[string, (path: string) => void, string]>([
  [
    'a link',
    (path) => {
      symlinkSync(join(path, '..', 'other'), path);
    },
    'it is a link',
  ],
  [
    'a FIFO',
    (path) => {
      execFileSync('mkfifo', [path]);
    },
    'it is not an ordinary file',
  ],
  [
    'a folder',
    (path) => {
      mkdirSync(path);
    },
    'it is a folder',
  ],
  [
    'a file others may write to',
    (path) => {
      writeFileSync(path, '');
      chmodSync(path, 0o666);
    },
    'others may write to it',
  ],
])('a table that is %s is not used', async (_, make, what) => {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-try-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    make(join(folder, `offhook-ports-${userInfo().uid}`));
    await expect(takeSlot(HOST)).rejects.toMatchObject({
      code: 'E_PORTS',
      message: expect.stringMatching(new RegExp(`${what}$`)) as string,
    });
    expect(existsSync(join(folder, 'other'))).toBe(false);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true });
  }
});
