/** Runs the CLI on files a test writes, in a folder of their own. Never shipped. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunEvent } from '../../model/run-event.js';
import { leavingNothing, type LeftoverWatch, watchLeftovers } from './leftovers.js';
import { type CliOptions, type CliResult, type RunningCli, runCli, startCli } from './run-cli.js';

/** Name and content; a name that ends in "/" is an empty folder. */
export type Files = Readonly<Record<string, string | Buffer>>;

export interface FilesRun {
  /** Where the files are, and where the CLI runs. */
  folder: string;
  leftovers: LeftoverWatch;
}

/** The files, below the temporary folder of a watch: gone with it. */
export async function writeFiles(files: Files): Promise<FilesRun> {
  const leftovers = await watchLeftovers();
  const folder = join(leftovers.folder, 'files');
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, content);
  }
  return { folder, leftovers };
}

interface Around {
  before?: (folder: string) => Promise<void>;
  /** May read files the run has written. */
  after?: (folder: string) => Promise<void>;
}

/** Runs to the end; nothing may be left. */
export async function runFiles(
  files: Files,
  args: readonly string[],
  { before, after, ...options }: CliOptions & Around = {},
): Promise<CliResult> {
  const { folder, leftovers } = await writeFiles(files);
  return leavingNothing(leftovers, async () => {
    await before?.(folder);
    const result = await runCli(args, { cwd: folder, ...options, leftovers });
    await after?.(folder);
    return result;
  });
}

/** `run` on one scenario file, it.js. */
export function runScenario(
  source: string,
  args: readonly string[] = [],
  options: CliOptions = {},
): Promise<CliResult> {
  return runFiles({ 'it.js': source }, ['run', 'it.js', ...args], options);
}

/** Starts a run that `act` steers; nothing may be left within so many ms after it. */
export async function steer<T>(
  files: Files,
  args: readonly string[],
  act: (cli: RunningCli, run: FilesRun) => Promise<T>,
  { within = 0, ...options }: CliOptions & { within?: number } = {},
): Promise<T> {
  const run = await writeFiles(files);
  const { folder, leftovers } = run;
  const steered = () => act(startCli(args, { cwd: folder, ...options, leftovers }), run);
  return leavingNothing(leftovers, steered, within);
}

/** The events of a run with --json. @throws for a line that is not JSON. */
export function eventsOf(stdout: string): RunEvent[] {
  const lines = stdout.split('\n');
  if (lines.pop() !== '') throw new Error('the last line is not ended');
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

/** What the scenarios logged, in order. */
export function logsOf(stdout: string): string[] {
  return eventsOf(stdout).flatMap((event) => (event.type === 'log' ? [event.text] : []));
}

/** "name: verdict" of each scenario, in order. */
export function verdictsOf(stdout: string): string[] {
  return eventsOf(stdout).flatMap((event) =>
    event.type === 'scenario_finished' ? [`${event.scenario.name}: ${event.verdict}`] : [],
  );
}
