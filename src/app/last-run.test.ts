import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Verdict } from '../model/run-event.js';
import { LastRunReporter, readLastRun } from './last-run.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-last-run-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const HOST = { name: '', platform: '', arch: '', node: '' };

/** Records a run whose scenarios ended with these results. */
async function ran(file: string, run: string, results: readonly [string, Verdict, number][]) {
  const reporter = new LastRunReporter(file);
  reporter.on({
    ...{ type: 'run_started', at: 0, run, time: '', utc_offset: '', host: HOST, version: '' },
    ...{ scenarios: 1, files: 1, jobs: 1 },
  });
  for (const [key, verdict, ms] of results) {
    const scenario = { id: key, key, attempt: 1, order: 1, file: '', name: '', tags: [] };
    const locks = ['b', 'a'];
    reporter.on({ type: 'locks_taken', at: 0, scenario: key, locks, ms: 0 });
    reporter.on({ type: 'scenario_finished', at: 0, scenario, verdict, ms, failures: [] });
  }
  await reporter.close();
}

const verdicts = (file: string): Record<string, Verdict> =>
  Object.fromEntries([...readLastRun(file)].map(([key, { verdict }]) => [key, verdict]));

test('results stay until a scenario runs again; skipping it changes nothing', async () => {
  const file = join(folder, 'one', 'last-run.json');
  mkdirSync(join(folder, 'one'));
  await ran(file, '1', [
    ['a', 'failed', 5],
    ['b', 'passed', 7.6],
    ['c', 'failed', 5],
  ]);
  await ran(file, '2', [
    ['a', 'passed', 6],
    ['c', 'skipped', 0],
  ]);
  expect(verdicts(file)).toEqual({ a: 'passed', b: 'passed', c: 'failed' });
  expect(readLastRun(file).get('b')).toEqual({
    ...{ verdict: 'passed', ms: 8, run: '1', locks: ['a', 'b'] },
  });
});

test('of attempts that differ it was flaky; a retry that failed is a failure', async () => {
  const file = join(folder, '.offhook', 'last-run.json');
  await ran(file, '1', [
    ['a', 'failed', 1],
    ['a', 'passed', 1],
    ['b', 'failed', 1],
    ['b', 'failed', 1],
    ['c', 'failed', 1],
    ['c', 'flaky', 1],
    ['d', 'failed', 1],
    ['d', 'passed', 1],
    ['d', 'passed', 1],
    ['e', 'passed', 1],
    ['e', 'errored', 1],
    ['f', 'errored', 1],
    ['f', 'failed', 1],
  ]);
  const kept = { a: 'flaky', b: 'failed', c: 'flaky', d: 'flaky', e: 'flaky', f: 'failed' };
  expect(verdicts(file)).toEqual(kept);
  expect(readFileSync(join(folder, '.offhook', '.gitignore'), 'utf8')).toBe('*\n');
});

test.each([
  '',
  '{',
  '[]',
  'null',
  '{"format":2,"scenarios":{}}',
  '{"format":1,"scenarios":{"a":{}}}',
])('%j: nothing is known', (text) => {
  const file = join(folder, 'bad.json');
  writeFileSync(file, text);
  expect(readLastRun(file).size).toBe(0);
});

test('what is no ordinary file is left alone', async () => {
  const target = join(folder, 'target.json');
  writeFileSync(target, '');
  symlinkSync(target, join(folder, 'link.json'));
  await ran(join(folder, 'link.json'), '1', [['a', 'passed', 1]]);
  expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, 'utf8')).toBe('');
});

test('nothing is written through a link', async () => {
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(folder, 'link'));
  await ran(join(folder, 'link', 'last-run.json'), '1', [['a', 'passed', 1]]);
  expect(readLastRun(join(elsewhere, 'last-run.json')).size).toBe(0);
});
