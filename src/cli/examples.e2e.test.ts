import { readdirSync } from 'node:fs';
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
  expect(result.stdout).not.toMatch(/failed|errored/);
}

describe('examples', () => {
  it.each(EXAMPLES)('%s passes', async (name) => {
    expectPassed(await runCli(['run', '--lab', `examples/${name}`]), /\d+ passed/);
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

describe.each(BARESIPS)('the suites of the product, baresip: $which', ({ env, times }) => {
  it('calls', async () => {
    const result = await runCli(['run', '-q', 'scenarios/calls.js'], { env: await env() });
    expectPassed(result, /^10 scenarios: 10 passed in/);
  });

  it('registered', async () => {
    const result = await runCli(['run', '-q', '--lab', 'scenarios/registered.js'], {
      env: await env(),
    });
    expectPassed(result, /^13 scenarios: 13 passed in/);
  });

  it(`event-log, ${times} times each`, async () => {
    const result = await runCli(
      ['run', '-q', 'scenarios/event-log.js', '--set', `TIMES=${times}`],
      {
        env: await env(),
        timeout: 55_000,
      },
    );
    expectPassed(result, /^8 scenarios: 8 passed in/);
  });
});
