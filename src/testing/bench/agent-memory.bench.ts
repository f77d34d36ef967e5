/** (e) What one agent more costs the host process (Linux: VmRSS). */
import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { watchLeftovers } from '../cli/leftovers.js';
import { startCli } from '../cli/run-cli.js';
import { median, report } from './figures.js';
import { benchBaresip, scenarioFile } from './product.js';

const MORE_AGENTS = 50;
const ROUNDS = 5;

test('(e) host memory of an agent', async () => {
  const one: number[] = [];
  const many: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    one.push(await hostMegabytes(1));
    many.push(await hostMegabytes(1 + MORE_AGENTS));
  }
  const { version } = await benchBaresip();
  const from = { 'with 1': median(one), [`with ${1 + MORE_AGENTS}`]: median(many) };
  const value = (median(many) - median(one)) / MORE_AGENTS;
  report(
    [{ name: '(e) host memory of one more agent', value, unit: 'MB', limit: 1, from }],
    `baresip ${version}`,
  );
});

async function hostMegabytes(agents: number): Promise<number> {
  const file = scenarioFile(`
    for (let i = 0; i < ${agents}; i += 1) agent('agent' + i);
    log('all are ready');
    wait('1s');
  `);
  const leftovers = await watchLeftovers();
  const cli = startCli(['run', file.path], { leftovers });
  await cli.waitFor('all are ready');
  const status = readFileSync(`/proc/${cli.pid}/status`, 'utf8');
  const { code } = await cli.done;
  await leftovers.assertNothingLeft();
  file.remove();
  if (code !== 0) throw new Error(`the run failed: ${cli.stdout()}`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
