/** Where in the course of an attempt its failures lie. */
import type { Failure, Phase, RunEvent } from '../../model/run-event.js';
import type { SourceLocation } from '../../errors.js';
import { isEnd, type Attempt, type Placed } from './attempt.js';
import { oneLine } from '../printable.js';
import type { FailureRow } from '../story.js';

export function failureRows({ events, startedAt, finished }: Attempt): Placed<FailureRow>[] {
  return (finished?.failures ?? []).flatMap((failure, index) => {
    const place = placeOf(failure, events);
    const at = (events[place]?.at ?? startedAt) - startedAt;
    const text = oneLine(failure.brief ?? failure.message);
    // A half more places the row behind its event, and in front of the next one.
    return [{ place: place + 0.5, row: { kind: 'failure', at, failure: index, text } }];
  });
}

function placeOf(failure: Failure, events: readonly RunEvent[]): number {
  const { from, to } = spanOf(failure.phase, events);
  const own = events.slice(from, to);
  const found = own.findLastIndex((event) => isOf(failure, event));
  if (found >= 0) return from + found;
  const waited = failure.code === 'E_ASSERT' ? -1 : own.findLastIndex(isVainWait);
  return waited >= 0 && isEndedByWait(failure) ? from + waited : Math.max(from, to - 1);
}

function isOf(failure: Failure, event: RunEvent): boolean {
  if (event.type === 'verb_finished') {
    return event.error?.code === failure.code && event.error.message === failure.message;
  }
  if (event.type !== 'assertion' || event.ok || failure.code !== 'E_ASSERT') return false;
  return isSamePlace(event.location, failure.at);
}

function isSamePlace(one: SourceLocation | undefined, other: SourceLocation | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.file === other.file && one.line === other.line;
}

const ENDED_BY_WAITS: ReadonlySet<string> = new Set([
  'E_AWAIT_TIMEOUT',
  'E_NEVER',
  'E_WAIT_DROPPED',
  'E_MEDIA',
  'E_AUDIO',
  'E_MODE',
  'E_AGENT_CRASHED',
  'E_CALL_STATE',
]);

function isEndedByWait({ code }: Failure): boolean {
  return ENDED_BY_WAITS.has(code);
}

function isVainWait(event: RunEvent): boolean {
  return event.type === 'waited' && !event.ok;
}

/**
 * Indexes of the events of a phase, up to the beginning of the next one. A phase whose beginning was not recorded may be anywhere
 * among the events, but for "load", which is over with the first of them.
 */
function spanOf(phase: Phase, events: readonly RunEvent[]): { from: number; to: number } {
  const ending = events.findIndex(isEnd);
  const end = ending < 0 ? events.length : ending;
  const from = events.findLastIndex((event) => event.type === 'phase' && event.phase === phase);
  if (from < 0) return phase === 'load' ? { from: 0, to: 1 } : { from: 0, to: end };
  const next = events.findIndex((event, place) => place > from && event.type === 'phase');
  return { from, to: next < 0 ? end : next };
}
