#!/usr/bin/env -S node --
// Without the "--", Node 20 would take our --env-file for its own option, wherever it stands, and exit if the file is missing.
/** The program: parses the command line, runs one command, sets the exit code. The only file that exits. */
import { EXIT, type OffhookError, errorKind } from './errors.js';
import { asOffhookError, errorText } from './cli/error-text.js';
import { printError, printTrace } from './cli/print.js';
import { bootThread } from './sandbox/host/live-thread.js';
import { streamError } from './report/output.js';
import { readProcess, readTrace } from './settings/process-environment.js';
import { traceTo } from './trace.js';

function exitCodeFor(error: OffhookError): number {
  switch (errorKind(error.code)) {
    case 'usage':
      return EXIT.usage;
    case 'failed':
      return EXIT.failed;
    case 'errored':
      return error.code === 'E_INTERRUPTED' ? EXIT.interrupted : EXIT.environment;
    case 'internal':
      return EXIT.internal;
  }
}

function report(thrown: unknown): number {
  const error = asOffhookError(thrown);
  printError(errorText(error));
  if (error.code === 'E_INTERNAL') {
    if (thrown instanceof Error && readProcess().debug) printError(thrown.stack ?? '');
    printError(
      'This is a bug in Offhook. Please report it with the scenario that shows it; OFFHOOK_DEBUG=1 adds a stack trace.',
    );
  }
  return exitCodeFor(error);
}

/**
 * A reader that closed our output (`| head`) wants no more; it is not an error of the run, which goes on: other
 * reports, the exit code and the end of its agents depend on it.
 */
for (const [name, stream] of [
  ['stdout', process.stdout],
  ['stderr', process.stderr],
] as const) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw streamError(name, error);
  });
}

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (thrown: unknown) => {
    process.exit(report(thrown));
  });
}

const words = process.argv.slice(2);
/** Whether the command runs scripts. Their thread is booted first, as that takes longer than loading and parsing the command line. */
const isThreaded = ['run', 'check', 'list'].includes(words[0] ?? '');

try {
  traceTo(readTrace(), printTrace);
  const booted = isThreaded ? bootThread() : undefined;
  const { commandLine } = await import('./cli/command-line.js');
  process.exitCode = await commandLine(words, booted);
} catch (thrown) {
  process.exitCode = report(thrown);
}
