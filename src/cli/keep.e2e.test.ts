/** `--keep`: what a failed scenario has running is there to be looked at, and gone after Ctrl-C. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeNetstring } from '../baresip/wire/netstring.js';
import { runFiles, steer, eventsOf, type Files } from '../testing/cli/run-files.js';
import type { RunningCli } from '../testing/cli/run-cli.js';

const NO_CI = { CI: undefined };
const KEPT = 'everything above stays until Ctrl-C';

const CALL: Files = {
  'it.js': `
    scenario('fails', () => {
      const mock = mock_server();
      mock.respond('GET', '/fixed', text_response('fixed'));
      mock.on('GET', '/own', () => text_response('by the script'));
      const [alice, bob] = [agent('alice'), agent('bob', { answer: 'auto' })];
      alice.dial(bob);
      await_until(() => [alice, bob].forEach((one) => assert(one.state).equals(State.Established)));
      assert(alice.state).equals(State.Idle);
    });
    teardown(() => log('torn down'));
    scenario('next', () => assert(1).equals(1));
  `,
};

/** The value behind a label, of the agent or server whose heading stands above it. */
function told(cli: RunningCli, heading: string, label: string): string {
  const rest = cli.stdout().split(`\n  ${heading}`)[1] ?? '';
  return new RegExp(`^ +${label} +(\\S+)`, 'm').exec(rest)?.[1] ?? '';
}

/** What baresip answers to a command on its control port. */
async function commanded(address: string, command: string): Promise<string> {
  const [host = '', port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  await once(socket, 'connect');
  socket.write(encodeNetstring(JSON.stringify({ command, token: 'mine' })));
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes('"token":"mine"')) break;
  }
  return text;
}

/** The status line an agent answers OPTIONS with. */
async function pinged(uri: string): Promise<string> {
  const [, host = '', port = ''] = /@([\d.]+):(\d+)/.exec(uri) ?? [];
  const socket = createSocket('udp4');
  try {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const own = `127.0.0.1:${socket.address().port}`;
    const request = [
      `OPTIONS ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${own};branch=z9hG4bKkept1;rport`,
      ...['Max-Forwards: 70', `From: <sip:me@${own}>;tag=1`, `To: <${uri}>`],
      ...['Call-ID: kept', 'CSeq: 1 OPTIONS', 'Content-Length: 0'],
    ];
    socket.send(`${request.join('\r\n')}\r\n\r\n`, Number(port), host);
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return answer.toString('latin1').split('\r\n')[0] ?? '';
  } finally {
    socket.close();
  }
}

