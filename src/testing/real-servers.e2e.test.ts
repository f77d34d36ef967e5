import { expect, it } from 'vitest';
import { needBaresip110 } from './real-servers.js';
import { runCli } from './cli/run-cli.js';

it('has a baresip 1.1.0 that Offhook can use', async () => {
  const { stdout } = await runCli(['doctor', '--baresip', await needBaresip110()]);
  expect(stdout).toMatch(/ok\s+baresip: 1\.1\.0 at /);
  expect(stdout).toMatch(/ok\s+baresip modules: /);
});
