import { expect, test } from 'vitest';
import type { Failure } from '../../model/run-event.js';
import { shown } from '../../testing/cli/console-text.js';
import { AT, REFUSED, refusedCall } from '../../testing/samples/sample-failure.js';
import { SampleRun, twoPartyCall } from '../../testing/samples/sample-run.js';

test('a passing two-party call', async () => {
  const run = twoPartyCall(new SampleRun().begin(1)).end();
  expect(await shown(run.events)).toMatchInlineSnapshot(`
    "
    examples/two-party.js › answered call  [smoke, call]
      setup:
        0.040s  alice  started as sip:alice@127.0.0.1:10000
        0.080s  bob    started as sip:bob@127.0.0.1:10010
        0.080s  alice  register()
        0.091s  alice  registered (200 OK)
        0.100s         ✓ alice.registered is true (after 9 ms)
      body:
        0.100s  alice  dial(bob)
        0.105s  bob    ringing from alice
        0.105s  alice  ringing (180 Ringing)
        0.107s         ✓ bob.state equals State.Ringing (after 2 ms)
        0.107s  bob    accept()
        0.114s  alice  established
        0.114s  bob    established
        0.118s         ✓ alice.state equals State.Established (after 4 ms)
        0.118s         log: call is up
        0.118s         ▸ hang up
        0.118s  alice    hangup()
        0.121s  alice    ended by local: bye
        0.123s  bob      ended by remote: bye
        0.123s           ✓ bob.state equals Idle
      ✓ passed in 123 ms

    1 scenario: 1 passed in 123 ms
    "
  `);
});

test('verbose: every agent event, processes, durations and locations', async () => {
  const run = twoPartyCall(new SampleRun().begin(1)).end();
  expect(await shown(run.events, { mode: 'verbose' })).toMatchInlineSnapshot(`
    "
    offhook 0.1.0, baresip 1.1.0: 1 scenario in 1 file

    examples/two-party.js › answered call  [smoke, call]
      setup:
        0.000s         agent("alice", {"password": "***"})
        0.040s         agent took 40 ms
        0.040s  alice  started as sip:alice@127.0.0.1:10000 (baresip 1.1.0, 127.0.0.1:10000)
        0.040s         agent("bob", {"password": "***"})
        0.080s         agent took 40 ms
        0.080s  bob    started as sip:bob@127.0.0.1:10010 (baresip 1.1.0, 127.0.0.1:10010)
        0.080s  alice  register()  at call.js:8:3
        0.082s  alice  register took 2 ms
        0.082s  alice  registering
        0.091s  alice  registered (200 OK)
        0.100s         ✓ alice.registered is true (after 9 ms)
      body:
        0.100s  alice  dial(bob)  at call.js:14:3
        0.103s  alice  dial took 3 ms
        0.103s  alice  calling bob
        0.105s  bob    ringing from alice
        0.105s  alice  ringing (180 Ringing)
        0.107s         ✓ bob.state equals State.Ringing (after 2 ms)
        0.107s  bob    accept()
        0.110s  bob    accept took 3 ms
        0.110s  bob    answered
        0.114s  alice  established
        0.114s  bob    established
        0.118s         ✓ alice.state equals State.Established (after 4 ms)
        0.118s         log: call is up
        0.118s         ▸ hang up
        0.118s  alice    hangup()
        0.121s  alice    hangup took 3 ms
        0.121s  alice    ended by local: bye
        0.123s  bob      ended by remote: bye
        0.123s           ✓ bob.state equals Idle
        0.123s         ▪ hang up took 5 ms
      ✓ passed in 123 ms

    1 scenario: 1 passed in 123 ms
    "
  `);
});

test('a time line of several calls says of each line which one it is about', async () => {
  const [first] = REFUSED.timeline ?? [];
  if (first?.kind !== 'sip') throw new Error('the sample begins with a SIP message');
  const other = { ...first, message: { ...first.message, call_id: 'second@host' } };
  const failure: Failure = { ...REFUSED, timeline: [...(REFUSED.timeline ?? []), other] };
  const run = refusedCall(new SampleRun().begin(1), [failure]).end();
  const text = await shown(run.events);
  expect(text).toContain('* alice: [f3a9c2] ended by remote: rejected (404 Not Found)');
  expect(text).toMatch(/- INVITE -+>\| {2}\[second\]/);
});

