/** Prints a failure so that its cause is clear without opening anything else. */
import { isHttpEvent } from '../../model/http-event.js';
import type { Failure, ScenarioId } from '../../model/run-event.js';
import type { AgentNames } from './agent-names.js';
import { difference } from '../../story/difference.js';
import type { Page } from './page.js';
import { oneLine, plain } from '../../story/printable.js';
import { rerunCommand } from '../../story/rerun-command.js';
import { cut, shownLocation } from '../text.js';
import { printFailureLadder } from './failure-ladder.js';

const FRAMES = 5;

export interface FailureContext {
  page: Page;
  names: AgentNames;
  /** Locations are shown relative to it. */
  cwd: string;
}

/** The first failure is the cause; later failures (of teardown, of stopping) are shown as additional. */
export function printFailures(context: FailureContext, failures: readonly Failure[]): void {
  failures.forEach((failure, index) => {
    context.page.blank();
    printFailure(context, failure, index > 0);
  });
}

function printFailure(context: FailureContext, failure: Failure, additional: boolean): void {
  const { page } = context;
  const { bold, dim, bad } = page.palette;
  const once = failure.phase === 'setup' ? ', which runs once for each scenario' : '';
  const heading = `${additional ? 'additional failure in' : 'in'} ${failure.phase}${once}:`;
  // Most failures happen in the body, so only other places are named.
  if (additional || failure.phase !== 'body') page.line(heading, { indent: 4, style: bold });
  const code = ` [${failure.code}]`;
  page.line(plain(failure.brief ?? failure.message) + code, {
    indent: 4,
    style: (line) =>
      line.endsWith(code) ? bad(line.slice(0, -code.length)) + dim(code) : bad(line),
  });
  printSides(page, failure);
  if (failure.hint !== undefined) {
    page.line(plain(failure.hint), { indent: 6, lead: [['hint: ', bold]] });
  }
  printPlace(context, failure);
  printEvents(context, failure);
}

function printPlace({ page, cwd }: FailureContext, failure: Failure): void {
  const { dim } = page.palette;
  if (failure.at !== undefined) {
    page.line(`at ${shownLocation(failure.at, cwd)}`, { indent: 6, style: dim });
  }
  for (const frame of (failure.frames ?? []).slice(0, FRAMES)) {
    const where = shownLocation(frame, cwd);
    // The innermost frame is usually the place itself, which is shown already.
    if (failure.at !== undefined && where === shownLocation(failure.at, cwd)) continue;
    const name = frame.function === undefined ? '' : `${oneLine(frame.function)} `;
    page.line(`from ${name}${where}`, { indent: 6, style: dim });
  }
  if (failure.codeFrame !== undefined) printCodeFrame(page, failure.codeFrame);
}

function printCodeFrame(page: Page, codeFrame: string): void {
  const { bold, dim } = page.palette;
  page.blank();
  for (const line of plain(codeFrame.replace(/\n+$/, '')).split('\n')) {
    page.line(cut(line, page.columns - 4), { indent: 4, style: line.startsWith('>') ? bold : dim });
  }
}

/** Prints expected and actual: as a diff where both have parts, else one below the other. */
function printSides(page: Page, failure: Failure): void {
  const { expected, actual, sides, brief } = failure;
  // Without `brief` the message above has shown both sides.
  if (brief === undefined) return;
  const { bold, good, bad, dim } = page.palette;
  if (sides !== undefined) {
    page.line('- expected, + seen:', { indent: 6, style: bold });
    const styles = { '-': good, '+': bad, ' ': dim, '…': dim };
    for (const { mark, text } of difference(sides.expected, sides.actual))
      page.line(`${mark} ${plain(text)}`, { indent: 6, style: styles[mark] });
    return;
  }
  if (expected !== undefined) {
    page.line(plain(expected), { indent: 6, lead: [['expected: ', bold]], style: good });
  }
  if (actual !== undefined) {
    page.line(plain(actual), { indent: 6, lead: [['seen:     ', bold]], style: bad });
  }
}

function printEvents({ page, names, cwd }: FailureContext, failure: Failure): void {
  const items = failure.timeline ?? [];
  if (items.length === 0) return;
  const isHttpOnly = items.every((one) => one.kind === 'event' && isHttpEvent(one.entry.event));
  const agents = failure.agents ?? [];
  const whose = agents.length === 0 ? 'the agents' : agents.map(oneLine).join(', ');
  page.blank();
  page.line(isHttpOnly ? 'last HTTP messages:' : `last SIP messages and events of ${whose}:`, {
    indent: 4,
    style: page.palette.bold,
  });
  printFailureLadder(page, names, failure, { indent: 4, cwd });
}

/** The command that runs this scenario again and shows everything. */
export function printMore(
  page: Page,
  { scenario, failures }: { scenario: ScenarioId; failures: readonly Failure[] },
  again: readonly string[] = [],
): void {
  // A gap in a record is shown as a failure, but it is no scenario that could be run again.
  if (failures.some(({ code }) => code === 'E_RECORD')) return;
  page.blank();
  page.line(`${rerunCommand(scenario, again)} -v --sip-trace`, {
    indent: 4,
    lead: [['see more: ', page.palette.bold]],
    wrapped: false,
  });
}
