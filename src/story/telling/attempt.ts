/** The events of one attempt, picked out of a record. */
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import type { EventOf, Row } from '../story.js';

export interface Attempt {
  scenario: ScenarioId;
  /** When the attempt began, in ms since the run began. */
  startedAt: number;
  /** Those that follow its start, in the order in which they were recorded; `place` of a row is an index among them. */
  events: readonly RunEvent[];
  finished?: EventOf<'scenario_finished' | 'file_part_finished'>;
}

/** A row with the place of its event: what happened at the same time stands as it was recorded. */
export interface Placed<R extends Row = Row> {
  row: R;
  place: number;
}

/** When the event happened, in ms since the attempt began. */
export type TimeOf = (event: RunEvent) => number;

/** What agents did is read a little later than it happened: their own times keep the order of cause and effect. */
export function clockOf({ startedAt, events }: Attempt): TimeOf {
  // Times of entries count from the beginning of their log, a little after that of the attempt. How much later it was, the
  // entry shows that was read with the least delay.
  let offset = Infinity;
  for (const event of events) {
    if (event.type !== 'agent') continue;
    offset = Math.max(0, Math.min(offset, event.at - startedAt - event.entry.at));
  }
  return (event) => {
    if (event.type === 'agent')
      return Math.max(0, Math.min(event.entry.at + offset, event.at - startedAt));
    const at = event.type === 'sip' ? (event.happened ?? event.at) : event.at;
    return Math.max(0, at - startedAt);
  };
}

/** The last attempt that begins among the events; one that began anew counts from there. */
export function attemptOf(events: readonly RunEvent[]): Attempt | undefined {
  const start = events.findLastIndex(isStart);
  const started = events[start];
  if (started === undefined || !isStart(started)) return undefined;
  const { scenario, at } = started;
  const own = events.slice(start + 1).filter((event) => scenarioOf(event) === scenario.id);
  const finished = own.find(isEnd);
  return {
    scenario,
    startedAt: at,
    events: own,
    ...(finished === undefined ? {} : { finished }),
  };
}

function isStart(event: RunEvent): event is EventOf<'scenario_started' | 'file_part_started'> {
  return event.type === 'scenario_started' || event.type === 'file_part_started';
}

export function isEnd(
  event: RunEvent,
): event is EventOf<'scenario_finished' | 'file_part_finished'> {
  return event.type === 'scenario_finished' || event.type === 'file_part_finished';
}

/** The id of the attempt it belongs to; undefined for an event of the run. */
function scenarioOf(event: RunEvent): string | undefined {
  if (!('scenario' in event)) return undefined;
  const { scenario } = event;
  return typeof scenario === 'object' ? scenario.id : scenario;
}
