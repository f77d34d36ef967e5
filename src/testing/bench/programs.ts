/** Programs as a whole: how long they take, from spawn to their end or to a line they print. */
import { spawn } from 'node:child_process';
import { startCli } from '../cli/run-cli.js';
import { watchLeftovers } from '../cli/leftovers.js';

/** What every start of Node costs on this machine. */
export function nodeStartMs(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end();
  child.stdout.resume();
  child.stderr.resume();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      resolve(performance.now() - began);
    });
  });
}

export interface CliTimes {
  /** Until the line was printed; NaN without `until`. */
  lineMs: number;
  endMs: number;
  stdout: string;
}

/** Runs the built CLI, which has to succeed. */
export async function cliTimes(args: readonly string[], until?: RegExp): Promise<CliTimes> {
  const leftovers = await watchLeftovers();
  const began = performance.now();
  const cli = startCli(args, { leftovers, timeout: 600_000 });
  let lineMs = NaN;
  if (until !== undefined) {
    await cli.waitFor(until);
    lineMs = performance.now() - began;
  }
  const { code, ms, stdout, stderr } = await cli.done;
  await leftovers.assertNothingLeft();
  if (code !== 0) throw new Error(`offhook ${args.join(' ')}: exit ${String(code)}\n${stderr}`);
  return { lineMs, endMs: ms, stdout };
}
