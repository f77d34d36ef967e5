import { expect, test } from 'vitest';
import type { Failure } from '../../model/run-event.js';
import { shown } from '../../testing/cli/console-text.js';
import { AT, REFUSED } from '../../testing/samples/sample-failure.js';
import { SampleRun } from '../../testing/samples/sample-run.js';
import { written } from '../../testing/samples/sample-suite.js';
import { ListReporter } from './list.js';
import { Terminal } from './terminal.js';

const listed = (run: SampleRun): Promise<string> =>
  written((output) => new ListReporter({ terminal: new Terminal({ output }), cwd: '/' }), run);

const BRIEF: Failure = {
  code: 'E_ASSERT',
  phase: 'body',
  message: 'assert(alice.state): does not equal Established: was Idle (waited 5000 ms)',
  at: AT,
};

test('several at a time: the lines of a scenario stand together', async () => {
  const one = new SampleRun().scenario('a.js', 'one').log('1').after(5).log('3').finish('passed');
  const two = new SampleRun().scenario('b.js', 'two').log('2').after(9).finish('passed');
  const run = new SampleRun().begin(3, 2, { jobs: 2 });
  for (let at = 0; at < 4; at += 1)
    run.push(...[two, one].flatMap(({ events }) => events[at] ?? []));
  run.scenario('c.js', 'cut').log('so far');
  expect(await shown(run.events)).toMatchInlineSnapshot(`
    "
    b.js › two
        0.000s         log: 2
      ✓ passed in 9 ms

    a.js › one
        0.000s         log: 1
        0.005s         log: 3
      ✓ passed in 5 ms

    c.js › cut
        0.000s         log: so far
      ✗ did not finish: the run broke off
    the run broke off: not all results are known
    "
  `);
});

test('an attempt that begins anew has shown nothing', async () => {
  const run = new SampleRun().begin(1, 1, { jobs: 2 }).scenario('a.js', 'one').log('void');
  const start = run.events[1];
  if (start === undefined) throw new Error('the scenario has started');
  run.push({ type: 'scenario_restarted', at: 1, scenario: run.id, reason: 'it waited for x' });
  const text = await shown(run.push(start).log('counts').finish('passed').end().events);
  expect(text).toContain('log: counts');
  expect(text).not.toContain('void');
});

test('flaky: the first failure whole, of later ones only what differs', async () => {
  const run = new SampleRun().begin(3, 1, { retries: 2 }).scenario('a.js', 'shaky');
  run.failAndRetry(BRIEF).again().after(1200).finish('flaky');
  run.scenario('a.js', 'down').failAndRetry(REFUSED);
  run.again().failAndRetry({ ...REFUSED, brief: 'await_until: did not hold (waited 4711 ms)' });
  run.again().finish('failed', [{ ...REFUSED, actual: 'Calling' }]);
  expect(await shown(run.end().events)).toMatchInlineSnapshot(`
    "
    a.js › shaky
      ✗ failed in 0 ms, will be run again

        assert(alice.state): does not equal Established: was Idle (waited 5000 ms) [E_ASSERT]
          at call.js:12:3

    a.js › shaky (attempt 2)
      ~ flaky: passed on attempt 2 in 1.2 s

    a.js › down
      ✗ failed in 0 ms, will be run again

        await_until: condition did not hold (waited 5000 ms) [E_AWAIT_TIMEOUT]
          expected: Ringing
          seen:     Idle
          hint: check that bob is registered where alice dials
          at call.js:12:3
          from login lib/login.js:3:1

          11 | alice.dial(bob);
        > 12 | await_until(() => assert(bob.state).equals(State.Ringing));
             |   ^
          13 | bob.accept();

        last SIP messages and events of alice, bob:
                   alice                127.0.0.1:10010
          0.091s     |-------- INVITE -------->|  sent 3 times until 1.591s
          1.600s     |<---- 404 Not Found -----|
          1.601s     * alice: ended by remote: rejected (404 Not Found)

    a.js › down (attempt 2)
      ✗ failed in 0 ms, will be run again

        what differs from attempt 1:
        await_until: did not hold (waited 4711 ms) [E_AWAIT_TIMEOUT]

    a.js › down (attempt 3)
      ✗ failed in 0 ms

        what differs from attempt 1:
          seen:     Calling

        see more: offhook run a.js --scenario "down" -v --sip-trace

    failed:
      call.js:12  a.js › down
          await_until: condition did not hold: bob.state was Idle (waited 5000 ms)

    flaky:
      call.js:12  a.js › shaky
          assert(alice.state): does not equal Established: was Idle (waited 5000 ms)

    2 scenarios: 1 failed, 1 flaky in 1.2 s
    "
  `);
});

test('retries that nobody needed are counted: 0 flaky', async () => {
  const run = new SampleRun().begin(1, 1, { retries: 1 }).scenario('a.js', 'one').finish('passed');
  expect(await shown(run.end().events)).toContain('1 scenario: 1 passed, 0 flaky in');
});

test('repeated: of each kind the first failure whole, later ones in a line', async () => {
  const run = new SampleRun()
    .begin(1, 1, { repeat: 4 })
    .scenario('a.js', 'shaky')
    .finish('failed', [REFUSED]);
  run
    .again()
    .after(40)
    .finish('failed', [{ ...REFUSED, actual: 'Calling' }]);
  run.again().finish('failed', [BRIEF]);
  run.again().finish('failed', [BRIEF]);
  run.end();
  for (const text of [await shown(run.events), await listed(run)]) {
    expect(text.match(/^ +(?:at|seen: ).*$/gm)).toHaveLength(3);
    expect(text.match(/see more/g)).toHaveLength(2);
  }
  const text = await shown(run.events);
  expect(text).toContain(
    'a.js › shaky (attempt 2)\n  ✗ failed in 40 ms\n    same failure as attempt 1\n\na.js › shaky (attempt 3)',
  );
  expect(text).toContain('(attempt 4)\n  ✗ failed in 0 ms\n    same failure as attempt 3\n');
  expect(await listed(run)).toMatch(
    /^✗ a\.js › shaky \(attempt 4\) {2}failed .*\(as attempt 3\)$/m,
  );
});

test('what failed once per file is counted in the last line, beside the scenarios', async () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'one').finish('passed');
  const scenario = { id: 'a.js#teardown_file', key: 'a.js#teardown_file', attempt: 1, order: 1 };
  const part = { scenario: { ...scenario, file: 'a.js', name: 'teardown_file', tags: [] } };
  run.push({ type: 'file_part_started', at: 1, ...part, part: 'teardown_file' });
  run.push({
    ...{ type: 'file_part_finished', at: 2, ...part, part: 'teardown_file' },
    ...{ verdict: 'failed', ms: 1, failures: [BRIEF] },
  });
  run.end({ exit: 1 });
  for (const text of [await shown(run.events), await listed(run)]) {
    expect(text).toMatch(/^1 scenario: 1 passed, 1 teardown_file failed in/m);
  }
});
