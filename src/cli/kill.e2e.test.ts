/** Things that die at the wrong moment: agents, the server, the run itself. Clear verdicts, nothing left. */
import { readFileSync } from 'node:fs';
import { readFile, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../model/run-event.js';
import { go, MAY_GO } from '../testing/cli/go.js';
import { leavingNothing, type LeftoverWatch } from '../testing/cli/leftovers.js';
import { runCli, startCli, type RunningCli } from '../testing/cli/run-cli.js';
import { eventsOf, steer, writeFiles } from '../testing/cli/run-files.js';

/** For what ends at once, on a machine that runs other tests beside: the scenarios would wait for a minute. */
const SOON_MS = 20_000;
/** Shorter than the limit of a teardown. */
const BEFORE_TEARDOWN_MS = 8000;

/** The scenario waits until the test calls go(). */
const GO = `await_until(() => ${MAY_GO}, '20s');`;

/** A wait fails when an agent dies meanwhile; here the scenario logs the error and goes on. */
const NOTICED = `try { ${GO} } catch (error) { log(error.code); }`;

const PAIR = `
const alice = agent('alice');
const bob = agent('bob');
alice.dial(bob);
bob.accept();
await_until(() => assert(alice.state).equals(State.Established));
await_until(() => assert(bob.state).equals(State.Established));
log('call is up');
`;

const REGISTERED = `
const to = { domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY') };
setup(() => {
  const alice = agent('alice', { ...to, username: env('A_USER'), password: env('A_PASS') });
  const bob = agent('bob', { ...to, username: env('B_USER'), password: env('B_PASS'), answer: 'auto' });
  alice.register();
  bob.register();
  await_until(() => { assert(alice.registered).is_true(); assert(bob.registered).is_true(); });
  alice.dial(env('B_USER'));
  await_until(() => assert(alice.state).equals(State.Established));
  await_until(() => assert(bob.state).equals(State.Established));
  log('call is up');
  return { alice, bob };
});
`;

/** Lists the processes of the agents themselves, without the bubblewrap processes that isolate them. */
function agentsOf(leftovers: LeftoverWatch): string[] {
  const lines = leftovers.processes();
  return lines.filter((line) => /-f \S*offhook-agent-/.test(line) && !/^\d+ \S*bwrap /.test(line));
}

function pidOf(agent: string, cli: RunningCli, leftovers: LeftoverWatch): number {
  const complete = cli.stdout().slice(0, cli.stdout().lastIndexOf('\n') + 1);
  const started = eventsOf(complete).flatMap((event) =>
    event.type === 'agent' && event.entry.agent === agent && event.entry.event.type === 'started'
      ? [event.entry.event.address]
      : [],
  )[0];
  for (const line of agentsOf(leftovers)) {
    const folder = /-f (\S*offhook-agent-\S*)/.exec(line)?.[1];
    if (folder === undefined || started === undefined) continue;
    if (readFileSync(join(folder, 'config'), 'utf8').includes(started)) return parseInt(line, 10);
  }
  throw new Error(`no process of ${agent} at ${started ?? 'no address'}`);
}

function pidsOf(pattern: RegExp, leftovers: LeftoverWatch): number[] {
  const lines = leftovers.processes();
  return lines.filter((line) => pattern.test(line)).map((line) => parseInt(line, 10));
}

function failuresOf(stdout: string): readonly Failure[] {
  return eventsOf(stdout).flatMap((event) =>
    event.type === 'scenario_finished' ? event.failures : [],
  );
}

describe.concurrent('an agent dies', () => {
  it.each([
    { what: 'wait', then: 'wait(60);' },
    { what: 'await_until on it', then: 'await_until(() => assert(bob.state).equals(1), 60);' },
    {
      what: 'await_until on another one',
      then: 'alice.hold(); await_until(() => assert(alice.state).equals(1), 60);',
    },
    { what: 'a wait without a call', then: 'alice.hangup(); wait(60);' },
    { what: 'a verb of it', then: `${NOTICED}\nbob.hangup();` },
    { what: 'verify_media', then: 'bob.hold(); bob.verify_media(60);' },
    { what: 'verify_no_media', then: 'bob.hold(); bob.verify_no_media(60);' },
    { what: 'a wait for media', then: 'wait(60, { media: true });' },
    { what: 'verify_media, asked afterwards', then: `${NOTICED}\nbob.verify_media();` },
    { what: 'verify_no_media, asked afterwards', then: `${NOTICED}\nbob.verify_no_media("1s");` },
  ])('killed mid-call, during $what', async ({ then }) => {
    const { result, ms } = await steer(
      { 'it.js': PAIR + then },
      ['run', 'it.js', '--json'],
      async (cli, run) => {
        await cli.waitFor('"text":"call is up"');
        process.kill(pidOf('bob', cli, run.leftovers), 'SIGKILL');
        const killed = performance.now();
        await cli.waitFor('"type":"exited"');
        await go(run);
        return { result: await cli.done, ms: performance.now() - killed };
      },
    );
    const [failure] = failuresOf(result.stdout);
    expect(failure).toMatchObject({ code: 'E_AGENT_CRASHED', agents: ['bob'] });
    expect(failure?.message).toMatch(/^agent "bob": .*ended.*signal SIGKILL/);
    expect(ms).toBeLessThan(SOON_MS);
    expect(result.code).toBe(3);
  });

  it('a scenario that makes nothing of it is errored all the same', async () => {
    const { code, stdout } = await steer(
      { 'it.js': PAIR + NOTICED },
      ['run', 'it.js', '--json'],
      async (cli, run) => {
        await cli.waitFor('"text":"call is up"');
        process.kill(pidOf('bob', cli, run.leftovers), 'SIGKILL');
        await cli.waitFor('"type":"exited"');
        await go(run);
        return cli.done;
      },
    );
    expect(failuresOf(stdout)).toMatchObject([{ code: 'E_AGENT_CRASHED', agents: ['bob'] }]);
    expect(code).toBe(3);
  });

  it('stopped (SIGSTOP): the next verb says that it hangs, and the run ends', async () => {
    const { result, ms } = await steer(
      { 'it.js': `${PAIR}${GO}\nbob.hangup();` },
      ['run', 'it.js', '--json'],
      async (cli, run) => {
        await cli.waitFor('"text":"call is up"');
        process.kill(pidOf('bob', cli, run.leftovers), 'SIGSTOP');
        const stopped = performance.now();
        await go(run);
        return { result: await cli.done, ms: performance.now() - stopped };
      },
    );
    expect(failuresOf(result.stdout)).toMatchObject([{ code: 'E_AGENT_HUNG', agents: ['bob'] }]);
    expect(ms).toBeLessThan(SOON_MS);
    expect(result.code).toBe(3);
  });

  it('the next scenario runs as if nothing had been', async () => {
    const source = `
      scenario('first', () => { ${PAIR} wait(60); });
      scenario('second', () => { const [a, b] = [agent('alice'), agent('bob')]; a.dial(b); b.accept(); });`;
    const { code, stdout } = await steer(
      { 'it.js': source },
      ['run', 'it.js', '--json'],
      async (cli, run) => {
        await cli.waitFor('"text":"call is up"');
        process.kill(pidOf('alice', cli, run.leftovers), 'SIGKILL');
        return cli.done;
      },
    );
    const verdicts = eventsOf(stdout).flatMap((event) =>
      event.type === 'scenario_finished' ? [event.verdict] : [],
    );
    expect(verdicts).toEqual(['errored', 'passed']);
    expect(code).toBe(3);
  });
});

describe('the server dies', () => {
  it('Kamailio killed mid-run: the run says so and ends', async () => {
    const source = `${REGISTERED}
      scenario('x', ({ alice }) => {
        ${GO}
        alice.hangup();
        alice.register();
        await_until(() => assert(alice.registered).is_true(), '1s');
      });`;
    const { code, stdout } = await steer(
      { 'it.js': source },
      ['run', '--lab', 'it.js', '--reporter', 'console'],
      async (cli, run) => {
        await cli.waitFor('log: call is up');
        const [main = 0] = pidsOf(/^\d+ \S*kamailio /, run.leftovers);
        process.kill(main, 'SIGKILL');
        await cli.waitFor('warning: lab: the SIP server ended by itself: signal SIGKILL');
        await go(run);
        return cli.done;
      },
    );
    expect(stdout).toMatch(/\[E_(AWAIT_TIMEOUT|REGISTER|CALL_TIMEOUT)\]/);
    expect(stdout).toMatch(/^1 scenario: 1 failed in/m);
    expect(code).toBe(1);
  });
});

describe('the run is interrupted', () => {
  it.concurrent.each([
    { signal: 'SIGINT', during: 'wait', then: 'wait(60);' },
    { signal: 'SIGTERM', during: 'wait', then: 'wait(60);' },
    { signal: 'SIGINT', during: 'await_until', then: 'await_until(() => false, 60);' },
    { signal: 'SIGINT', during: 'a loop', then: "log('looping'); for (;;);" },
  ] as const)('$signal during $during', async ({ signal, then }) => {
    const source = `${REGISTERED}
      teardown(() => log('teardown ran'));
      scenario('x', ({ alice, bob }) => { log('now'); ${then} });
      scenario('y', () => log('never'));`;
    let trace = '';
    const { result, ms } = await steer(
      { 'it.js': source },
      ['run', '--lab', 'it.js', '--reporter', 'console', '--sip-trace=trace.txt'],
      async (cli, { folder }) => {
        await cli.waitFor('log: now');
        cli.kill(signal);
        const killed = performance.now();
        const done = await cli.done;
        const after = performance.now() - killed;
        trace = await readFile(join(folder, 'trace.txt'), 'utf8');
        return { result: done, ms: after };
      },
    );
    expect(result.stdout).toContain('log: teardown ran');
    expect(result.stdout).toContain('[E_INTERRUPTED]');
    expect(result.stdout).toContain('\ninterrupted: 1 scenario did not run\n');
    expect(result.stdout).not.toContain('log: never');
    expect(trace).toMatch(/ BYE /);
    // both agents send a second REGISTER, which removes the binding
    expect(trace.match(/200 OK .* REGISTER/g)).toHaveLength(4);
    expect(ms).toBeLessThan(SOON_MS);
    expect(result.code).toBe(130);
  });

  it('while an agent starts', async () => {
    const { code, stdout } = await steer(
      { 'it.js': 'for (let i = 0; i < 50; i += 1) agent(`a${i}`);' },
      ['run', '-v', 'it.js'],
      async (cli) => {
        await cli.waitFor('agent("a2")');
        cli.kill('SIGINT');
        return cli.done;
      },
    );
    expect(stdout).toContain('[E_INTERRUPTED]');
    expect(stdout).not.toContain('agent("a49")');
    expect(code).toBe(130);
  });

  it('while the lab starts', async () => {
    const code = await steer(
      { 'it.js': "log('never'); wait('1ms');" },
      ['run', '--lab', 'it.js', '--reporter', 'console'],
      async (cli, { leftovers }) => {
        for await (const { filename } of watch(leftovers.folder)) {
          if (filename?.startsWith('offhook-lab-') === true) break;
        }
        cli.kill('SIGINT');
        const { stdout } = await cli.done;
        expect(stdout).not.toContain('log: never');
        return (await cli.done).code;
      },
    );
    expect(code).toBe(130);
  });

  it('a second Ctrl-C does not wait for teardown', async () => {
    const { code, ms } = await steer(
      { 'it.js': `teardown(() => { log('tearing down'); wait(60); });\n${PAIR}\nwait(60);` },
      ['run', 'it.js', '--reporter', 'console'],
      async (cli) => {
        await cli.waitFor('log: call is up');
        cli.kill('SIGINT');
        await cli.waitFor('log: tearing down');
        cli.kill('SIGINT');
        const killed = performance.now();
        const result = await cli.done;
        return { code: result.code, ms: performance.now() - killed };
      },
      { within: 10_000 },
    );
    expect(ms).toBeLessThan(BEFORE_TEARDOWN_MS);
    expect(code).toBe(130);
  });
});

describe('the run is killed', () => {
  it('SIGKILL: agents and server end within 2 s, doctor sweeps the folders', async () => {
    const files = { 'it.js': `${REGISTERED}\nscenario('x', () => wait(60));` };
    await steer(
      files,
      ['run', '--lab', 'it.js', '--reporter', 'console'],
      async (cli, { leftovers }) => {
        await cli.waitFor('log: call is up');
        expect(agentsOf(leftovers)).toHaveLength(2);
        cli.kill('SIGKILL');
        expect(await leftovers.processesGone(2000)).toBe(true);
        expect((await leftovers.folders()).filter((name) => !/agent/.test(name))).toEqual([]);
        const doctor = await runCli(['doctor'], { leftovers });
        expect(doctor.stdout).toContain('folders of killed runs removed: 2');
        expect(doctor.code).toBe(0);
      },
    );
  });

  it('SIGKILL: the next run sweeps too', async () => {
    const files = { 'it.js': `${PAIR}\nwait(60);`, 'next.js': "agent('a');" };
    await steer(
      files,
      ['run', 'it.js', '--reporter', 'console'],
      async (cli, { leftovers, folder }) => {
        await cli.waitFor('log: call is up');
        cli.kill('SIGKILL');
        expect(await leftovers.processesGone(2000)).toBe(true);
        expect(await leftovers.folders()).toHaveLength(2);
        expect((await runCli(['run', 'next.js'], { cwd: folder, leftovers })).code).toBe(0);
      },
    );
  });
});

describe('runs side by side', () => {
  it('two with ten agents each: no port is given twice', async () => {
    const source = `
      const all = Array.from({ length: 10 }, (_, i) => agent('a' + i));
      const other = all.splice(5);
      all.forEach((one, i) => one.dial(other[i]));
      other.forEach((one) => one.accept());
      await_until(() => [...all, ...other].forEach((one) => assert(one.state).equals(State.Established)), '15s');
      log('all are up');
      ${GO}`;
    const run = await writeFiles({ 'it.js': source });
    const { leftovers, folder } = run;
    await leavingNothing(leftovers, async () => {
      const options = { cwd: folder, leftovers, timeout: 40_000 };
      const both = [1, 2].map(() => startCli(['run', 'it.js', '--json'], options));
      await Promise.all(both.map((cli) => cli.waitFor('"text":"all are up"')));
      await go(run);
      const results = await Promise.all(both.map((cli) => cli.done));
      const addresses = results.flatMap(({ stdout }) =>
        eventsOf(stdout).flatMap((event) =>
          event.type === 'agent' && event.entry.event.type === 'started'
            ? [event.entry.event.address]
            : [],
        ),
      );
      expect(results.map(({ code }) => code)).toEqual([0, 0]);
      expect(new Set(addresses).size).toBe(20);
    });
  });
});
