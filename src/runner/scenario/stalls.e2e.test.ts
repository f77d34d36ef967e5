import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { eventsOf, steer } from '../../testing/cli/run-files.js';

const STOPPED_MS = 400;

it('a program that was stopped for a while says so in the report of the scenario', async () => {
  const files = { 'it.js': `log('up'); wait('600ms');` };
  const { code, stdout } = await steer(files, ['run', '--json', 'it.js'], async (cli) => {
    await cli.waitFor('"up"');
    cli.kill('SIGSTOP');
    await sleep(STOPPED_MS);
    cli.kill('SIGCONT');
    return cli.done;
  });
  expect(code).toBe(0);
  const told = eventsOf(stdout).flatMap((event) =>
    event.type === 'warning' && event.scenario !== undefined ? [event.text] : [],
  );
  expect(told).toEqual([
    expect.stringMatching(/^the machine stalled: offhook did not run for [\d.]+ m?s, /),
  ]);
});
