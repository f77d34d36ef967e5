import { expect, test } from 'vitest';
import { shown } from '../testing/console-text.js';
import { SampleRun } from '../testing/sample-run.js';

test('verbose: what a verifying verb returned and what an assertion saw', async () => {
  const run = new SampleRun().begin(1).scenario('call.js', 'listens');
  const base = {
    at: 5,
    scenario:
      run.events.flatMap((one) => (one.type === 'scenario_started' ? [one.scenario.id] : []))[0] ??
      '',
  };
  run.events.push(
    { type: 'verb_started', ...base, call: 1, agent: 'bob', verb: 'verify_audio', args: '440' },
    {
      type: 'verb_finished',
      ...base,
      call: 1,
      agent: 'bob',
      verb: 'verify_audio',
      ms: 105,
      result: '{ hz: 440, level: -9.9 }',
    },
    {
      type: 'assertion',
      ...base,
      ok: true,
      label: 'bob.rtp.received',
      matcher: 'greater_than',
      expected: '1',
      actual: '12',
    },
    {
      type: 'assertion',
      ...base,
      ok: true,
      label: 'n',
      matcher: 'equals',
      expected: '2',
      actual: '2',
    },
  );
  const text = await shown(run.finish('passed').end().events, { mode: 'verbose' });
  expect(text).toContain('verify_audio took 105 ms: { hz: 440, level: -9.9 }');
  expect(text).toContain('✓ bob.rtp.received greater than 1: seen 12');
  expect(text).toMatch(/✓ n equals 2$/m);
});
