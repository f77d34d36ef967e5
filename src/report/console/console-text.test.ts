import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { shown } from '../../testing/cli/console-text.js';
import { refusedCall } from '../../testing/samples/sample-failure.js';
import { SampleRun, twoPartyCall } from '../../testing/samples/sample-run.js';

test('colour changes nothing but colour', async () => {
  const run = refusedCall(twoPartyCall(new SampleRun().begin(2))).end();
  const coloured = await shown(run.events, { colour: 3 });
  const colourless = await shown(run.events, { colour: 0 });
  expect(coloured).toContain('\u001b[');
  expect(colourless).not.toContain('\u001b');
  expect(stripVTControlCharacters(coloured)).toBe(colourless);
});

test('nothing a peer or a script says drives the terminal', async () => {
  const run = new SampleRun().scenario('a.js', 'evil\u001b[2J');
  run.log('red \u001b[31m and \u202e back\nsecond line').end();
  const text = await shown(run.events);
  expect(text).toContain('red \\x1b[31m and \\u202e back\n');
  expect(text).toContain('evil\\x1b[2J');
});

test('events Offhook has no word for: with -v, and without what is said anyway', async () => {
  const fields = { type: 'CALL_RTCP', class: 'call', id: 'x', param: 'audio', peeruri: 'sip:a@b' };
  const run = new SampleRun().begin(1).scenario('a.js', 'one');
  run.agent('bob', { type: 'other', name: 'CALL_RTCP', fields }).finish('passed').end();
  expect(await shown(run.events)).not.toContain('CALL_RTCP');
  expect(await shown(run.events, { mode: 'verbose' })).toContain(
    '  bob    CALL_RTCP param=audio\n',
  );
});

test('a run that broke off says so', async () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'one').log('1');
  expect(await shown(run.events)).toContain('the run broke off');
});

test('await_until and wait as the runner tells them; a stopped part leaves nothing hanging', async () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'one');
  const { id: scenario } = run;
  run
    .awaited('assert(bob.state).equals(State.Ringing)', 8)
    .awaited('assert(f(bob)).is_not_empty()', 8)
    .awaited('bob.registered && alice.registered', 8)
    .awaited('wait(3.0 s)', 3000, { by: 'wait' })
    .awaited('wait(9.0 s)', 1200, { ok: false, by: 'wait' })
    .push({ type: 'step_started', at: run.at, scenario, name: 'stopped', depth: 0 });
  run.push({ type: 'waiting', by: 'await_until', at: run.at, scenario, what: 'x', until: 9000 });
  run.phase('teardown').assertion({ label: 'after', expected: '1', actual: '1' }).log('done');
  expect(await shown(run.finish('failed').end().events)).toMatchInlineSnapshot(`
    "
    a.js › one
        0.008s         ✓ bob.state equals State.Ringing (after 8 ms)
        0.016s         ✓ f(bob) is not empty (after 8 ms)
        0.024s         ✓ bob.registered && alice.registered (after 8 ms)
        3.024s         ✓ wait(3.0 s)
        4.224s         ✗ wait(9.0 s) (failed after 1.2 s)
        4.224s         ▸ stopped
      teardown:
        4.224s         ✓ after equals 1
        4.224s         log: done
      ✗ failed in 4.2 s

    1 scenario: 1 failed in 4.2 s
    "
  `);
});
