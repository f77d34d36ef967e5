import { expect, it } from 'vitest';
import { runCli } from '../../testing/cli/run-cli.js';

it('shows the help when nothing is asked for', async () => {
  const { code, stdout, stderr } = await runCli([]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: offhook/);
});

it('has help for each command, and all of it where that is more than a screen', async () => {
  for (const words of [
    ['doctor', '--help'],
    ['help', 'init'],
    ['config', '--help-all'],
  ]) {
    const { code, stdout, stderr } = await runCli(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: offhook (?:doctor|init|config) /);
    expect(stdout.includes('--stack-limit')).toBe(words.includes('--help-all'));
  }
});
