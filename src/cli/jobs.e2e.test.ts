/** Several scenarios at a time, their locks, and attempts: through the program, with real agents. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { expectNoOverlap, heldLocks } from '../testing/lock-check.js';
import { leavingNothing } from '../testing/cli/leftovers.js';
import { startCli } from '../testing/cli/run-cli.js';
import { eventsOf, runFiles, steer, verdictsOf, writeFiles } from '../testing/cli/run-files.js';

type Timed = RunEvent & { time: string };
const timed = (stdout: string): Timed[] => eventsOf(stdout) as Timed[];

const ACCOUNT = `const account = (name) => agent(name, { domain: '127.0.0.1:5999' });`;
const OPPOSITE = `${ACCOUNT}
  for (const [name, first, second] of [['older', 'alice', 'bob'], ['younger', 'bob', 'alice']]) {
    scenario(name, () => {
      account(first);
      account(second);
      wait('100ms');
    });
  }`;

const calls = (count: number): string => `
  for (let n = 1; n <= ${count}; n++) scenario('call ' + n, () => {
    const [alice, bob] = [agent('alice'), agent('bob')];
    alice.dial(bob);
    bob.accept();
    await_until(() => assert(alice.state).equals(State.Established));
    wait('1s');
  });`;

describe.concurrent('run --jobs', () => {
  it('calls run beside each other; a thread that is lost costs one scenario alone', async () => {
    const source = `${calls(4)}
      scenario('endless', () => { for (;;); });
      scenario('hungry', () => { const all = []; for (;;) all.push('x'.repeat(1e6) + all.length); });`;
    const args = ['run', 'it.js', '--jobs', '6', '--json', '--cpu-limit', '1s'];
    const { code, stdout } = await runFiles({ 'it.js': source }, args);
    expect(verdictsOf(stdout).sort()).toEqual([
      ...[1, 2, 3, 4].map((n) => `call ${n}: passed`),
      ...['endless: failed', 'hungry: failed'],
    ]);
    expect(code).toBe(1);
    const finished = timed(stdout).filter(({ type }) => type === 'scenario_finished');
    const started = timed(stdout).filter(({ type }) => type === 'scenario_started');
    expect(started.at(-1)?.at).toBeLessThan(finished[0]?.at ?? 0);
    expect(timed(stdout)[0]).toMatchObject({ type: 'run_started', jobs: 6 });
  });

  it('opposite order: the younger one begins anew, once, and its agents of before are gone', async () => {
    const args = ['run', 'it.js', '--jobs', '2', '--json'];
    const { code, stdout } = await runFiles({ 'it.js': OPPOSITE }, args);
    expect(verdictsOf(stdout)).toEqual(['older: passed', 'younger: passed']);
    expect(code).toBe(0);
    const restarts = timed(stdout).flatMap((one) =>
      one.type === 'scenario_restarted' ? [one] : [],
    );
    expect(restarts.length).toBeLessThanOrEqual(1);
    expectNoOverlap(heldLocks(timed(stdout)));
    expect(heldLocks(timed(stdout)).length).toBeGreaterThanOrEqual(4);
  });

  it('opposite order after both have acted: one fails and says what to write, the other passes', async () => {
    const source = `${ACCOUNT}
      scenario('older', () => { account('alice'); agent('x').dial('sip:nobody@127.0.0.1:9'); wait('1s'); account('bob'); });
      scenario('younger', () => { account('bob'); agent('y').dial('sip:nobody@127.0.0.1:9'); wait('1s'); account('alice'); });`;
    const args = ['run', 'it.js', '--jobs', '2', '--json'];
    const { stdout } = await runFiles({ 'it.js': source }, args);
    const failures = timed(stdout).flatMap((one) =>
      one.type === 'scenario_finished' ? one.failures : [],
    );
    expect(failures.map(({ code }) => code)).toContain('E_LOCK');
    expect(failures.find(({ code }) => code === 'E_LOCK')?.hint).toMatch(/option locks/);
    expectNoOverlap(heldLocks(timed(stdout)));
  });

  it('locks by name: taken before the scenario begins, never shared, in one run and in two', async () => {
    const source = `suite({ locks: ['queue:sales-${process.pid}'] });
      for (let n = 1; n <= 3; n++) scenario('s' + n, () => wait('150ms'));`;
    const { folder, leftovers } = await writeFiles({ 'it.js': source });
    await leavingNothing(leftovers, async () => {
      const args = ['run', 'it.js', '--jobs', '3', '--json'];
      const runs = [1, 2].map(() => startCli(args, { cwd: folder, leftovers }).done);
      const both = await Promise.all(runs);
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      const held = both.flatMap(({ stdout }) => heldLocks(timed(stdout)));
      expect(held).toHaveLength(6);
      expectNoOverlap(held);
    });
  });

  it('waiting for a lock counts for no time limit', async () => {
    const source = `${ACCOUNT}
      scenario('first', () => { account('alice'); wait('4s'); });
      scenario('second', { timeout: '3s' }, () => { account('alice'); wait('100ms'); });`;
    const args = ['run', 'it.js', '--jobs', '2', '--json', '--timeout', '20s'];
    const { code, stdout } = await runFiles({ 'it.js': source }, args);
    expect(verdictsOf(stdout).sort()).toEqual(['first: passed', 'second: passed']);
    expect(code).toBe(0);
  });

  it('Ctrl-C with eight running and one that waits: every call ends with BYE, every teardown runs', async () => {
    const source = `${ACCOUNT}
      setup(() => [agent('alice'), agent('bob')]);
      teardown(() => log('teardown'));
      for (let n = 1; n <= 7; n++) scenario('call ' + n, ([alice, bob]) => {
        alice.dial(bob);
        bob.accept();
        await_until(() => assert(alice.state).equals(State.Established));
        log('up');
        wait('60s');
      });
      scenario('holds', () => { account('carol'); log('up'); wait('60s'); });
      scenario('waits', () => { account('carol'); });`;
    const args = ['run', 'it.js', '--jobs', '9', '--json', '--sip-trace=sip.txt'];
    await steer({ 'it.js': source }, args, async (cli) => {
      await cli.waitFor(/("text":"up"[^]*){8}/);
      const began = performance.now();
      cli.kill('SIGINT');
      const { code, stdout } = await cli.done;
      // The scenarios would wait for a minute.
      expect(performance.now() - began).toBeLessThan(20_000);
      expect(code).toBe(130);
      const events = eventsOf(stdout);
      expect(events.filter((one) => one.type === 'log' && one.text === 'teardown')).toHaveLength(9);
      const sent = events.flatMap((one) =>
        one.type === 'sip' && one.message.direction === 'sent' && one.message.method === 'BYE'
          ? [one]
          : [],
      );
      expect(sent.length).toBeGreaterThanOrEqual(7);
      expect(events.at(-1)?.type).toBe('run_finished');
    });
  });
});

/** Starts a server that answers each request with its number among the requests for the same path. */
async function counting<T>(use: (url: string) => Promise<T>): Promise<T> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const count = (counts.get(request.url ?? '') ?? 0) + 1;
    counts.set(request.url ?? '', count);
    response.end(String(count));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    server.close();
  }
}

