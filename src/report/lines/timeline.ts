/** The last events and SIP messages of the agents in a failure, merged into one compact list. */
import type { TimelineItem } from '../../model/run-event.js';
import type { AgentNames } from './agent-names.js';
import { foldExchanges } from '../../story/exchanges.js';
import type { Page } from './page.js';
import { shortCallIds } from '../../story/sip-words.js';
import { oneLine } from '../../story/printable.js';
import { clockTime, cut, padTo } from '../text.js';
import { agentEventText, messageLine } from '../../story/wording.js';

const LONGEST = 40;

interface Row {
  at: number;
  agent: string;
  text: string;
  sip: boolean;
  /** A SIP request, not a response. */
  request: boolean;
  times: number;
}

export function printTimeline(
  page: Page,
  names: AgentNames,
  items: readonly TimelineItem[],
  indent: number,
): void {
  const telling = items.filter(isTelling);
  const calls = callMarks(telling);
  const rows = compact(telling.map((item) => toRow(item, names, calls)));
  const shown = rows.slice(-LONGEST);
  if (rows.length > shown.length) {
    page.line(`… ${rows.length - shown.length} earlier lines left out`, {
      indent,
      style: page.palette.dim,
    });
  }
  for (const row of shown) printRow(page, names, row, indent);
}

/** Drops baresip's own events (mostly RTCP reports), which would hide the few that explain something. */
function isTelling(item: TimelineItem): boolean {
  return item.kind === 'sip' || item.entry.event.type !== 'other';
}

function toRow(item: TimelineItem, names: AgentNames, calls: ReadonlyMap<string, string>): Row {
  const mark = calls.get(callIdOf(item) ?? '');
  const before = mark === undefined ? '' : `[${mark}] `;
  if (item.kind === 'sip') {
    const { at, agent, message } = item;
    const request = message.code === undefined;
    return { at, agent, text: before + messageLine(message), sip: true, request, times: 1 };
  }
  const { at, agent, event } = item.entry;
  const text = before + oneLine(agentEventText(event, names));
  return { at, agent, text, sip: false, request: false, times: 1 };
}

/** Beginnings of the Call-IDs, as the ladder shows them; none where there is but one call. */
function callMarks(items: readonly TimelineItem[]): ReadonlyMap<string, string> {
  const calls = items.filter(isOfCall).flatMap((item) => callIdOf(item) ?? []);
  const marks = shortCallIds(calls);
  return marks.size > 1 ? marks : new Map();
}

/** A REGISTER, an OPTIONS and the like have Call-IDs, too. */
function isOfCall(item: TimelineItem): boolean {
  return item.kind === 'sip' ? item.message.method === 'INVITE' : true;
}

function callIdOf(item: TimelineItem): string | undefined {
  if (item.kind === 'sip') return item.message.call_id;
  return 'call' in item.entry.event ? item.entry.event.call : undefined;
}

/** Retransmissions and repeated events take one row; so does an exchange, such as REGISTER and 401, that is repeated. */
function compact(rows: readonly Row[]): Row[] {
  const kept: Row[] = [];
  for (const row of rows) {
    const last = kept.at(-1);
    if (last?.text === row.text && last.agent === row.agent) last.times += 1;
    else kept.push({ ...row });
  }
  return joinExchanges(kept);
}

function joinExchanges(rows: readonly Row[]): Row[] {
  return foldExchanges(rows, isExchange, isSame).map((one) => {
    if (!('second' in one)) return one.first;
    const { first, second, times } = one;
    return { ...first, text: `${times} times ${first.text}, ${second.text}` };
  });
}

function isExchange(first: Row, second: Row): boolean {
  if (!first.request || !second.sip || second.request) return false;
  return first.agent === second.agent && first.times + second.times === 2;
}

function isSame(one: Row, other: Row): boolean {
  return one.text === other.text && one.agent === other.agent && one.times === other.times;
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
