import { expect, test } from 'vitest';
import { shown } from '../../testing/cli/console-text.js';
import { SampleRun } from '../../testing/samples/sample-run.js';

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

test('an assertion of a responder during a wait has a line of its own, and the wait keeps its line', async () => {
  const run = new SampleRun().begin(1).scenario('call.js', 'serves');
  const what = 'mock.request_count("/x")';
  run
    .push({ type: 'waiting', by: 'await_until', at: run.at, scenario: run.id, what, until: 5000 })
    .assertion({ label: 'request.path', expected: '"/x"', actual: '"/y"', ok: false })
    .after(7)
    .push({
      type: 'waited',
      by: 'await_until',
      at: run.at,
      scenario: run.id,
      what,
      ok: true,
      ms: 7,
    });
  expect(await shown(run.finish('failed').end().events)).toMatch(
    / 0\.000s +✗ request\.path equals "\/x".*\n +0\.007s +✓ mock\.request_count\("\/x"\) \(after 7 ms\)\n/,
  );
});

const FIRST = 'f3a9c27d81b24e06';
const SECOND = 'f3a9c2aa00000001';

/** Carol calls Bob, who talks to Alice; then Alice hangs up. */
function callWaiting(): SampleRun {
  const run = new SampleRun().begin(1).scenario('call.js', 'waits');
  const from = (number: string) => ({ uri: `sip:${number}@127.0.0.1:1`, number });
  return run
    .agent('alice', { type: 'call_dialed', call: FIRST, peer: from('bob') })
    .agent('bob', { type: 'call_incoming', call: FIRST, peer: from('alice'), headers: [] })
    .agent('bob', { type: 'call_established', call: FIRST })
    .agent('alice', { type: 'call_established', call: FIRST })
    .agent('bob', { type: 'call_incoming', call: SECOND, peer: from('carol'), headers: [] })
    .agent('alice', { type: 'call_closed', call: FIRST, ended: { by: 'local', how: 'bye' } })
    .agent('bob', { type: 'call_closed', call: FIRST, ended: { by: 'remote', how: 'bye' } })
    .agent('bob', { type: 'call_established', call: SECOND })
    .agent('bob', { type: 'registered', code: 200, reason: 'OK' })
    .finish('passed')
    .end();
}

test('verbose: from its second call on, the lines of an agent say which call they are about', async () => {
  const text = await shown(callWaiting().events, { mode: 'verbose' });
  const lines = text.split('\n').flatMap((line) => /s {2}((?:alice|bob) .*)/.exec(line)?.[1] ?? []);
  expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
    'alice calling sip:bob@127.0.0.1:1',
    'bob ringing from sip:alice@127.0.0.1:1',
    'bob established',
    'alice established',
    'bob [f3a9c2a] ringing from sip:carol@127.0.0.1:1',
    'alice ended by local: bye',
    'bob [f3a9c2] ended by remote: bye',
    'bob [f3a9c2a] established',
    'bob registered (200 OK)',
  ]);
});

test('without -v no line says which call it is about', async () => {
  expect(await shown(callWaiting().events)).not.toContain('[');
});