describe.concurrent('attempts', () => {
  const SOURCE = `
    const count = (path) => http('GET', env('URL') + path).body;
    scenario('never', () => { assert(1).equals(2); });
    scenario('third time', { retries: 3 }, () => { assert(count('/third')).equals('3'); });
    scenario('fine', () => { assert(count('/fine')).equals('1'); });`;

  it('retries run at the end; what passes then is flaky; the last run is remembered', async () => {
    await counting(async (url) => {
      const { folder, leftovers } = await writeFiles({ 'it.js': SOURCE });
      await leavingNothing(leftovers, async () => {
        const run = (...args: string[]) =>
          startCli(['run', 'it.js', '--set', `URL=${url}`, ...args], { cwd: folder, leftovers })
            .done;
        const { code, stdout } = await run('--json', '--retries', '1');
        expect(verdictsOf(stdout)).toEqual([
          ...['never: failed', 'third time: failed', 'fine: passed', 'never: failed'],
          ...['third time: failed', 'third time: flaky'],
        ]);
        const finished = eventsOf(stdout).flatMap((one) =>
          one.type === 'scenario_finished' ? [one] : [],
        );
        expect(
          finished.map(({ scenario: { attempt }, retried = false }) => [attempt, retried]),
        ).toEqual([
          ...[
            [1, true],
            [1, true],
            [1, false],
            [2, false],
            [2, true],
            [3, false],
          ],
        ]);
        expect(eventsOf(stdout).at(-1)).toMatchObject({
          counts: { passed: 1, failed: 1, errored: 0, skipped: 0, flaky: 1 },
        });
        expect(code).toBe(1);

        const list = async (...args: string[]): Promise<string> =>
          (await startCli(['list', 'it.js', ...args], { cwd: folder, leftovers }).done).stdout;
        expect(await list('--last-failed')).toBe('it.js › never\nit.js › third time\n');
        expect(await list('--last', 'flaky')).toBe('it.js › third time\n');
        const again = await run('--test-list', '-', '--json');
        expect(again.code).toBe(2);
        const shards = [await list('--shard', '1/2'), await list('--shard', '2/2')];
        expect(shards.join('').split('\n').sort()).toEqual((await list()).split('\n').sort());
        expect(shards).not.toContain('');
      });
    });
  });

  it('flaky alone: exit 0, and 1 with --fail-on-flaky', async () => {
    const codes = [[], ['--fail-on-flaky']].map((args) =>
      counting(async (url) => {
        const only = ['run', 'it.js', '--scenario', 'third', '--set', `URL=${url}`, '-q'];
        return (await runFiles({ 'it.js': SOURCE }, [...only, ...args])).code;
      }),
    );
    expect(await Promise.all(codes)).toEqual([0, 1]);
  });

  it('--repeat with --until-failure and --seed', async () => {
    await counting(async (url) => {
      const source = `scenario('fourth', () => { assert(http('GET', env('URL')).body).not_equals('4'); });`;
      const args = ['--repeat', '9', '--until-failure', '--seed', '7', '--set', `URL=${url}`];
      const { code, stdout } = await runFiles({ 'it.js': source }, [
        'run',
        'it.js',
        '--json',
        ...args,
      ]);
      expect(verdictsOf(stdout)).toEqual([
        ...['fourth: passed', 'fourth: passed', 'fourth: passed', 'fourth: failed'],
      ]);
      expect(eventsOf(stdout)[0]).toMatchObject({ repeat: 9, seed: 7 });
      expect(code).toBe(1);
    });
  });
});
