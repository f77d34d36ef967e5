/** The last events and SIP messages of the agents in a failure, merged into one compact list. */
import type { TimelineItem } from '../model/run-event.js';
import type { AgentNames } from './agent-names.js';
import type { Page } from './page.js';
import { clockTime, cut, oneLine, padTo } from './text.js';
import { agentEventText, messageText } from './wording.js';

const LONGEST = 60;

interface Row {
  at: number;
  agent: string;
  text: string;
  sip: boolean;
  times: number;
}

export function printTimeline(
  page: Page,
  names: AgentNames,
  items: readonly TimelineItem[],
  indent: number,
): void {
  const rows = compact(items.filter(isTelling).map((item) => toRow(item, names)));
  const shown = rows.slice(-LONGEST);
  if (rows.length > shown.length) {
    page.line(`… ${rows.length - shown.length} earlier ones left out`, {
      indent,
      style: page.palette.dim,
    });
  }
  for (const row of shown) printRow(page, names, row, indent);
}

/** baresip's own events (RTCP reports, mostly) would hide the few that explain something. */
function isTelling(item: TimelineItem): boolean {
  return item.kind === 'sip' || item.entry.event.type !== 'other';
}

function toRow(item: TimelineItem, names: AgentNames): Row {
  if (item.kind === 'sip') {
    const { at, agent, message } = item;
    return { at, agent, text: messageText(message), sip: true, times: 1 };
  }
  const { at, agent, event } = item.entry;
  return { at, agent, text: oneLine(agentEventText(event, names)), sip: false, times: 1 };
}

/** Retransmissions and repeated events take one row. */
function compact(rows: readonly Row[]): Row[] {
  const kept: Row[] = [];
  for (const row of rows) {
    const last = kept.at(-1);
    if (last?.text === row.text && last.agent === row.agent) last.times += 1;
    else kept.push(row);
  }
  return kept;
}

function printRow(page: Page, names: AgentNames, row: Row, indent: number): void {
  const gap = page.narrow ? ' ' : '  ';
  const time = clockTime(row.at).slice(page.narrow ? 1 : 0);
  const colour = page.palette.agent(names.index(row.agent));
  const name = padTo(oneLine(row.agent), names.width);
  const room = page.columns - indent - time.length - names.width - 2 * gap.length;
  const text = row.times === 1 ? row.text : `${row.text} (${row.times} times)`;
  page.line(page.narrow ? text : cut(text, room), {
    indent,
    lead: [
      [time + gap, page.palette.dim],
      [name, colour],
      [gap, page.palette.plain],
    ],
    style: row.sip ? page.palette.dim : page.palette.plain,
  });
}