describe('--keep', () => {
  it('a failed scenario answers until Ctrl-C, at the addresses that are told', async () => {
    let record = '';
    const { code, stdout } = await steer(
      CALL,
      ['run', 'it.js', '--keep', '--reporter', 'console', '--reporter', 'ndjson=run.ndjson'],
      async (cli, { folder, leftovers }) => {
        await cli.waitFor(KEPT);
        const url = told(cli, 'mock server', 'URL');
        expect(await (await fetch(`${url}/fixed`)).text()).toBe('fixed');
        expect(await (await fetch(`${url}/own`)).text()).toBe('by the script');
        expect(await pinged(told(cli, 'agent bob', 'call it'))).toBe('SIP/2.0 200 OK');
        const calls = await commanded(told(cli, 'agent bob', 'control'), 'listcalls');
        expect(calls).toMatch(/Active calls \(1\).*ESTABLISHED/);
        const log = (): string => readFileSync(told(cli, 'agent alice', 'log'), 'utf8');
        await expect.poll(log).toMatch(/alice +> INVITE sip:bob@/);
        expect(log()).not.toContain(' bob ');
        const own = told(cli, 'agent alice', 'process');
        expect(leftovers.processes().some((one) => one.startsWith(`${own} `))).toBe(true);
        cli.kill('SIGINT');
        const result = await cli.done;
        record = readFileSync(join(folder, 'run.ndjson'), 'utf8');
        return result;
      },
      { env: NO_CI },
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/kept: it\.js › fails\n\n {4}alice\.state: does not hold \[E_ASSERT\]/);
    expect(stdout.indexOf(KEPT)).toBeLessThan(stdout.indexOf('log: torn down'));
    const events = eventsOf(record);
    const types = events.map((event) => (event.type === 'phase' ? event.phase : event.type));
    const ends = types.filter((type) => /^(scenario_kept|teardown|scenario_finished)$/.test(type));
    expect(ends).toEqual(['scenario_kept', 'teardown', 'scenario_finished']);
    const byes = events.filter((event) => event.type === 'sip' && event.message.method === 'BYE');
    expect(byes.length).toBeGreaterThan(1);
    expect(events.filter(({ type }) => type === 'left_out')).toMatchObject([
      {
        name: 'next',
        why: 'bail',
        reason: 'left out by --keep: another scenario had failed and was kept',
      },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'run_finished', interrupted: false, exit: 1 });
  });

  it('an agent at the lab stays registered, and the lab up; kept time is not the time of the scenario', async () => {
    const source = `
      scenario('fails', { timeout: '2s', retries: 2 }, () => {
        const alice = agent('alice', {
          domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY'),
          username: env('A_USER'), password: env('A_PASS'),
        });
        alice.register();
        await_until(() => assert(alice.registered).is_true());
        assert(1).equals(2);
      });`;
    const { code, stdout } = await steer(
      { 'it.js': source },
      ['run', '--lab', 'it.js', '--keep', '--json'],
      async (cli) => {
        await Promise.all([cli.waitFor(KEPT), cli.waitFor(/"type":"scenario_kept".*\n/)]);
        const [kept] = eventsOf(cli.stdout().replace(/[^\n]*$/, '')).flatMap((event) =>
          event.type === 'scenario_kept' ? [event] : [],
        );
        const alice = kept?.agents[0];
        expect(await commanded(alice?.control ?? '', 'reginfo')).toMatch(/alice@\S+ .*OK/);
        expect(await pinged(`sip:${kept?.lab ?? ''}`.replace('sip:', 'sip:x@'))).toMatch(
          /^SIP\/2\.0 \d/,
        );
        // Time itself is what is tested: the run is kept for longer than the scenario's time limit.
        await new Promise((resolve) => setTimeout(resolve, 2500));
        cli.kill('SIGTERM');
        return cli.done;
      },
      { env: NO_CI },
    );
    const finished = eventsOf(stdout).filter(({ type }) => type === 'scenario_finished');
    expect(finished).toMatchObject([{ verdict: 'failed', failures: [{ code: 'E_ASSERT' }] }]);
    expect(finished[0]).not.toHaveProperty('retried');
    expect(finished[0]).toHaveProperty(
      'ms',
      expect.toSatisfy((ms: number) => ms < 2400),
    );
    expect(code).toBe(1);
  });

  it.each([
    { what: 'one that ends', body: "wait('1500ms');", code: 1, verdicts: ['failed', 'passed'] },
    { what: 'one that goes on', body: 'wait(60);', code: 130, verdicts: ['failed', 'errored'] },
  ])(
    'beside others, $what: it is not cut short, and nothing else begins',
    async ({ body, ...expected }) => {
      const files: Files = {
        'a.js': "scenario('a', () => { agent('alice'); wait('300ms'); assert(1).equals(2); });",
        'b.js': `scenario('b', () => { agent('bob'); log('begun'); ${body} });`,
        'c.js': "scenario('c', () => { agent('carol'); wait('1ms'); });",
      };
      const { code, stdout } = await steer(
        files,
        ['run', '.', '--keep', '--jobs', '2', '--json'],
        async (cli) => {
          await Promise.all([cli.waitFor(KEPT), cli.waitFor('"text":"begun"')]);
          if (expected.code === 1) await cli.waitFor('"verdict":"passed"');
          cli.kill('SIGINT');
          return cli.done;
        },
        { env: NO_CI },
      );
      const verdicts = eventsOf(stdout).flatMap((event) =>
        event.type === 'scenario_finished' ? [[event.scenario.name, event.verdict]] : [],
      );
      expect(verdicts.sort().map(([, verdict]) => verdict)).toEqual(expected.verdicts);
      expect(code).toBe(expected.code);
    },
  );

  it('a failed setup_file is kept, too; what has nothing running is not', async () => {
    const files: Files = {
      'a.js': "scenario('nothing to keep', () => assert(1).equals(2));",
      'b.js': `
        setup_file(() => { mock_server().respond('GET', '/', text_response('up')); assert(1).equals(2); });
        teardown_file(() => log('torn down'));
        scenario('b', () => assert(1).equals(1));`,
    };
    const { code, stdout } = await steer(
      files,
      ['run', '.', '--keep', '--json'],
      async (cli) => {
        await cli.waitFor(KEPT);
        const url = /URL +(\S+)/.exec(cli.stderr())?.[1] ?? '';
        expect(await (await fetch(url)).text()).toBe('up');
        cli.kill('SIGINT');
        return cli.done;
      },
      { env: NO_CI },
    );
    const kept = eventsOf(stdout).flatMap((event) =>
      event.type === 'scenario_kept' ? [event.scenario] : [],
    );
    expect(kept).toEqual(['b.js#setup_file']);
    expect(stdout).toContain('"text":"torn down"');
    expect(code).toBe(1);
  });

  it('a second Ctrl-C does not wait for the teardown', async () => {
    const source =
      "teardown(() => { log('tearing down'); wait(60); });\nagent('alice');\nassert(1).equals(2);";
    const { code, ms } = await steer(
      { 'it.js': source },
      ['run', 'it.js', '--keep', '--reporter', 'console'],
      async (cli) => {
        await cli.waitFor(KEPT);
        cli.kill('SIGINT');
        const first = performance.now();
        await cli.waitFor('log: tearing down');
        cli.kill('SIGINT');
        return { ...(await cli.done), ms: performance.now() - first };
      },
      { env: NO_CI, within: 10_000 },
    );
    expect(code).toBe(130);
    // The limit of a teardown is 10 s.
    expect(ms).toBeLessThan(8000);
  });

  it('a run in which nothing fails ends as without it', async () => {
    const files = { 'it.js': "scenario('one', () => { agent('alice'); assert(1).equals(1); });" };
    const { code, stdout } = await runFiles(files, ['run', 'it.js', '--keep'], { env: NO_CI });
    expect(code).toBe(0);
    expect(stdout).not.toContain('kept');
  });

  it.each([
    {
      what: 'in CI',
      args: ['--keep'],
      env: { CI: 'true' },
      error:
        '--keep: waits for Ctrl-C, which nobody presses in CI (variable CI)\n  hint: leave it out; --artifacts keeps what explains a failure',
    },
    {
      what: 'with --watch',
      args: ['--keep', '--watch'],
      env: NO_CI,
      error:
        '--keep and --watch exclude each other\n  hint: leave --watch out, and run the failing scenario with --keep',
    },
  ])('is refused $what', async ({ args, env, error }) => {
    const { code, stderr } = await runFiles(CALL, ['run', 'it.js', ...args], { env });
    expect(stderr).toBe(`offhook: ${error}\n`);
    expect(code).toBe(2);
  });
});
