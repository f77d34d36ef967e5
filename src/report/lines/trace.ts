/** A whole attempt as text in the order of time, for terminals, logs and assistants (`offhook trace`). */
import { findFunction } from '../../schema/contract.js';
import { count, oneLine, plain, shortened } from '../../story/printable.js';
import type { Row, Story, VerbRow, WaitRow } from '../../story/story.js';
import { formatMs } from '../../time.js';
import { looks } from '../console/block.js';
import { scenarioTitle } from '../../story/scenario-title.js';
import type { AgentNames } from './agent-names.js';
import { printFailures } from './failure.js';
import type { Page } from './page.js';
import { StoryLines } from './story-lines.js';

export interface TraceOptions {
  cwd: string;
  /** Only what happened within AROUND of that moment, in ms since the attempt began. */
  at?: number;
  /** Only what concerns the agent. */
  agent?: string;
}

const AROUND_MS = 1000;
/** A wait shorter than this takes one line, at its end. */
const LONG_WAIT_MS = 500;
/** After this many lines the names of the columns are printed again. */
const HEAD_EVERY = 50;
const LONGEST_VERB = 160;

interface Entry {
  at: number;
  row: Row;
  /** The row's end, not its beginning. */
  isEnd: boolean;
}

export function printTrace(
  page: Page,
  names: AgentNames,
  story: Story,
  options: TraceOptions,
): void {
  printHeader(page, names, story, options.cwd);
  const all = entriesOf(story).filter(({ row }) => concerns(story, row, options.agent));
  const shown = all.filter((entry) => isNear(entry, options.at));
  const lanes = lanesOf(shown);
  const lines = new StoryLines(page, story, { indent: 2, lanes, cwd: options.cwd });
  const leftOut = (some: readonly Entry[], where: string): void => {
    if (some.length === 0) return;
    page.line(`… ${count(some.length, 'line')} ${where}`, { indent: 2, style: page.palette.dim });
  };
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined) {
    page.line('nothing to show', { indent: 2, style: page.palette.dim });
    leftOut(all, options.at === undefined ? 'in all' : 'at other times');
    return;
  }
  leftOut(all.slice(0, all.indexOf(first)), 'before');
  shown.forEach((entry, index) => {
    if (index % HEAD_EVERY === 0) lines.head();
    printEntry(page, lines, entry);
  });
  if (last !== undefined) leftOut(all.slice(all.indexOf(last) + 1), 'after');
}

function printHeader(page: Page, names: AgentNames, story: Story, cwd: string): void {
  const { scenario, verdict, skipReason, ms, failures, lanes } = story;
  const { bold, dim } = page.palette;
  const which = scenario.attempt === 1 ? '' : ` (attempt ${scenario.attempt})`;
  page.line(scenarioTitle(scenario) + which, { style: bold });
  const [mark, style] = looks(page, verdict ?? 'unfinished');
  const why = skipReason === undefined || skipReason === '' ? '' : `: ${oneLine(skipReason)}`;
  const text =
    verdict === undefined
      ? 'did not finish: the record ends before the scenario does'
      : `${verdict} in ${formatMs(ms)}${why}`;
  page.line(text, { indent: 2, lead: [[`${mark} `, style]], style });
  // The events are left out here, because they follow below.
  const explained = failures.map(({ timeline: _, ...failure }) => failure);
  printFailures({ page, names, cwd }, explained);
  page.blank();
  const parties = lanes.map(({ name, address }) =>
    oneLine(address === undefined ? name : `${name} ${address}`),
  );
  if (parties.length > 0) page.line(parties.join(', '), { indent: 2, style: dim });
}

/** Beginnings and ends, by time. */
function entriesOf({ rows }: Story): Entry[] {
  const entries = rows.flatMap((row): Entry[] => {
    const start = { at: row.at, row, isEnd: false };
    const end = 'until' in row ? [{ at: row.until, row, isEnd: true }] : [];
    switch (row.kind) {
      case 'wait':
        if (row.by === 'wait' && row.ok !== false) return [start];
        return row.until !== undefined && row.until - row.at < LONG_WAIT_MS ? end : [start, ...end];
      case 'verb':
        if (isQuiet(row)) return row.error === undefined ? [] : end;
        return row.error === undefined ? [start] : [start, ...end];
      case 'step':
        return row.ok ? [start] : [start, ...end];
      case 'event':
        return row.minor ? [] : [start];
      case 'media':
        return [];
      case 'phase':
        return row.phase === 'load' ? [] : [start];
      default:
        return [start];
    }
  });
  // At equal times ends come first: what ended a script comes before its consequences.
  return entries.sort((a, b) => a.at - b.at || Number(b.isEnd) - Number(a.isEnd));
}

/** Whether the verb is one like env(), which explains no failure. */
function isQuiet({ lane, text }: VerbRow): boolean {
  return (
    lane === undefined && findFunction('global', /^\w*/.exec(text)?.[0] ?? '')?.row.quiet === true
  );
}

function isNear({ at, row }: Entry, wanted: number | undefined): boolean {
  if (wanted === undefined || Math.abs(at - wanted) <= AROUND_MS) return true;
  // Includes what was going on at that moment, however long before it began.
  return 'until' in row && row.at <= wanted && wanted <= row.until;
}

function concerns({ lanes }: Story, row: Row, agent: string | undefined): boolean {
  if (agent === undefined) return true;
  if ('from' in row) return [row.from, row.to].some((lane) => lanes[lane]?.name === agent);
  if ('lane' in row) return lanes[row.lane]?.name === agent;
  switch (row.kind) {
    case 'assertion':
    case 'verb':
      return mentions(row.text, agent);
    case 'wait':
      return mentions(row.what, agent);
    default:
      return row.kind === 'step' || row.kind === 'phase' || row.kind === 'failure';
  }
}

/** Whether the text mentions the agent: scripts mostly give the variable the name of the agent. */
function mentions(text: string, agent: string): boolean {
  return text.split(/[^\p{L}\p{N}_-]+/u).includes(agent);
}

function lanesOf(entries: readonly Entry[]): number[] {
  const lanes = entries.flatMap(({ row }) => {
    if ('from' in row) return [row.from, row.to];
    return row.kind === 'event' ? [row.lane] : [];
  });
  return [...new Set(lanes)].sort((a, b) => a - b);
}

function printEntry(page: Page, lines: StoryLines, { at, row, isEnd }: Entry): void {
  const { bad, dim } = page.palette;
  if (!isEnd) {
    lines.row(row.kind === 'verb' ? { ...row, text: shortened(row.text, LONGEST_VERB) } : row);
  } else if (row.kind === 'wait') lines.text(at, waitedText(row), row.ok === false ? bad : dim);
  else if (row.kind === 'verb') {
    const name = row.text.slice(0, row.text.indexOf('('));
    const why = row.error === undefined ? '' : `: ${plain(row.error.message)}`;
    lines.text(at, `✗ ${name} failed after ${formatMs(at - row.at)}${why}`, bad);
  } else if (row.kind === 'step') lines.text(at, `✗ step failed: ${row.text}`, bad);
}

function waitedText({ at, until = at, what, ok }: WaitRow): string {
  const took = formatMs(until - at);
  return ok === false ? `✗ ${what} (gave up after ${took})` : `✓ ${what} (after ${took})`;
}
