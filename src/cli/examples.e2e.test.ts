import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectPassed, expectScenarios, runCli } from '../testing/cli/run-cli.js';

const EXAMPLES = readdirSync(new URL('../../examples', import.meta.url)).filter((name) =>
  /(?:\.js|(?<!\.d)\.ts)$/.test(name),
);

const RECIPES = readdirSync(new URL('../../examples/pbx', import.meta.url)).map(
  (name) => `pbx/${name}`,
);

/** Why an example is skipped when only the lab runs. Examples that are not listed pass with the lab. */
const NEEDS: Readonly<Record<string, RegExp>> = {
  'api-check.js': /^needs an API: /,
  'suite.js': /^needs the number of a voicemail box$/,
  'webhook-mock.js': /^needs an API: /,
};

describe.concurrent('examples', () => {
  it('are all in the index', () => {
    const index = readFileSync(new URL('../../examples/README.md', import.meta.url), 'utf8');
    for (const name of [...EXAMPLES, ...RECIPES]) expect(index).toContain(`[${name}](${name})`);
    const page = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8');
    for (const name of RECIPES) expect(page).toContain(`js from=examples/${name}\n`);
  });

  it.each(EXAMPLES)('%s passes, or says what it needs', async (name) => {
    const result = await runCli(['run', '--lab', `examples/${name}`]);
    expectScenarios(result, { skips: NEEDS[name] });
  });

  it('recipes that need no more than a server pass with the lab, others say what they need', async () => {
    // The lab's proxy plays no music for hold-music.js, and pbx.js is a module without a scenario that recipes share.
    const files = RECIPES.filter((name) => !/\/(?:hold-music|pbx)\.js$/.test(name));
    const result = await runCli(['run', '--lab', ...files.map((name) => `examples/${name}`)]);
    expectScenarios(result, { skips: /^needs a number of a PBX: PBX_\w+ is not set$/ });
    expect(result.stdout).toMatch(/✓ examples\/pbx\/call\.js[^]*✓ examples\/pbx\/register\.js/);
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
