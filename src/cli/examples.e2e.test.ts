import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { needBaresip110 } from '../testing/real-servers.js';
import { runCli, type CliResult } from '../testing/run-cli.js';

const EXAMPLES = readdirSync(new URL('../../examples', import.meta.url)).filter((name) =>
  name.endsWith('.js'),
);

function expectPassed(result: CliResult, counts: RegExp): void {
  // the whole report where something failed
  expect(result.code === 0 ? '' : result.stdout).toBe('');
  expect(result.stderr).toBe('');
  expect(result.stdout).toMatch(counts);
  expect(result.stdout).not.toMatch(/\d (failed|errored)/);
}

describe.concurrent('examples', () => {
  it.each(EXAMPLES)('%s passes', async (name) => {
    const result = await runCli(['run', '--lab', `examples/${name}`]);
    // what needs a PBX runs with the test Asterisk, and is skipped here
    expectPassed(result, /\d+ passed|skipped: needs an? /);
  });

  it('those about webhooks pass with the API that ships with them', async () => {
    const program = fileURLToPath(new URL('../../examples/webhook-api.cjs', import.meta.url));
    const api = spawn(process.execPath, [program, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(api.stdout, 'data')) as [Buffer];
      const files = ['examples/webhook-mock.js', 'examples/api-check.js'];
      const result = await runCli(['run', '--lab', '--set', String(line).trim(), ...files]);
      expectPassed(result, /^5 scenarios: 5 passed in/m);
    } finally {
      api.kill();
      if (api.exitCode === null && api.signalCode === null) await once(api, 'exit');
    }
  });

  it('without --lab the two-party example says what to set', async () => {
    const { code, stdout } = await runCli(['run', 'examples/two-party.js'], {
      env: { SIP_DOMAIN: undefined },
    });
    expect(code).toBe(1);
    expect(stdout).toContain('env("SIP_DOMAIN"): not set');
    expect(stdout).toContain('examples/two-party.js:4:');
  });
});

type Env = Record<string, string>;

const BARESIPS = [
  { which: 'the one found', times: 100, env: (): Promise<Env> => Promise.resolve({}) },
  {
    which: '1.1.0',
    times: 25,
    env: async (): Promise<Env> => ({ OFFHOOK_BARESIP: await needBaresip110() }),
  },
];

// most of their time is waiting: three at once
describe.concurrent.each(BARESIPS)(
  'the suites of the product, baresip: $which',
  ({ env, times }) => {
    it('calls', async () => {
      const result = await runCli(['run', '-q', 'scenarios/calls.js'], { env: await env() });
      expectPassed(result, /^10 scenarios: 10 passed in/);
    });

    it('wrong arguments', async () => {
      const result = await runCli(['run', '-q', 'scenarios/bad-arguments.js'], {
        env: await env(),
      });
      expectPassed(result, /^23 scenarios: 23 passed in/);
    });

    it('headers', async () => {
      const result = await runCli(['run', '-q', 'scenarios/headers.js'], { env: await env() });
      expectPassed(result, /^14 scenarios: 14 passed in/);
    });

    it('media options', async () => {
      const result = await runCli(['run', '-q', 'scenarios/media-options.js'], {
        env: await env(),
      });
      // codecs that are not installed, and IPv6 where there is none, are skipped
      expectPassed(result, /^44 scenarios: [34]\d passed(?:, \d skipped)? in/m);
    });

    it('hold and media', async () => {
      const result = await runCli(['run', '-q', 'scenarios/hold.js', 'scenarios/media.js'], {
        env: await env(),
      });
      expectPassed(result, /^11 scenarios: 11 passed in/);
    });

    it('hold through the proxy', async () => {
      const result = await runCli(['run', '-q', '--lab', 'scenarios/registered-hold.js'], {
        env: await env(),
      });
      expectPassed(result, /^4 scenarios: 4 passed in/);
    });

    it('audio', async () => {
      const result = await runCli(['run', '-q', 'scenarios/audio.js'], {
        env: await env(),
        timeout: 100_000,
      });
      // codecs that are not installed are skipped
      expectPassed(result, /^32 scenarios: (?:32 passed|\d+ passed, \d skipped) in/m);
    }, 110_000);

    it('transfer', async () => {
      const result = await runCli(['run', '-q', 'scenarios/transfer.js'], { env: await env() });
      // before 2.0 nobody can replace a call
      expectPassed(result, /^13 scenarios: (13 passed|12 passed, 1 skipped) in/);
    });

    it('inbound', async () => {
      const result = await runCli(['run', '-q', 'scenarios/inbound.js'], {
        env: await env(),
        timeout: 55_000,
      });
      // before 3.19 there is but one answer
      expectPassed(result, /^20 scenarios: (20 passed|14 passed, 6 skipped) in/);
    });

    it('registered', async () => {
      const result = await runCli(['run', '-q', '--lab', 'scenarios/registered.js'], {
        env: await env(),
      });
      expectPassed(result, /^16 scenarios: 16 passed in/);
    });

    it('sip-log', async () => {
      const result = await runCli(['run', '-q', 'scenarios/sip-log.js'], { env: await env() });
      expectPassed(result, /^5 scenarios: 5 passed in/);
    });

    it('timing', async () => {
      const args = ['run', '-q', '--lab', 'scenarios/timing.js'];
      expectPassed(await runCli(args, { env: await env() }), /^3 scenarios: 3 passed in/);
    });

    it('dtmf', async () => {
      const result = await runCli(['run', '-q', 'scenarios/dtmf.js'], {
        env: await env(),
        timeout: 55_000,
      });
      expectPassed(result, /^9 scenarios: [7-9] passed(?:, [12] skipped)? in/);
    });

    it('messages', async () => {
      const result = await runCli(['run', '-q', '--lab', 'scenarios/messages.js'], {
        env: await env(),
        timeout: 55_000,
      });
      expectPassed(result, /^11 scenarios: 1[01] passed(?:, 1 skipped)? in/);
    });

    it(`event-log, ${times} times each`, async () => {
      const result = await runCli(
        ['run', '-q', 'scenarios/event-log.js', '--set', `TIMES=${times}`],
        {
          env: await env(),
          timeout: 55_000,
        },
      );
      expectPassed(result, /^9 scenarios: 9 passed in/);
    });
  },
);