test('a stall of the machine is shown below a failure only, and with -v', async () => {
  const scenario = {
    id: 'call.js#0.1',
    key: 'call.js › x',
    attempt: 1,
    order: 1,
    file: 'call.js',
    name: 'x',
    tags: [],
  };
  const text = 'the machine stalled for 170 ms';
  const run = (verdict: 'passed' | 'failed') =>
    shown([
      { type: 'scenario_started', at: 0, scenario },
      { type: 'warning', at: 1, scenario: scenario.id, text, aside: true },
      {
        type: 'scenario_finished',
        at: 2,
        scenario,
        verdict,
        ms: 2,
        failures: verdict === 'failed' ? [REFUSED] : [],
      },
    ]);
  expect(await run('passed')).not.toContain(text);
  expect(await run('failed')).toContain(`\n    note: ${text}\n`);
});

test('await_until gave up: both sides, code frame, time line', async () => {
  const run = refusedCall(new SampleRun().begin(1)).end();
  expect(await shown(run.events)).toMatchInlineSnapshot(`
    "
    call.js › rings within "5 s"
        0.040s  alice  started as sip:alice@127.0.0.1:10000
        0.080s  bob    started as sip:bob@127.0.0.1:10010
        0.080s  alice  dial(bob)
        0.084s  alice  ended by remote: rejected (404 Not Found)
        5.084s         ✗ bob.state equals State.Ringing (failed after 5.0 s)
      ✗ failed in 5.1 s

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
                   alice                      bob
          0.091s     |-------- INVITE -------->|  sent 3 times until 1.591s
          1.600s     |<---- 404 Not Found -----|
          1.601s     * alice: ended by remote: rejected (404 Not Found)

        see more: offhook run call.js --scenario 'rings within "5 s"' -v --sip-trace

    1 scenario: 1 failed in 5.1 s
    "
  `);
});

test('narrow terminal: wrapped but for the command to copy, nothing lost but cut code', async () => {
  const run = refusedCall(new SampleRun().begin(1)).end();
  const text = await shown(run.events, { columns: 48 });
  const lines = text.split('\n').filter((line) => !line.includes('see more:'));
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(48);
  expect(text).toMatchInlineSnapshot(`
    "
    call.js › rings within "5 s"
     0.040s alice started as
                  sip:alice@127.0.0.1:10000
     0.080s bob   started as sip:bob@127.0.0.1:10010
     0.080s alice dial(bob)
     0.084s alice ended by remote: rejected (404 Not
                  Found)
     5.084s       ✗ bob.state equals State.Ringing
                  (failed after 5.0 s)
      ✗ failed in 5.1 s

        await_until: condition did not hold (waited
        5000 ms) [E_AWAIT_TIMEOUT]
          expected: Ringing
          seen:     Idle
          hint: check that bob is registered where
                alice dials
          at call.js:12:3
          from login lib/login.js:3:1

          11 | alice.dial(bob);
        > 12 | await_until(() => assert(bob.state).…
             |   ^
          13 | bob.accept();

        last SIP messages and events of alice, bob:
          0.091s  alice -> bob  INVITE  sent 3 times
                  until 1.591s
          1.600s  bob -> alice  404 Not Found
          1.601s  * alice: ended by remote: rejected
                  (404 Not Found)

        see more: offhook run call.js --scenario 'rings within "5 s"' -v --sip-trace

    1 scenario: 1 failed in 5.1 s
    "
  `);
});

