/** Suites as their authors meet them: order, isolation, teardown. */
import { describe, expect, it } from 'vitest';
import {
  eventsOf,
  logsOf,
  runFiles,
  steer,
  verdictsOf,
  type Files,
} from '../testing/cli/run-files.js';

async function suite(
  source: string,
  args: readonly string[] = [],
  files: Files = {},
): Promise<{ code: number | null; stdout: string; logs: string[]; verdicts: string[] }> {
  const all = { 'it.js': source, ...files };
  const { code, stdout, stderr } = await runFiles(all, ['run', 'it.js', '--json', ...args]);
  expect(stderr).toBe('');
  return { code, stdout, logs: logsOf(stdout), verdicts: verdictsOf(stdout) };
}

function failuresOf(stdout: string): { phase: string; code: string; message: string }[] {
  return eventsOf(stdout).flatMap((event) =>
    event.type === 'scenario_finished'
      ? event.failures.map(({ phase, code, message }) => ({ phase, code, message }))
      : [],
  );
}

describe.concurrent('setup and teardown', () => {
  it('run around each scenario, with the value of setup', async () => {
    const { code, logs } = await suite(`
      let n = 0;
      setup(async () => { log('setup', ++n); return { n, alice: agent('alice') }; });
      teardown(({ n, alice }) => log('teardown', n, alice.name, alice.state));
      scenario('one', ({ n, alice }) => { log('one', n, alice.name); assert(n).equals(1); });
      scenario('two', async ({ n, alice }) => { log('two', n, alice.name); assert(n).equals(1); });
    `);
    expect(logs).toEqual([
      'setup 1',
      'one 1 alice',
      'teardown 1 alice Idle',
      'setup 1',
      'two 1 alice',
      'teardown 1 alice Idle',
    ]);
    expect(code).toBe(0);
  });

  it.each([
    { what: 'a failure', body: 'assert(1).equals(2);', verdict: 'failed', code: 1 },
    { what: 'a thrown error', body: "throw new Error('no');", verdict: 'failed', code: 1 },
    { what: 'skip()', body: "skip('not here');", verdict: 'skipped', code: 0 },
    { what: 'a time-out', body: 'wait(60);', verdict: 'failed', code: 1 },
    { what: 'an endless loop', body: 'for (;;);', verdict: 'failed', code: 1 },
  ])('teardown runs after $what', async ({ body, verdict, code }) => {
    const result = await suite(
      `setup(() => 'value');
       teardown((value) => log('teardown', value));
       scenario('x', () => { ${body} });
       scenario('y', () => { log('y'); assert(1).equals(1); });`,
      ['--timeout', '700ms', '--cpu-limit', '1s'],
    );
    expect(result.logs).toEqual(['teardown value', 'y', 'teardown value']);
    expect(result.verdicts).toEqual([`x: ${verdict}`, 'y: passed']);
    expect(result.code).toBe(code);
  });

  it('teardown runs after a failed setup, without its value', async () => {
    const { logs, stdout } = await suite(`
      setup(() => { throw new Error('no server'); });
      teardown((value) => log('teardown', value));
      scenario('x', () => log('never'));
    `);
    expect(logs).toEqual(['teardown undefined']);
    expect(failuresOf(stdout)).toEqual([
      { phase: 'setup', code: 'E_SCRIPT_THROWN', message: 'Error: no server' },
    ]);
  });

  it("teardown's own failure is told, and never hides the first", async () => {
    const { code, stdout } = await suite(`
      teardown(() => { throw new Error('second'); });
      scenario('x', () => { throw new Error('first'); });
      scenario('y', () => assert(1).equals(1));
    `);
    expect(failuresOf(stdout)).toEqual([
      { phase: 'body', code: 'E_SCRIPT_THROWN', message: 'Error: first' },
      { phase: 'teardown', code: 'E_SCRIPT_THROWN', message: 'Error: second' },
      { phase: 'teardown', code: 'E_SCRIPT_THROWN', message: 'Error: second' },
    ]);
    expect(code).toBe(1);
  });

  it('a failed assertion that is caught stays failed', async () => {
    const { verdicts } = await suite(
      `scenario('x', () => { try { assert(1).equals(2); } catch {} });`,
    );
    expect(verdicts).toEqual(['x: failed']);
  });

  it('the time limit is that of the option where there is one', async () => {
    const { stdout, code } = await suite(
      `scenario('short', { timeout: '200ms' }, () => wait(30));
       scenario('long', { timeout: '20s' }, () => wait('600ms'));`,
      ['--timeout', '400ms'],
    );
    expect(failuresOf(stdout)).toMatchObject([{ code: 'E_SCRIPT_TIMEOUT', phase: 'body' }]);
    expect(verdictsOf(stdout)).toEqual(['short: failed', 'long: passed']);
    expect(code).toBe(1);
  });

  it('runs teardown and hangs up on Ctrl-C', async () => {
    const source = `
      setup(() => ({ alice: agent('alice'), bob: agent('bob', { answer: 'auto' }) }));
      teardown(({ alice, bob }) => {
        alice.hangup();
        await_until(() => assert(bob.state).equals(State.Idle));
        log('hung up', bob.ended.how);
      });
      scenario('x', ({ alice, bob }) => {
        alice.dial(bob);
        await_until(() => assert(alice.state).equals(State.Established));
        wait(60);
      });
      scenario('y', () => log('never'));`;
    const { code, stdout } = await steer(
      { 'it.js': source },
      ['run', 'it.js', '--json'],
      async (cli) => {
        await cli.waitFor(/"type":"waiting".*wait\(/);
        cli.kill('SIGINT');
        return cli.done;
      },
    );
    expect(logsOf(stdout)).toEqual(['hung up bye']);
    expect(failuresOf(stdout)).toMatchObject([{ code: 'E_INTERRUPTED' }]);
    expect(eventsOf(stdout).at(-1)).toMatchObject({ type: 'run_finished', interrupted: true });
    expect(code).toBe(130);
  });
});

describe.concurrent('isolation', () => {
  it('globals and built-ins do not leak, agents are new', async () => {
    const { verdicts } = await suite(`
      let count = 0;
      const dirty = () => {
        count += 1;
        assert(count).equals(1);
        assert(globalThis.leak).is_absent();
        assert([].leak).is_absent();
        globalThis.leak = 1;
        Array.prototype.leak = 1;
        Object.prototype.polluted = 1;
        const a = agent('a');
        assert(a.calls).is_empty();
        assert(a.ended).is_absent();
        a.dial('sip:x@127.0.0.1:9');
      };
      scenario('first', dirty);
      scenario('second', dirty);
    `);
    expect(verdicts).toEqual(['first: passed', 'second: passed']);
  });

  it('default_timeout holds for its own scenario only', async () => {
    const { stdout } = await suite(`
      scenario('first', () => {
        default_timeout('150ms');
        await_until(() => false);
      });
      scenario('second', { timeout: '3s' }, () => await_until(() => false));
    `);
    expect(failuresOf(stdout)).toMatchObject([
      { code: 'E_AWAIT_TIMEOUT', message: expect.stringContaining('(waited 150 ms)') as string },
      { code: 'E_SCRIPT_TIMEOUT' },
    ]);
  });

  it('a scenario that is not the same on the second evaluation is an error', async () => {
    const { stdout, code } = await suite('scenario(`x ${uuid()}`, () => {});');
    expect(failuresOf(stdout)).toMatchObject([{ code: 'E_SCENARIO_COLLECT' }]);
    expect(code).toBe(2);
  });

  it('imports of relative files, also from the folder above, within the project', async () => {
    const files = {
      'package.json': '{}',
      'lib/login.js': "export const who = () => 'alice';\n",
      'tests/it.js': `import { who } from '../lib/login.js';
        scenario('x', () => { log(who()); assert(who()).equals('alice'); });`,
    };
    const { code, stdout } = await runFiles(files, ['run', 'tests/it.js', '--json']);
    expect(logsOf(stdout)).toEqual(['alice']);
    expect(code).toBe(0);
  });
});

const MANY = `
  scenario('an answered call', { tags: ['smoke', 'call'] }, () => assert(1).equals(1));
  scenario('bob is busy', { tags: ['call'] }, () => assert(1).equals(1));
  scenario('nobody is there', () => assert(1).equals(1));
  scenario.each([{ code: 486, why: 'busy' }, { code: 603, why: 'declined' }])('$why is $code', { tags: ['each'] }, (row, context) => {
    log(row.code, row.why, context);
    assert(row.code).at_least(400);
  });
  scenario.each([1, 2])('number', (row) => { log(row); assert(row).at_least(1); });
  setup(() => 'context');
`;

describe.concurrent('selection', () => {
  it.each([
    { args: [], names: 7 },
    { args: ['--scenario', 'BUSY'], names: ['bob is busy', 'busy is 486'] },
    { args: ['--scenario', '* is *'], names: 4 },
    { args: ['--scenario', 'bob is bus?'], names: ['bob is busy'] },
    { args: ['--scenario', 're:^nobody'], names: ['nobody is there'] },
    {
      args: ['--scenario', 'answered', '--scenario', '#2'],
      names: ['an answered call', 'number #2'],
    },
    { args: ['--tag', 'smoke'], names: ['an answered call'] },
    { args: ['--tag', 'smoke,each'], names: 3 },
    { args: ['--tag', 'smoke', '--tag', 'each'], names: 3 },
    { args: ['--exclude-tag', 'call,each'], names: ['nobody is there', 'number #1', 'number #2'] },
    { args: ['--tag', 'call', '--exclude-tag', 'smoke'], names: ['bob is busy'] },
  ])('$args', async ({ args, names }) => {
    const { verdicts, code } = await suite(MANY, args);
    const passed = verdicts.map((text) => text.replace(': passed', ''));
    if (typeof names === 'number') expect(passed).toHaveLength(names);
    else expect(passed).toEqual(names);
    expect(code).toBe(0);
  });

  it('each: rows and the value of setup reach the body', async () => {
    const { logs } = await suite(MANY, ['--scenario', 're:\\d$']);
    expect(logs).toEqual(['486 busy context', '603 declined context', '1', '2']);
  });

  it('only: those alone, with a warning', async () => {
    const files = {
      'a.js':
        "scenario('a1', () => assert(1).equals(1)); scenario('a2', { only: true }, () => assert(1).equals(1));",
      'b.js': "scenario('b1', () => assert(1).equals(1));",
    };
    const { code, stdout } = await runFiles(files, ['run', 'a.js', 'b.js'], {
      env: { CI: undefined },
    });
    expect(stdout).toContain('warning: "only" is set: 1 of 3 scenarios run: a.js "a2"\n');
    expect(stdout).toMatch(/^1 scenario: 1 passed in/m);
    expect(code).toBe(0);
  });

  it('skip as an option: with its reason, without starting anything', async () => {
    const { code, stdout } = await runFiles(
      { 'it.js': "setup(() => { throw 1; }); scenario('x', { skip: 'too early' }, () => {});" },
      ['run', 'it.js'],
    );
    expect(stdout).toContain('- skipped: too early\n');
    expect(stdout).toMatch(/^1 scenario: 1 skipped in/m);
    expect(code).toBe(0);
  });

  it('a folder: its suites run, its single scenarios are named', async () => {
    const files = {
      'all/suite.js': "scenario('x', () => assert(1).equals(1));",
      'all/deep/more.mjs': "scenario('y', () => assert(1).equals(1));",
      'all/single.js': "agent('a');",
      'all/node_modules/dep.js': "scenario('never', () => {});",
      'all/lib/helper.js': 'export const one = 1;',
    };
    const { code, stdout } = await runFiles(files, ['run', 'all']);
    expect(stdout).toMatch(/^2 scenarios: 2 passed in/m);
    expect(stdout).toContain(
      'left out (single-scenario files run when they are named, or with --all-files):\n',
    );
    expect(stdout).toContain('\n  all/single.js\n');
    expect(stdout).not.toContain('never');
    expect(code).toBe(0);
  });

  it('a folder: files that cannot be collected are errored, the others run', async () => {
    const files = {
      'all/good.js': "scenario('x', () => assert(1).equals(1));",
      'all/unset.js':
        "const d = env('NOT_SET_ANYWHERE');\nscenario('y', () => assert(1).equals(1));",
      'all/skips.js': "skip('no pbx');\nscenario('z', () => {});",
      'all/nothing.js': "if (false) scenario('v', () => {});",
      'all/syntax.js': 'const = 1;',
      'all/empty.js': '\ufeff \n',
      'all/latin1.js': Buffer.from('// gr\u00fcn', 'latin1'),
      'all/lib.js': 'export const one = 1;',
    };
    const { code, stdout } = await runFiles(files, ['run', 'all', '--json']);
    expect(verdictsOf(stdout)).toEqual([
      'empty: errored',
      'latin1: errored',
      'nothing: errored',
      'skips: errored',
      'syntax: errored',
      'unset: errored',
      'x: passed',
    ]);
    expect(stdout).toContain('"left_out":[]');
    expect(code).toBe(2);
  });

  it('--all-files runs the single scenarios of a folder', async () => {
    const files = {
      'all/a.js': "scenario('x', () => assert(1).equals(1));",
      'all/b.js': 'assert(1).equals(1);',
    };
    const { stdout } = await runFiles(files, ['run', 'all', '--all-files', '--json']);
    expect(verdictsOf(stdout)).toEqual(['x: passed', 'b: passed']);
  });

  it('a file that tests nothing is an error, however it is named', async () => {
    const files = { 'lib/a.js': 'export const one = 1;', 'lib/b.js': 'log(1);' };
    for (const path of ['lib/a.js', 'lib/b.js', 'lib/*.js']) {
      const { code, stderr } = await runFiles(files, ['run', path]);
      expect(stderr).toContain('tests nothing: it declares no scenario');
      expect(code).toBe(2);
    }
  });

  it.each([
    { what: 'is empty', body: '{}' },
    { what: 'returns early', body: '{ if (row === 1) return; assert(1).equals(1); }' },
    { what: 'only logs', body: "{ log(env('PATH')); step('s', () => log(uuid())); }" },
    { what: 'only looks at what setup made', body: 'alice.state === State.Idle' },
    { what: 'forgets an empty async function', body: '{ (async () => { await null; })(); }' },
  ])('a scenario whose body $what tests nothing, which is an error', async ({ body }) => {
    const { code, stdout } = await suite(`
      setup(() => { const alice = agent('alice'); return alice; });
      teardown((alice) => assert(alice.state).equals(State.Idle));
      scenario.each([1])('row $row', (row, alice) => ${body});
      scenario('left out', () => skip('no PBX'));
      scenario('tests', async () => { await null; wait('1ms'); });`);
    expect(verdictsOf(stdout)).toEqual(['row 1: errored', 'left out: skipped', 'tests: passed']);
    expect(failuresOf(stdout)).toEqual([
      {
        phase: 'body',
        code: 'E_NO_SCENARIO',
        message: 'scenario "row 1": tests nothing: its body reached no verb and no assertion',
      },
    ]);
    expect(code).toBe(2);
  });

  it.each([
    { env: { CI: 'true' }, flags: [], code: 2 },
    { env: { CI: 'true' }, flags: ['--allow-only'], code: 0 },
    { env: { CI: 'false' }, flags: [], code: 0 },
    { env: { CI: '0' }, flags: [], code: 0 },
    { env: { CI: '' }, flags: ['--forbid-only'], code: 2 },
    { env: { CI: '' }, flags: ['--untrusted'], code: 2 },
    { env: { CI: '' }, flags: ['--allow-only', '--forbid-only'], code: 2 },
  ])('only with CI=$env.CI and $flags', async ({ env, flags, code }) => {
    const files = {
      'it.js':
        "scenario('a', { only: true }, () => assert(1).equals(1)); scenario('b', () => assert(1).equals(1));",
    };
    const result = await runFiles(files, ['run', 'it.js', '-q', ...flags], { env });
    expect(result.code).toBe(code);
    if (code === 0) expect(result.stdout).toContain('"only" is set: 1 of 2 scenarios run');
  });

  it('a glob', async () => {
    const files = {
      'a1.js': "scenario('x', () => assert(1).equals(1));",
      'a2.js': 'assert(1).equals(1);',
    };
    const { stdout } = await runFiles(files, ['run', 'a*.js', '--json']);
    expect(verdictsOf(stdout)).toEqual(['x: passed', 'a2: passed']);
  });
});
