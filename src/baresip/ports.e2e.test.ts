import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Takes so many slots, prints their first ports, holds them until it is killed. */
const HOLDER = `
import { takeSlot } from './ports.mjs';
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
  for (const name of ['baresip/ports', 'errors']) {
    const source = readFileSync(new URL(`../${name}.ts`, import.meta.url), 'utf8');
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    writeFileSync(
      join(folder, `${name.replace('baresip/', '')}.mjs`),
      outputText.replace('../errors.js', './errors.mjs'),
    );
  }
  writeFileSync(join(folder, 'holder.mjs'), HOLDER);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function hold(slots: number): Promise<number[]> {
  // A folder for temporary files of its own: only the kernel keeps these processes apart.
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
