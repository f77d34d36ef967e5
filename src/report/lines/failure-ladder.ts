/**
 * What happened last to the agents in a failure: their SIP messages as arrows to whom they talked to, with the events
 * that messages do not tell.
 */
import type { Failure, RunEvent, TimelineItem } from '../../model/run-event.js';
import { count } from '../../story/printable.js';
import type { MessageRow, Row, Story } from '../../story/story.js';
import { tellStory } from '../../story/tell.js';
import type { AgentNames } from './agent-names.js';
import type { Page } from './page.js';
import { StoryLines } from './story-lines.js';

/** Few enough to be read at once. */
const MOST_ROWS = 25;

export function printFailureLadder(
  page: Page,
  names: AgentNames,
  failure: Failure,
  options: { indent: number; cwd: string },
): void {
  const story = storyOf(failure.timeline ?? [], names);
  const rows = tellingRows(story);
  const shown = rows.slice(-MOST_ROWS);
  const lanes = lanesOf(shown);
  const lines = new StoryLines(page, story, { ...options, lanes });
  lines.head();
  if (rows.length > shown.length) {
    const text = `… ${count(rows.length - shown.length, 'earlier line')} left out`;
    page.line(text, { indent: options.indent, style: page.palette.dim });
  }
  for (const row of shown) lines.row(row);
}

/** Times of a timeline count from the beginning of the attempt. */
function storyOf(items: readonly TimelineItem[], names: AgentNames): Story {
  const id = 'timeline';
  const scenario = { id, key: id, attempt: 1, order: 1, file: '', name: '', tags: [] };
  const events = items.map((item): RunEvent =>
    item.kind === 'sip'
      ? {
          type: 'sip',
          at: item.at,
          scenario: id,
          agent: item.agent,
          message: item.message,
          raw: '',
        }
      : { type: 'agent', at: item.entry.at, scenario: id, entry: item.entry },
  );
  const started: RunEvent = { type: 'scenario_started', at: 0, scenario };
  return tellStory([started, ...events], { aliases: names.addresses });
}

function tellingRows({ rows }: Story): Row[] {
  const messages = rows.filter((row) => row.kind === 'message');
  const traced = new Set(messages.flatMap(({ from, to }) => [from, to]));
  const quiet = finishedRegistrations(messages);
  const told = new Set<number>();
  return rows.filter((row) => {
    if (row.kind === 'message') return !quiet.has(row);
    if (row.kind !== 'event') return row.kind === 'digits' || row.kind === 'http';
    if (row.type === 'other') return false;
    if (!row.minor) return true;
    // One line stands in place of the messages that are left out.
    if (row.type === 'registered' && quiet.size > 0 && !told.has(row.lane)) {
      told.add(row.lane);
      return true;
    }
    return !traced.has(row.lane);
  });
}

/** Registrations that went well explain nothing, where there are calls; those that fail may be why there are none. */
function finishedRegistrations(messages: readonly MessageRow[]): ReadonlySet<MessageRow> {
  const registrations = messages.filter(({ message }) => message.method === 'REGISTER');
  if (registrations.length === messages.length) return new Set();
  const codes = new Map(
    registrations.map(({ message }) => [message.call_id, message.code ?? 0] as const),
  );
  const isFine = ({ message }: MessageRow): boolean =>
    Math.floor((codes.get(message.call_id) ?? 0) / 100) === 2;
  return new Set(registrations.filter(isFine));
}

function lanesOf(rows: readonly Row[]): number[] {
  const lanes = rows.flatMap((row) => {
    if ('from' in row) return [row.from, row.to];
    return row.kind === 'event' ? [row.lane] : [];
  });
  return [...new Set(lanes)].sort((a, b) => a - b);
}