test('failing assertion, skipped one, teardown failure, warnings, left out', async () => {
  const assertion: Failure = {
    code: 'E_ASSERT',
    phase: 'body',
    message: 'assert(alice.state): does not equal Established: was Idle',
    at: AT,
    label: 'alice.state',
    expected: 'Established',
    actual: 'Idle',
  };
  const teardown: Failure = {
    code: 'E_CALL_STATE',
    phase: 'teardown',
    message: 'agent "alice": cannot hang up: no call',
    at: { ...AT, line: 30 },
  };
  const run = new SampleRun().begin(3, 2);
  run.push({ type: 'warning', at: 0, text: 'scenario.only is used: 1 scenario does not run' });
  run
    .scenario('suite.js', 'is answered')
    .started('alice', 10000)
    .assertion({ ok: false, actual: 'Idle' })
    .phase('teardown')
    .verb('alice', 'hangup')
    .finish('failed', [assertion, teardown])
    .scenario('suite.js', 'is rejected', 'slow')
    .finish('skipped', [], 'no second line here')
    .scenario('crash.js', 'crash')
    .started('carol', 10020)
    .agent('carol', {
      type: 'exited',
      code: null,
      signal: 'SIGSEGV',
      expected: false,
      reason: 'killed by SIGSEGV',
    })
    .finish('errored', [
      { code: 'E_AGENT_CRASHED', phase: 'body', message: 'agent "carol": process ended: SIGSEGV' },
    ])
    .end({ left_out: ['demo/one.js'] });
  expect(await shown(run.events)).toMatchInlineSnapshot(`
    "
    warning: scenario.only is used: 1 scenario does not run
    suite.js › is answered
        0.040s  alice  started as sip:alice@127.0.0.1:10000
        0.040s         ✗ alice.state equals Established
      teardown:
        0.040s  alice  hangup()
      ✗ failed in 41 ms

        assert(alice.state): does not equal Established: was Idle [E_ASSERT]
          at call.js:12:3

        additional failure in teardown:
        agent "alice": cannot hang up: no call [E_CALL_STATE]
          at call.js:30:3

        see more: offhook run suite.js --scenario "is answered" -v --sip-trace

    suite.js › is rejected  [slow]
      - skipped: no second line here

    crash.js
        0.040s  carol  started as sip:carol@127.0.0.1:10020
        0.040s  carol  process ended: killed by SIGSEGV
      ✗ errored in 40 ms

        agent "carol": process ended: SIGSEGV [E_AGENT_CRASHED]

        see more: offhook run crash.js -v --sip-trace

    failed:
      call.js:12  suite.js › is answered
          assert(alice.state): does not equal Established: was Idle
      crash.js
          agent "carol": process ended: SIGSEGV

    warnings:
      scenario.only is used: 1 scenario does not run

    left out (single-scenario files run when they are named, or with --all-files):
      demo/one.js

    3 scenarios: 1 failed, 1 errored, 1 skipped in 81 ms
    "
  `);
});

test('interrupted run', async () => {
  const run = new SampleRun().begin(3);
  run
    .scenario('suite.js', 'first')
    .after(1200)
    .finish('errored', [
      {
        code: 'E_INTERRUPTED',
        phase: 'body',
        message: 'scenario "first": interrupted: SIGINT received (after 1200 ms)',
      },
    ])
    .end({ interrupted: true, exit: 130 });
  expect(await shown(run.events)).toMatchInlineSnapshot(`
    "
    suite.js › first
      ✗ errored in 1.2 s

        scenario "first": interrupted: SIGINT received (after 1200 ms) [E_INTERRUPTED]

        see more: offhook run suite.js --scenario "first" -v --sip-trace

    interrupted: 2 scenarios did not run
    1 scenario: 1 errored in 1.2 s
    "
  `);
});

test('quiet: failures and the summary line', async () => {
  const run = refusedCall(twoPartyCall(new SampleRun().begin(2)), [{ ...REFUSED, timeline: [] }]);
  expect(await shown(run.end().events, { mode: 'quiet' })).toMatchInlineSnapshot(`
    "
    call.js › rings within "5 s"
      ✗ failed in 5.1 s

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

        see more: offhook run call.js --scenario 'rings within "5 s"' -v --sip-trace

    failed:
      call.js:12  rings within "5 s"
          await_until: condition did not hold: bob.state was Idle (waited 5000 ms)

    2 scenarios: 1 passed, 1 failed in 5.2 s
    "
  `);
});

test('refreshes of a registration are told only with -v, until something changes', async () => {
  const granted = { type: 'registered', code: 200, reason: 'OK', expires: 60 } as const;
  const run = new SampleRun().begin(1).scenario('a.js', 'refreshed').started('alice', 10000);
  run.agent('alice', granted).agent('alice', granted).agent('alice', granted);
  run.agent('alice', { type: 'registration_expired' }).agent('alice', granted);
  const count = (text: string) => text.match(/registered \(200 OK\)/g)?.length;
  expect(count(await shown(run.events))).toBe(2);
  expect(count(await shown(run.events, { mode: 'verbose' }))).toBe(4);
});

test('quiet: what changes the meaning of green is told all the same', async () => {
  const warning = { type: 'warning', at: 0, text: '"only" is set' } as const;
  const end = new SampleRun().end({ left_out: ['demo/one.js'] }).events;
  const text = await shown([warning, ...end], { mode: 'quiet' });
  expect(text).toContain('warnings:\n  "only" is set\n');
  expect(text).toContain('--all-files):\n  demo/one.js\n');
});
