import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sipPortsAreFree } from '../agents/ports.js';
import { type Asterisk, startAsterisk } from './asterisk.js';
import { leavingNothing, watchLeftovers } from './cli/leftovers.js';
import { findAsterisk, SUITE_BARESIPS } from './real-servers.js';
import { type CliResult, expectPassed, expectScenarios, runCli } from './cli/run-cli.js';

const installed = await findAsterisk();

/** About three times as long as the suites take when run alone: they wait for ringing, music and digits. */
const SUITES_MS = 180_000;

/** Starts an Asterisk, and stops it when the action is over; nothing may be left of it. */
async function withAsterisk<T>(action: (asterisk: Asterisk) => Promise<T>): Promise<T> {
  const leftovers = await watchLeftovers();
  let asterisk: Asterisk | undefined;
  const result = await leavingNothing(leftovers, async () => {
    asterisk = await startAsterisk(installed!, leftovers.folder);
    try {
      return await action(asterisk);
    } finally {
      await asterisk.stop();
    }
  });
  expect(await sipPortsAreFree(asterisk!.host, asterisk!.port)).toBe(true);
  return result;
}

/** Suites in parts that take about equally long and run side by side; the second version runs only the suites that differ there. */
const PARTS = [
  ['audio', 'mwi', 'peer', 'presence', 'registration', 'sip-log'],
  ['calls', 'dtmf', 'hold', 'transfer'],
  ['modes'],
];
const runs = SUITE_BARESIPS.flatMap(({ which, env, second }) =>
  (second ? PARTS.slice(1, 2) : PARTS).map((suites) => ({ which, env, suites })),
);

/** The recipes; pbx.js holds what they share and has no scenario. */
const RECIPES = readdirSync(new URL('../../examples/pbx', import.meta.url)).filter(
  (name) => name !== 'pbx.js',
);

it('every suite for Asterisk is in one of the parts', () => {
  const files = readdirSync(new URL('../../scenarios/asterisk', import.meta.url));
  expect(PARTS.flat().map((name) => `${name}.js`)).toEqual(expect.arrayContaining(files));
});

describe.skipIf(installed === undefined)('Asterisk', () => {
  it.concurrent.each(runs)(
    'the suites $suites, baresip: $which',
    async ({ env, suites }) => {
      const chosen = await env();
      const files = suites.map((name) => `scenarios/asterisk/${name}.js`);
      const result = await withAsterisk((asterisk) =>
        runCli(['run', ...files, '--allow-read', asterisk.folder], {
          env: { ...asterisk.env, ...chosen },
          timeout: SUITES_MS,
        }),
      );
      // What an old baresip cannot do is skipped.
      expectScenarios(result, { skips: /\bbaresip 1\.[\d.]+/ });
    },
    SUITES_MS + 20_000,
  );

  it.concurrent(
    'every recipe passes, and the two-party example',
    async () => {
      const result = await withAsterisk((asterisk) =>
        runCli(['run', 'examples/pbx', 'examples/two-party.js'], {
          env: asterisk.env,
          timeout: SUITES_MS,
        }),
      );
      expectPassed(result, /^15 scenarios: 15 passed in/m);
      for (const name of RECIPES) expect(result.stdout).toContain(`✓ examples/pbx/${name} › `);
    },
    SUITES_MS + 20_000,
  );

  it('says what happened when it does not come up', async () => {
    const leftovers = await watchLeftovers();
    const broken = { ...installed!, program: 'false' };
    await expect(startAsterisk(broken, leftovers.folder)).rejects.toThrow(
      /did not come up on 127\.0\.0\.1:\d+: it ended with exit code 1/,
    );
    await leftovers.assertNothingLeft();
  });
});

it('without its variables, the suites for a PBX are skipped and say why', async () => {
  const env = { PBX_ECHO: undefined };
  const result: CliResult = await runCli(['run', 'scenarios/asterisk'], { env });
  expect(result.code).toBe(0);
  expect(result.stdout).toContain('skipped: needs a PBX: PBX_ECHO is not set');
  expect(result.stdout).toMatch(/(\d+) scenarios: \1 skipped in/);
});
