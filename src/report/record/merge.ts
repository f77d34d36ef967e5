/**
 * Recorded runs as one run: its events are what any reporter takes. Times are those of the wall clock, ids are unique,
 * and what is missing is a scenario that failed.
 */
import { EXIT } from '../../errors.js';
import type { Counts, MergedRecord, RunEvent, ScenarioId, Verdict } from '../../model/run-event.js';
import { recordedEvents, type RunRecord } from './read-record.js';
import { recordName, type Gap, type Part, type Whole } from './parts.js';

/** The exit code of the whole is the first in this list that one of the parts has. */
const WORST = [EXIT.internal, EXIT.interrupted, EXIT.failed, EXIT.environment, EXIT.usage];

/** @param whole at least one part */
export async function* mergedEvents({ parts, gaps }: Whole): AsyncGenerator<RunEvent> {
  const began = Math.min(...parts.map(({ record }) => beganAt(record)));
  const started = runStarted(parts, gaps, began);
  yield started;
  const results = new Map<string, Verdict>();
  const seen = new Set<string>();
  let last = 0;
  for await (const event of byTime(parts.map((part, at) => ofPart(part, at + 1, began)))) {
    last = Math.max(last, event.at);
    if (event.type === 'scenario_finished') results.set(resultKey(event, started), event.verdict);
    if (event.type === 'source') {
      const place = JSON.stringify([event.file, event.path]);
      if (seen.has(place)) continue;
      seen.add(place);
    }
    // Shards of one run repeat what was left out and the warnings about the whole run: each is emitted once.
    if (event.type === 'left_out' || (event.type === 'warning' && event.scenario === undefined)) {
      const { at: _, ...what } = event;
      const text = JSON.stringify(what);
      if (seen.has(text)) continue;
      seen.add(text);
    }
    yield event;
  }
  for (const [index, gap] of gaps.entries()) yield* gapEvents(gap, index, last);
  yield runFinished(parts, gaps, results, last);
}

/** @returns a key of what counts as one result: each attempt with --repeat, else the scenario, whose last attempt counts */
function resultKey(
  { scenario }: { scenario: ScenarioId },
  { repeat }: { repeat?: number },
): string {
  return repeat === undefined ? scenario.key : scenario.id;
}

function beganAt({ started }: RunRecord): number {
  return Date.parse(started.time) - started.at;
}

function runStarted(
  parts: readonly Part[],
  gaps: readonly Gap[],
  began: number,
): Extract<RunEvent, { type: 'run_started' }> {
  const all = parts.map(({ record }) => record.started);
  const first = [...all].sort((a, b) => Date.parse(a.time) - Date.parse(b.time))[0];
  if (first === undefined) throw new Error('there is no record');
  const { repeat: _, retries: __, shard: ___, label: ____, records: merged, ...common } = first;
  const records =
    all.length > 1
      ? parts.map((part, at) => mergedRecord(part, at + 1, began))
      : merged?.map((one) => ({ ...one, prefix: `${prefixOf(1)}${one.prefix}` }));
  const aliases = Object.assign({}, ...all.map((one) => one.aliases)) as Record<string, string>;
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const repeats = all.flatMap(({ repeat }) => repeat ?? []);
  const retries = all.flatMap((one) => one.retries ?? []);
  return {
    ...common,
    at: 0,
    time: new Date(began).toISOString(),
    scenarios: sum(all.map(({ scenarios }) => scenarios)) + gaps.length,
    files: sum(all.map(({ files }) => files)),
    jobs: sum(all.map(({ jobs }) => jobs)),
    ...(repeats.length === 0 ? {} : { repeat: Math.max(...repeats) }),
    ...(retries.length === 0 ? {} : { retries: Math.max(...retries) }),
    ...(all.length === 1 && first.shard !== undefined ? { shard: first.shard } : {}),
    ...(Object.keys(aliases).length === 0 ? {} : { aliases }),
    ...(all.length === 1 && first.label !== undefined ? { label: first.label } : {}),
    ...(records === undefined ? {} : { records }),
  };
}

const prefixOf = (number: number): string => `${number}:`;

function mergedRecord({ record }: Part, number: number, began: number): MergedRecord {
  const { run, host, version, baresip } = record.started;
  return {
    name: recordName(record),
    prefix: prefixOf(number),
    ...{ run, host, version },
    ...(baresip === undefined ? {} : { baresip }),
    at: beganAt(record) - began,
    ...(record.finished === undefined ? {} : { ms: record.finished.ms }),
  };
}

