/** Makes the story of an attempt of the events of the record. */
import type { RunEvent, ScenarioId } from '../model/run-event.js';
import { agentRows, mediaSummaries } from './telling/agents.js';
import { attemptOf, clockOf, type Attempt, type Placed } from './telling/attempt.js';
import { Calls } from './telling/calls.js';
import { digitRows } from './telling/digits.js';
import { failureRows } from './telling/failures.js';
import { httpRows } from './telling/http.js';
import { Lanes } from './telling/lanes.js';
import type { Addresses } from './address-names.js';
import { arrowsOf, messageRows } from './telling/messages.js';
import { scriptRows } from './telling/script.js';
import type { LogLine, Row, Story } from './story.js';

/**
 * @param events of one attempt, from `scenario_started` (or `file_part_started`) to its end, as far as there are; events
 * of others do no harm
 */
export function tellStory(events: readonly RunEvent[], addresses: Addresses = {}): Story {
  const attempt = attemptOf(events);
  if (attempt === undefined) return untold(events);
  const timeOf = clockOf(attempt);
  const { arrows, peers } = arrowsOf(attempt, timeOf, addresses);
  const lanes = new Lanes(attempt.events, peers);
  const calls = new Calls(attempt.events);
  const messages = messageRows(attempt, arrows, lanes, calls);
  const rows = [
    ...messages,
    ...digitRows(attempt, timeOf, messages, lanes, calls),
    ...httpRows(attempt, timeOf, lanes),
    ...agentRows(attempt, timeOf, lanes, calls),
    ...scriptRows(attempt, lanes),
    ...failureRows(attempt),
  ];
  return {
    ...summary(attempt),
    lanes: lanes.all,
    calls: calls.all,
    rows: inOrder(rows),
    media: mediaSummaries(attempt),
    logs: logLines(attempt),
  };
}

type Summary = Pick<Story, 'scenario' | 'verdict' | 'skipReason' | 'startedAt' | 'ms' | 'failures'>;

function summary({ scenario, startedAt, events, finished }: Attempt): Summary {
  const last = events.at(-1)?.at ?? startedAt;
  if (finished === undefined) return { scenario, startedAt, ms: last - startedAt, failures: [] };
  const { verdict, ms, failures, skip_reason: skipReason } = finished;
  const reason = skipReason === undefined ? {} : { skipReason };
  return { scenario, verdict, ...reason, startedAt, ms, failures };
}

function inOrder(rows: readonly Placed[]): Row[] {
  return [...rows].sort((a, b) => a.row.at - b.row.at || a.place - b.place).map(({ row }) => row);
}

function logLines({ events, startedAt }: Attempt): LogLine[] {
  return events.flatMap((event) =>
    event.type === 'agent_log'
      ? [{ at: event.at - startedAt, agent: event.agent, line: event.line }]
      : [],
  );
}

const NOBODY: ScenarioId = { id: '', key: '', attempt: 1, order: 0, file: '', name: '', tags: [] };

/** A scenario that never began, such as one whose file does not load, has an end only. */
function untold(events: readonly RunEvent[]): Story {
  const finished = events.find((event) => event.type === 'scenario_finished');
  const { scenario = NOBODY, failures = [], at = 0, ms = 0 } = finished ?? {};
  const nothing = { lanes: [], calls: [], media: [], logs: [] };
  const rows = failureRows({
    scenario,
    startedAt: at,
    events: [],
    ...(finished === undefined ? {} : { finished }),
  });
  return {
    scenario,
    ...(finished === undefined ? {} : { verdict: finished.verdict }),
    ...(finished?.skip_reason === undefined ? {} : { skipReason: finished.skip_reason }),
    startedAt: at - ms,
    ms,
    failures,
    ...nothing,
    rows: inOrder(rows),
  };
}
