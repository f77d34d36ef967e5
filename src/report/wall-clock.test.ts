import { expect, test } from 'vitest';
import { SampleRun } from '../testing/samples/sample-run.js';
import { NdjsonReporter } from './ndjson.js';

test('each line says its wall-clock time: that of run_started, and by how much `at` is later', () => {
  const run = new SampleRun().after(1500);
  run.begin(1).after(0.6).scenario('a.js', 'x').after(61_000).finish('passed').end();
  let text = '';
  const reporter = new NdjsonReporter({ output: { write: (more) => void (text += more) } });
  for (const event of run.events) reporter.on(event);
  void reporter.close();
  const times = text
    .trim()
    .split('\n')
    .map((line) => {
      const { type, time } = JSON.parse(line) as { type: string; time: string };
      return `${type} ${time}`;
    });
  expect(times).toEqual([
    'run_started 2026-01-02T03:04:05.000Z',
    'scenario_started 2026-01-02T03:04:05.000Z',
    'scenario_finished 2026-01-02T03:05:06.000Z',
    'run_finished 2026-01-02T03:05:06.000Z',
  ]);
});
