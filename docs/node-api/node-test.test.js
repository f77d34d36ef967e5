// Phone calls beside the other tests of a project, with Node's own runner: node --test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from 'offhook';

test('calls', async (t) => {
  const running = run({
    paths: ['../../examples/direct-call.js'],
    cwd: import.meta.dirname,
    signal: t.signal, // a test that takes too long ends its calls
  });
  for await (const event of running) {
    if (event.type !== 'scenario_finished' || event.retried) continue;
    const { scenario, verdict, failures } = event;
    await t.test(scenario.name, { skip: verdict === 'skipped' }, () => {
      assert.equal(verdict, 'passed', failures.map(({ message }) => message).join('\n'));
    });
  }
  const { exitCode } = await running.result;
  assert.equal(exitCode, 0);
});
