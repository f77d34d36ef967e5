// Phone calls beside the other tests of a project, with Vitest: vitest run
import { run } from 'offhook';
import { expect, test } from 'vitest';

const LIMIT_MS = 60_000;

test('calls', { timeout: LIMIT_MS }, async ({ signal }) => {
  const running = run({
    paths: ['../../examples/direct-call.js'],
    cwd: import.meta.dirname,
    signal,
  });
  const problems = [];
  for await (const event of running) {
    if (event.type !== 'scenario_finished' || event.retried) continue;
    for (const { message } of event.failures) problems.push(`${event.scenario.name}: ${message}`);
  }
  expect(problems).toEqual([]);
  expect(await running.result).toMatchObject({ passed: 1, exitCode: 0 });
});
