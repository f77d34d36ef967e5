/** Rows of what is stored beside runs: monitors, notices and changes of states. */
import type { BegunRun, EndedRun } from '../model/run.js';
import type { MonitorState, State, Transition } from '../model/states.js';
import { asNumber, asText, type Row, textOrNull, type Value } from './sql.js';
import type { StoredMonitor, StoredNotice } from './store.js';

/** @returns the values of `state, paused, last, last_passed, learned_locks`, in this order */
export function monitorValues(monitor: StoredMonitor): readonly Value[] {
  const { state, paused, last, last_passed, learned_locks } = monitor;
  return [
    JSON.stringify(state),
    paused === undefined ? null : Number(paused),
    jsonOrNull(last),
    jsonOrNull(last_passed),
    JSON.stringify(learned_locks),
  ];
}

export function monitorOf(row: Row): StoredMonitor {
  const { paused = null } = row;
  const last = endedRunOf(row['last']);
  const last_passed = endedRunOf(row['last_passed']);
  return {
    name: asText(row['name']),
    state: JSON.parse(asText(row['state'])) as MonitorState,
    ...(paused === null ? {} : { paused: paused === 1 }),
    ...(last === undefined ? {} : { last }),
    ...(last_passed === undefined ? {} : { last_passed }),
    learned_locks: JSON.parse(asText(row['learned_locks'])) as string[],
  };
}

/** A run that is stored beside its monitor, too: it outlives its row. */
export function endedRunOf(value: Value | undefined): EndedRun | undefined {
  return typeof value === 'string' ? (JSON.parse(value) as EndedRun) : undefined;
}

export function begunOf(row: Row): BegunRun {
  return {
    id: asText(row['id']),
    monitor: asText(row['name']),
    trigger: row['requested'] === 1 ? 'request' : 'schedule',
    started_at: asNumber(row['started_at']),
  };
}

export function transitionOf(row: Row): Transition {
  const { note = null, run = null } = row;
  return {
    from: asText(row['was']) as State,
    to: asText(row['became']) as State,
    at: asNumber(row['at']),
    ...(note === null ? {} : { note: asText(note) }),
    ...(run === null ? {} : { run: asText(run) }),
  };
}

/** @returns the values of `id, target, created_at, body, tries, next_at, problem`, in this order */
export function noticeValues(notice: StoredNotice): readonly Value[] {
  const { id, target, created_at, body, tries, next_at, problem } = notice;
  return [id, target, created_at, body, tries, next_at ?? null, textOrNull(problem)];
}

export function noticeOf(row: Row): StoredNotice {
  const { next_at = null, problem = null } = row;
  return {
    id: asText(row['id']),
    target: asText(row['target']),
    created_at: asNumber(row['created_at']),
    body: asText(row['body']),
    tries: asNumber(row['tries']),
    ...(next_at === null ? {} : { next_at: asNumber(next_at) }),
    ...(problem === null ? {} : { problem: asText(problem) }),
  };
}

function jsonOrNull(value: unknown): Value {
  return value === undefined ? null : JSON.stringify(value);
}
