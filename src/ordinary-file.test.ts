import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NotOrdinary, openNew, readOrdinary } from './ordinary-file.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-try-'));
  writeFileSync(at('file'), 'text');
  symlinkSync('file', at('link'));
  symlinkSync('nothing', at('dangling'));
  execFileSync('mkfifo', [at('fifo')]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const ANY = { largest: 4, links: true };

test('an ordinary file is read, also through a link where that may be', () => {
  expect(readOrdinary(at('file'), { ...ANY, owners: [] }).toString()).toBe('text');
  expect(readOrdinary(at('link'), { ...ANY, owners: [] }).toString()).toBe('text');
});

test.each([
  ['link', { largest: 4, links: false }, 'is a link'],
  ['fifo', ANY, 'is not an ordinary file'],
  ['.', ANY, 'is a folder'],
  ['file', { ...ANY, largest: 3 }, 'is 4 bytes (limit 3)'],
])('%s is not read', (name, rules, what) => {
  expect(() => readOrdinary(at(name), rules)).toThrow(new NotOrdinary(what));
});

test.runIf(process.getuid?.() === 0)('a file of another user is read only where he may', () => {
  execFileSync('chown', ['-h', '4711', at('file')]);
  expect(() => readOrdinary(at('file'), { ...ANY, owners: [4712] })).toThrow(
    'belongs to another user (id 4711)',
  );
  expect(readOrdinary(at('file'), { ...ANY, owners: [4711] }).toString()).toBe('text');
  expect(readOrdinary(at('file'), ANY).toString()).toBe('text');
  execFileSync('chown', ['-h', '0', at('file')]);
});

test.each([
  ['link', 'is a link'],
  ['dangling', 'is a link'],
  ['fifo', 'is a FIFO that nobody reads'],
])('nothing is written to %s', (name, what) => {
  expect(() => openNew(at(name))).toThrow(new NotOrdinary(what));
  expect(readFileSync(at('file'), 'utf8')).toBe('text');
  expect(existsSync(at('nothing'))).toBe(false);
});

test('what is secret is for nobody else, whatever it was before', () => {
  writeFileSync(at('old'), 'x');
  chmodSync(at('old'), 0o644);
  for (const name of ['old', 'new']) {
    const file = openNew(at(name), true);
    writeSync(file, 'y');
    closeSync(file);
    expect(readFileSync(at(name), 'utf8')).toBe('y');
    expect(statSync(at(name)).mode & 0o777).toBe(0o600);
  }
});

test('a stream of the process is written to, though its name is a link', () => {
  closeSync(openNew('/dev/null'));
  expect(() => openNew(at('none/file'))).toThrow('ENOENT');
});
