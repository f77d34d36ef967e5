import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The built module: the tests start with a build. */
const PORTS = new URL('../../dist/agents/ports.js', import.meta.url).href;

/** Takes the given number of slots, prints their first ports, and holds them until it is killed. */
const HOLDER = `
import { takeSlot } from ${JSON.stringify(PORTS)};
const slots = await Promise.all(Array.from({ length: Number(process.argv[2]) }, () => takeSlot('127.0.0.1')));
console.log(JSON.stringify(slots.map((slot) => slot.sip)));
setInterval(() => {}, 1000);
`;
const PROCESSES = 5;
const SLOTS = 30;
let folder: string;
let children: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-test-'));
  writeFileSync(join(folder, 'holder.mjs'), HOLDER);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function hold(slots: number): Promise<number[]> {
  // Each process has its own folder for temporary files: only the kernel keeps the processes apart.
  const env = { TMPDIR: mkdtempSync(join(folder, 'tmp-')) };
  const child = spawn(process.execPath, ['holder.mjs', String(slots)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line) as number[];
}

test('processes in parallel never share a slot, and a killed one gives them back', async () => {
  const taken = (await Promise.all(Array.from({ length: PROCESSES }, () => hold(SLOTS)))).flat();
  expect(taken).toHaveLength(PROCESSES * SLOTS);
  expect(new Set(taken).size).toBe(taken.length);
  const gone = children.map((child) => once(child, 'exit'));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(gone);
  children = [];
  expect(await hold(SLOTS)).toHaveLength(SLOTS);
});
