import { expect, test } from 'vitest';
import { IDLE, sampleSuite, written } from '../../testing/samples/sample-suite.js';
import { SampleRun } from '../../testing/samples/sample-run.js';
import { BriefReporter } from './brief.js';
import { ByLength } from './by-length.js';
import { ListReporter } from './list.js';
import { Terminal } from './terminal.js';

const cwd = '/home/me/tests';

const list = (run: SampleRun) =>
  written((output) => new ListReporter({ terminal: new Terminal({ output }), cwd }), run);

test('list: a line each, then the failures, then what must not be overlooked', async () => {
  expect(`\n${await list(sampleSuite())}`).toMatchInlineSnapshot(`
    "
    ✓ call.js › answered  1.2 s
    ✗ call.js › rings # 1  failed in 5.1 s, will be run again: await_until: condition did not hold: bob.state was Idle (waited 5000 ms)
    ✗ call.js › rings # 1 (attempt 2)  failed in 4.9 s: await_until: condition did not hold: bob.state was Idle (waited 5000 ms)
    ✗ call.js › shaky  failed in 0 ms, will be run again: assert(alice.state): does not equal Established: was Idle
    ~ call.js › shaky (attempt 2)  flaky: passed on attempt 2 in 300 ms
    - late.js › later  skipped: not today
    ✗ late.js › ours  errored in 0 ms: agent "a": SIGSEGV
    warning: "only" is set

    call.js › rings # 1
        0.040s  alice  started as sip:alice@127.0.0.1:10000
        0.080s  bob    started as sip:bob@127.0.0.1:10010
      ✗ failed in 5.1 s, will be run again

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

    call.js › rings # 1 (attempt 2)
      ✗ failed in 4.9 s

        same failure as attempt 1

        see more: offhook run call.js --scenario "rings # 1" -v --sip-trace

    call.js › shaky
      ✗ failed in 0 ms, will be run again

        assert(alice.state): does not equal Established: was Idle [E_ASSERT]
          at call.js:12:3

    late.js › ours
      ✗ errored in 0 ms

        in setup, which runs once for each scenario:
        agent "a": SIGSEGV [E_AGENT_CRASHED]

        see more: offhook run late.js --scenario "ours" -v --sip-trace

    flaky:
      call.js:12  shaky
          assert(alice.state): does not equal Established: was Idle

    warnings:
      "only" is set

    5 scenarios: 1 passed, 1 failed, 1 errored, 1 flaky, 1 skipped in 11 s
    "
  `);
});

test('list: failures in the order of the files; beyond a hundred they are named only', async () => {
  const run = new SampleRun().begin(102);
  for (let at = 0; at < 102; at += 1) run.scenario('a.js', `s${at}`).finish('failed', [IDLE]);
  const text = await list(run.end());
  expect(text.match(/see more:/g)).toHaveLength(100);
  expect(text).toContain('2 more failures, named below\n');
  expect(text).toContain('call.js:12  a.js › s101\n');
  const backwards = new SampleRun();
  backwards.push(...[...run.events.slice(0, 9)].reverse());
  expect(await list(backwards)).toMatch(/\na\.js › s0\n[^]*\na\.js › s3\n/);
});

test.each([{ lines: 10 }, { lines: 3000 }])(
  'list: of $lines lines the first are shown, and always why the scenario failed',
  async ({ lines }) => {
    const run = new SampleRun().begin(2).scenario('a.js', 'long');
    for (let at = 0; at < lines; at += 1) run.log(`line ${at} ${'x'.repeat(40)}`);
    const text = await list(run.finish('failed', [IDLE]).end());
    const shown = text.match(/log: line/g)?.length ?? 0;
    const lost = Number(/cut here: (\d+) characters/.exec(text)?.[1] ?? 0);
    expect(text).toContain('log: line 0 ');
    expect(lost > 0).toBe(shown < lines);
    expect(shown < lines).toBe(lines > 2000);
    expect(text).toMatch(/\n {2}✗ failed in [^]*does not equal[^]*see more:/);
  },
);

test('list: a run that broke off', async () => {
  const run = new SampleRun().begin(2).scenario('a.js', 'one').log('so far');
  const text = await list(run);
  expect(text).toContain('a.js › one\n    0.000s         log: so far\n  ✗ did not finish');
  expect(text).toContain('the run broke off: not all results are known\n');
});

test.each([
  { isTTY: true, scenarios: 10, lines: true },
  { isTTY: true, scenarios: 11, lines: false },
  { isTTY: false, scenarios: 1, lines: true },
  { isTTY: false, scenarios: 2, lines: false },
])('unless one is named, %j', async ({ isTTY, scenarios, lines }) => {
  const run = new SampleRun()
    .begin(scenarios)
    .scenario('a.js', 'one')
    .log('hello')
    .finish('passed');
  const text = await written(
    (output) => new ByLength({ terminal: new Terminal({ output: { ...output, isTTY } }), cwd }),
    run.end(),
  );
  expect(text.includes('log: hello')).toBe(lines);
  expect(text).toContain('1 scenario: 1 passed');
});

test('brief: what failed and the command that explains it, nothing else', async () => {
  const again = () => ['--lab'];
  const text = await written(
    (output) => new BriefReporter({ terminal: new Terminal({ output }), cwd, again }),
    sampleSuite(),
  );
  expect(`\n${text}`).toMatchInlineSnapshot(`
    "
    failed in 2 attempts: call.js › rings # 1

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

        see more: offhook run call.js --scenario "rings # 1" --lab -v --sip-trace

    flaky: call.js › shaky: passed on attempt 2, failed first: assert(alice.state): does not equal Established: was Idle
    errored: late.js › ours

        in setup, which runs once for each scenario:
        agent "a": SIGSEGV [E_AGENT_CRASHED]

        see more: offhook run late.js --scenario "ours" --lab -v --sip-trace

    warning: "only" is set
    1 passed, 1 failed, 1 errored, 1 flaky, 1 skipped in 11 s
    "
  `);
});