/** The events of one record as they are in the merged run; attempts it does not end are ended. */
async function* ofPart(part: Part, number: number, began: number): AsyncGenerator<RunEvent> {
  const { record, mark, orderOf } = part;
  const shift = beganAt(record) - began;
  const idOf = (id: string): string => `${prefixOf(number)}${id}`;
  const renamed = (scenario: ScenarioId): ScenarioId => ({
    ...scenario,
    id: idOf(scenario.id),
    key: mark === '' ? scenario.key : `${scenario.key} [${mark}]`,
    name: mark === '' ? scenario.name : `${scenario.name} [${mark}]`,
    order: orderOf.get(scenario.order) ?? scenario.order,
  });
  for await (const event of recordedEvents(record.path)) {
    if (event.type === 'run_started' || event.type === 'run_finished') continue;
    const at = event.at + shift;
    if (event.type === 'waiting') {
      yield { ...event, at, until: event.until + shift, scenario: idOf(event.scenario) };
    } else if (event.type === 'audio_saved') {
      yield { ...event, at, start: event.start + shift, scenario: idOf(event.scenario) };
    } else if (event.type === 'sip' && event.happened !== undefined) {
      const happened = event.happened + shift;
      yield { ...event, at, happened, scenario: idOf(event.scenario) };
    } else if (isDescribed(event)) {
      yield { ...event, at, scenario: renamed(event.scenario) };
    } else if ('scenario' in event) {
      yield { ...event, at, scenario: idOf(event.scenario) };
    } else yield { ...event, at };
  }
  const at = record.lastAt + shift;
  for (const { scenario, isOver } of record.attempts.values()) {
    if (isOver) continue;
    const message = `the record ends before the scenario does: ${record.path}: ${record.problem ?? ''}`;
    const failures = [{ code: 'E_RECORD', phase: 'body', message }] as const;
    const verdict = 'errored';
    yield { type: 'scenario_finished', at, scenario: renamed(scenario), verdict, ms: 0, failures };
  }
}

type Described = Extract<RunEvent, { scenario: ScenarioId }>;

/** Whether the event describes its scenario, instead of only naming it by its id. */
function isDescribed(event: RunEvent): event is Described {
  return 'scenario' in event && typeof event.scenario === 'object';
}

/** Streams of events as one, by their time. */
async function* byTime(streams: readonly AsyncGenerator<RunEvent>[]): AsyncGenerator<RunEvent> {
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  for (;;) {
    let next = -1;
    let event: RunEvent | undefined;
    heads.forEach((head, index) => {
      if (head.done === true || (event !== undefined && head.value.at >= event.at)) return;
      next = index;
      event = head.value;
    });
    const stream = streams[next];
    if (event === undefined || stream === undefined) return;
    yield event;
    heads[next] = await stream.next();
  }
}

function* gapEvents({ name, what }: Gap, index: number, at: number): Generator<RunEvent> {
  const scenario: ScenarioId = {
    id: `gap:${index + 1}`,
    key: name,
    attempt: 1,
    order: Number.MAX_SAFE_INTEGER - 1000 + index,
    file: 'records',
    name,
    tags: [],
  };
  const failures = [{ code: 'E_RECORD', phase: 'load', message: `${name}: ${what}` }] as const;
  yield { type: 'scenario_started', at, scenario };
  yield { type: 'scenario_finished', at, scenario, verdict: 'errored', ms: 0, failures };
}

function runFinished(
  parts: readonly Part[],
  gaps: readonly Gap[],
  results: ReadonlyMap<string, Verdict>,
  at: number,
): RunEvent {
  const ends = parts.flatMap(({ record }) => record.finished ?? []);
  const counts: Counts = { passed: 0, failed: 0, errored: gaps.length, skipped: 0, flaky: 0 };
  for (const verdict of results.values()) counts[verdict] += 1;
  const exits: number[] = ends.map(({ exit }) => exit);
  if (gaps.length > 0) exits.push(EXIT.failed);
  return {
    type: 'run_finished',
    at,
    counts,
    ms: at,
    left_out: [...new Set(ends.flatMap(({ left_out }) => left_out))],
    interrupted: ends.some(({ interrupted }) => interrupted),
    exit: WORST.find((exit) => exits.includes(exit)) ?? EXIT.passed,
  };
}
