/**
 * Offhook's own suites again and again: a failure once in twenty runs is a failure. OFFHOOK_BARESIP chooses the
 * version, SOAK_TIMES how often. The report of a run that failed is the result.
 */
import { describe, expect, test } from 'vitest';
import { startAsterisk } from '../asterisk.js';
import { leavingNothing, watchLeftovers } from '../cli/leftovers.js';
import { findAsterisk } from '../real-servers.js';
import { type CliOptions, runCli } from '../cli/run-cli.js';

const TIMES = Number(process.env['SOAK_TIMES'] ?? '20');
const RUN_LIMIT_MS = 5 * 60_000;

const asterisk = await findAsterisk();

test(`directly and through Kamailio, ${TIMES} times`, async () => {
  expect(await failedRuns(['--lab', 'scenarios'], { env: { PBX_ECHO: undefined } })).toEqual([]);
});

describe.skipIf(asterisk === undefined)('through Asterisk', () => {
  test(`${TIMES} times, one Asterisk for all of them`, async () => {
    const leftovers = await watchLeftovers();
    await leavingNothing(leftovers, async () => {
      const server = await startAsterisk(asterisk!, leftovers.folder);
      try {
        expect(await failedRuns(['scenarios/asterisk'], { env: server.env })).toEqual([]);
      } finally {
        await server.stop();
      }
    });
  });
});

async function failedRuns(args: readonly string[], options: CliOptions): Promise<string[]> {
  const failed: string[] = [];
  for (let time = 1; time <= TIMES; time += 1) {
    const result = await runCli(['run', '-q', ...args], { ...options, timeout: RUN_LIMIT_MS });
    const report = `run ${time}: ${result.stdout.trim()}\n${result.stderr}`.trim();
    // told at once: twenty runs take an hour
    process.stdout.write(`${report}\n`);
    if (result.code !== 0) failed.push(report);
  }
  return failed;
}
