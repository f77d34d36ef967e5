/**
 * What a later attempt of a scenario failed with, against the first one: three times the same page helps nobody.
 * Failures are compared as they are printed, without what differs between any two attempts.
 */
import type { Failure, RunEvent, ScenarioId } from '../../model/run-event.js';
import { printFailures, type FailureContext } from '../lines/failure.js';
import { KeptText, Page, palette } from '../lines/page.js';
import { kindOf } from '../repeats/repeats.js';

/** Times, addresses of agents and Call-IDs. */
const VARYING =
  /\d+(?:\.\d+)? ?(?:ms|s|min)\b|\b\d+\.\d{3}s\b|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|\[[\w-]{6,}\]|\(\d+ times\)/g;

/** What repeated scenarios (--repeat) have failed with so far: of each kind the first is told whole. */
export class RepeatedFailures {
  readonly #first = new Map<string, number>();
  #isRepeated = false;

  on(event: RunEvent): void {
    if (event.type === 'run_started') this.#isRepeated = event.repeat !== undefined;
  }

  /** The attempt that was the first to fail in the same way; undefined where this one is. */
  firstLike({ key, attempt }: ScenarioId, [failure]: readonly Failure[]): number | undefined {
    if (!this.#isRepeated || failure === undefined) return undefined;
    const kind = `${key}\n${kindOf(failure)}`;
    const first = this.#first.get(kind);
    if (first === undefined) this.#first.set(kind, attempt);
    return first;
  }
}

/** Prints the failures of a later attempt: a remark if they equal those of the first attempt, else the lines that are new. */
export function printLaterFailures(
  context: FailureContext,
  first: readonly Failure[],
  later: readonly Failure[],
): void {
  const { page } = context;
  const known = new Set(linesOf(context, first).map(compared));
  const fresh = linesOf(context, later).filter((line) => !known.has(compared(line)));
  page.blank();
  if (fresh.length === 0) {
    page.line('same failure as attempt 1', { indent: 4, style: page.palette.dim });
    return;
  }
  page.line('what differs from attempt 1:', { indent: 4, style: page.palette.bold });
  for (const line of fresh) page.line(line.trimStart(), { indent: indentOf(line) });
}

function linesOf(context: FailureContext, failures: readonly Failure[]): string[] {
  const kept = new KeptText();
  printFailures({ ...context, page: new Page(kept.write, palette(0)) }, failures);
  return kept.text.split('\n').filter((line) => line.trim() !== '');
}

function compared(line: string): string {
  return line.replace(VARYING, '~').replace(/\s+/g, ' ').trim();
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
