import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { fanOut, type Reporter } from '../../report/reporter.js';
import { audioAt, SampleRun } from '../../testing/samples/sample-run.js';
import { Recordings, recordingsFolder } from './recordings.js';

const root = mkdtempSync(join(tmpdir(), 'offhook-recordings-test-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

test('recordings of an attempt are there until all have seen its end, those of the user stay', async () => {
  const folder = recordingsFolder(root);
  const run = new SampleRun().begin(2);
  const own = join(root, 'own.wav');
  for (const name of ['one', 'two']) {
    run.scenario('a.js', name);
    const paths = [join(folder, `${name}.wav`), own];
    for (const path of paths) {
      writeFileSync(path, name);
      run.push({ type: 'audio_saved', at: 1, scenario: run.id, ...audioAt('alice', 1, path) });
    }
    run.finish('passed');
  }
  const seen: string[] = [];
  const other: Reporter = {
    on: ({ type }: RunEvent) => {
      if (type === 'scenario_finished' || type === 'run_finished') {
        seen.push(readdirSync(folder).sort().join(' '));
      }
    },
    close: () => {
      seen.push(readdirSync(folder).join(' '));
      return Promise.resolve();
    },
  };
  const all = fanOut([new Recordings(folder, root), other], (event) => event);
  for (const event of run.end().events) all.on(event);
  writeFileSync(join(folder, 'broken-off.wav'), '');
  await all.close();
  expect(seen).toEqual([
    'broken-off.wav one.wav two.wav',
    'broken-off.wav two.wav',
    'broken-off.wav',
    'broken-off.wav',
  ]);
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(own)).toBe(true);
});

test('a folder that cannot be made is told', () => {
  expect(() => recordingsFolder(join(root, 'none'))).toThrow(
    /^recordings for the report: ".*none" cannot be written to: ENOENT$/,
  );
});
