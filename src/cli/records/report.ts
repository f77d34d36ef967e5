/** `offhook report`: tells recorded runs, one or several as one, by any reporter. */
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LastRunReporter } from '../../app/last-run.js';
import { OffhookError } from '../../errors.js';
import { mergedEvents } from '../../report/record/merge.js';
import { wholeOf } from '../../report/record/parts.js';
import { readRecord } from '../../report/record/read-record.js';
import { fanOut, type Reporter } from '../../report/reporter.js';
import { readProcess } from '../../settings/process-environment.js';
import type { ReportFlags } from '../options.js';
import { makeReporters } from '../output/reporters.js';

/** Number of events between two pauses that let reporters work: a record may be larger than the memory. */
const BATCH = 500;

/** @returns the exit code of the merged run. @throws OffhookError E_RECORD when there is nothing to tell */
export async function reportCommand(paths: readonly string[], flags: ReportFlags): Promise<number> {
  const environment = readProcess();
  const whole = wholeOf(await Promise.all([...new Set(paths)].map(readRecord)));
  if (whole.parts.length === 0) {
    const [gap] = whole.gaps;
    throw new OffhookError(
      'E_RECORD',
      {
        subject: `record "${gap?.name ?? ''}"`,
        what: 'cannot be read',
        seen: gap?.what ?? 'it is empty',
      },
      { hint: 'name files that --reporter ndjson=FILE has written' },
    );
  }
  const around = { environment, again: [], live: false, reads: paths };
  const reporters = await makeReporters(flags, around);
  // The record was made without secrets.
  const all = fanOut([...reporters, ...lastRunOf(flags, environment.cwd)], (event) => event);
  let exit = 0;
  try {
    let told = 0;
    for await (const event of mergedEvents(whole)) {
      all.on(event);
      if (event.type === 'run_finished') exit = event.exit;
      told += 1;
      if (told % BATCH === 0) await setImmediate();
    }
  } finally {
    await all.close();
  }
  return exit;
}

/** Adds the merged results to the file by which scenarios are divided into shards; the shards themselves do not write it. */
function lastRunOf({ lastRun }: ReportFlags, cwd: string): readonly Reporter[] {
  return lastRun === undefined ? [] : [new LastRunReporter(resolve(cwd, lastRun))];
}
