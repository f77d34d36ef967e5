import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newRunFolder } from './run-folders.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'offhook-runs-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});
const runs = (): string => join(cwd, '.offhook', 'runs');

test('a run that kept something is the latest; one that kept nothing leaves nothing', () => {
  const first = newRunFolder(cwd);
  writeFileSync(join(first.folder, 'status.json'), '{}');
  first.ended();
  const second = newRunFolder(cwd);
  second.ended();
  expect(existsSync(second.folder)).toBe(false);
  expect(readlinkSync(join(runs(), 'latest'))).toBe(basename(first.folder));
});

test('ten runs are kept, and nothing that is no run is removed', () => {
  mkdirSync(runs(), { recursive: true });
  const old = Array.from({ length: 12 }, (_, at) => `202501${10 + at}-000000-abcdef`);
  for (const name of [...old, 'notes']) {
    mkdirSync(join(runs(), name));
    writeFileSync(join(runs(), name, 'x'), 'x');
  }
  const { folder, ended } = newRunFolder(cwd);
  writeFileSync(join(folder, 'x'), 'x');
  ended();
  const kept = readdirSync(runs()).filter((name) => /^\d/.test(name));
  expect(kept.sort()).toEqual([...old.slice(3), basename(folder)]);
  expect(existsSync(join(runs(), 'notes', 'x'))).toBe(true);
});

test('a link in the place of the folder is not followed', () => {
  symlinkSync(tmpdir(), join(cwd, '.offhook'));
  expect(() => newRunFolder(cwd)).toThrow('not a folder of the user');
});
