/**
 * Runs many scripts as files of one run, each with its own verdict: starting the program for each of them would take
 * more time than what they do. Never shipped.
 */
import type { RunEvent } from '../../model/run-event.js';
import type { CliResult } from './run-cli.js';
import { eventsOf, runFiles } from './run-files.js';

/** Scenarios that run at a time: most of them wait for an agent, or for a limit to pass. */
const JOBS = '3';
const LONG_MS = 55_000;

interface Together {
  result: CliResult;
  /** What belongs to the script with that index. */
  of: (index: number) => string;
}

function fileOf(index: number): string {
  return `case-${index + 1}/it.js`;
}

/** The reports for people; each script is shown as it.js. */
export async function shownTogether(sources: readonly string[]): Promise<Together> {
  const result = await runAll(sources, ['--reporter', 'console']);
  const blocks = new Map<string, string>();
  for (const text of result.stdout.split(/^(?=case-\d+\/it\.js\n)/m)) {
    const [file = ''] = text.split('\n');
    blocks.set(file, (text.split('\nfailed:\n')[0] ?? '').replaceAll(file, 'it.js'));
  }
  return { result, of: (index) => blocks.get(fileOf(index)) ?? `no report:\n${result.stdout}` };
}

/** The events of each script as lines, as eventsOf and logsOf read them. */
export async function eventsTogether(sources: readonly string[]): Promise<Together> {
  const result = await runAll(sources, ['--json']);
  const files = new Map<string, string>();
  const lines = new Map<string, string>();
  for (const event of eventsOf(result.stdout)) {
    if (event.type === 'scenario_started') files.set(event.scenario.id, event.scenario.file);
    const file = files.get(scenarioOf(event));
    if (file !== undefined) lines.set(file, `${lines.get(file) ?? ''}${JSON.stringify(event)}\n`);
  }
  return { result, of: (index) => lines.get(fileOf(index)) ?? '' };
}

function scenarioOf(event: RunEvent): string {
  if (!('scenario' in event)) return '';
  return typeof event.scenario === 'string' ? event.scenario : event.scenario.id;
}

function runAll(sources: readonly string[], args: readonly string[]): Promise<CliResult> {
  const files = Object.fromEntries(sources.map((source, index) => [fileOf(index), source]));
  const words = ['run', ...Object.keys(files), '--jobs', JOBS, ...args];
  return runFiles(files, words, { timeout: LONG_MS });
}
