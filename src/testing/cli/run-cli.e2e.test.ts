import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { watchLeftovers } from './leftovers.js';
import { CLI_FILE, runCli, startCli } from './run-cli.js';

it('gives exit code, streams and time of a run', async () => {
  const result = await runCli(['--version']);
  expect(result).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(result.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(result.ms).toBeGreaterThan(0);
});

it('runs by its own first line, which keeps --env-file from Node', () => {
  const { status, stderr } = spawnSync(CLI_FILE, ['run', '--env-file', '/nowhere.env', 'x.js'], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/^offhook: environment file .*\/nowhere\.env/);
  expect(status).toBe(2);
});

it('sends a signal when a text appears', async () => {
  const result = await runCli(['lab'], {
    signalAt: { text: /^SIP_DOMAIN=/m, signal: 'SIGINT' },
  });
  expect(result.code).toBe(0);
  expect(result.stdout).toContain('A_USER=alice');
  expect(result.stderr).toBe('');
});

it('rejects when the text never appears', async () => {
  const leftovers = await watchLeftovers();
  const cli = startCli(['--version'], { leftovers });
  await expect(cli.waitFor('nowhere to be seen')).rejects.toThrow('the run ended without');
  await leftovers.assertNothingLeft();
});

it('kills a run that takes too long, and finds what it left', async () => {
  const leftovers = await watchLeftovers();
  const run = runCli(['lab'], { leftovers, timeout: 1000 });
  await expect(run).rejects.toThrow('still running after 1000 ms');
  await leftovers.assertNothingLeft(2000);
});
