/**
 * Recorded runs: NDJSON as `--reporter ndjson=FILE` writes it, read line by line. A record that is damaged counts as
 * far as it can be read; what is wrong with it is said with its line.
 */
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { OffhookError } from '../../errors.js';
import type { Failure, RunEvent, ScenarioId } from '../../model/run-event.js';
import { messageText } from '../../sip/sip-message.js';
import { NDJSON_FORMAT, type NdjsonEvent } from '../ndjson.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** What a first reading finds; `events` reads the record again. */
export interface RunRecord {
  path: string;
  started: EventOf<'run_started'>;
  /** Absent: the run, or its record, broke off. */
  finished: EventOf<'run_finished'> | undefined;
  /** Attempts by id. */
  attempts: ReadonlyMap<string, { scenario: ScenarioId; isOver: boolean }>;
  lastAt: number;
  /** What is wrong with it, if anything. */
  problem: string | undefined;
}

/** A record of which nothing can be used. */
export interface Unreadable {
  path: string;
  problem: string;
}

/** @throws OffhookError E_RECORD when there is no such file */
export async function readRecord(path: string): Promise<RunRecord | Unreadable> {
  needFile(path);
  const attempts = new Map<string, { scenario: ScenarioId; isOver: boolean }>();
  let started: EventOf<'run_started'> | undefined;
  let finished: EventOf<'run_finished'> | undefined;
  let lastAt = 0;
  let problem: string | undefined;
  for await (const read of lines(path)) {
    if ('problem' in read) {
      problem = read.problem;
      break;
    }
    const { event } = read;
    lastAt = Math.max(lastAt, event.at);
    if (event.type === 'run_started') started = event;
    else if (event.type === 'run_finished') finished = event;
    else if (event.type === 'scenario_started')
      attempts.set(event.scenario.id, { scenario: event.scenario, isOver: false });
    else if (event.type === 'scenario_finished')
      attempts.set(event.scenario.id, { scenario: event.scenario, isOver: true });
  }
  if (started === undefined) return { path, problem: problem ?? 'it is empty' };
  if (finished === undefined) problem ??= 'the run broke off: there is no run_finished';
  return { path, started, finished, attempts, lastAt, problem };
}

/** The events of a record, as far as it can be read. */
export async function* recordedEvents(path: string): AsyncGenerator<RunEvent> {
  for await (const read of lines(path)) {
    if ('problem' in read) return;
    yield read.event;
  }
}

function needFile(path: string): void {
  let seen = 'it is a folder';
  try {
    if (!statSync(path).isDirectory()) return;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    seen = isMissing ? 'there is no such file' : String(error);
  }
  throw new OffhookError(
    'E_RECORD',
    { subject: `record "${path}"`, what: 'cannot be read', seen },
    { hint: 'name files that --reporter ndjson=FILE has written' },
  );
}

type Read = { event: RunEvent } | { problem: string };

/** Ends with the first line that is no event; types that are not known are left out. */
async function* lines(path: string): AsyncGenerator<Read> {
  const stream = createReadStream(path, { encoding: 'utf8' });
  const reader = createInterface({ input: stream, crlfDelay: Infinity });
  let number = 0;
  let isFirst = true;
  try {
    for await (const line of reader) {
      number += 1;
      if (line.trim() === '') continue;
      const problem = lineProblem(line, isFirst);
      if (problem !== undefined) {
        yield { problem: `line ${number} ${problem}` };
        return;
      }
      isFirst = false;
      const event = eventOf(line);
      if (event !== undefined) yield { event };
    }
  } finally {
    stream.destroy();
  }
}

function lineProblem(line: string, isFirst: boolean): string | undefined {
  if (line.includes('\0')) return 'is not text: this is a binary file';
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return line.startsWith('{"type":') ? 'is cut off' : 'is not JSON';
  }
  if (!isEvent(data)) return 'is not an event of a run';
  if (!isFirst) return undefined;
  if (data.type !== 'run_started') return 'is not the beginning of a run (run_started)';
  const { format } = data;
  if (typeof format === 'number' && format <= NDJSON_FORMAT) return undefined;
  return `has format ${String(format)}: this Offhook reads formats up to ${NDJSON_FORMAT}; update Offhook`;
}

interface Line {
  type: string;
  at: number;
  [field: string]: unknown;
}

/** Checks the fields that the merge itself relies on. */
function isEvent(data: unknown): data is Line {
  if (typeof data !== 'object' || data === null) return false;
  const { type, at, scenario } = data as Record<string, unknown>;
  if (typeof type !== 'string' || typeof at !== 'number') return false;
  if (scenario === undefined || typeof scenario === 'string') return !WITH_SCENARIO.has(type);
  if (typeof scenario !== 'object' || scenario === null) return false;
  const { id, key, file, name, tags } = scenario as Record<string, unknown>;
  return [id, key, file, name].every((one) => typeof one === 'string') && Array.isArray(tags);
}

/** Events whose scenario is described, not only named by its id. */
const WITH_SCENARIO: ReadonlySet<string> = new Set<RunEvent['type']>([
  ...(['scenario_started', 'scenario_finished'] as const),
  ...(['file_part_started', 'file_part_finished'] as const),
]);

const KNOWN: Readonly<Record<NdjsonEvent['type'], true>> = {
  run_started: true,
  warning: true,
  left_out: true,
  scenario_started: true,
  scenario_restarted: true,
  scenario_kept: true,
  lock_waiting: true,
  locks_taken: true,
  phase: true,
  step_started: true,
  step_finished: true,
  verb_started: true,
  verb_finished: true,
  assertion: true,
  waiting: true,
  waited: true,
  log: true,
  agent: true,
  sip: true,
  agent_log: true,
  metric: true,
  audio_saved: true,
  artifact: true,
  file_part_started: true,
  file_part_finished: true,
  scenario_finished: true,
  source: true,
  run_finished: true,
};

/** The event of a line, undefined for a type of a later version. */
function eventOf(line: string): RunEvent | undefined {
  const { time, ...data } = JSON.parse(line) as Line;
  if (!Object.hasOwn(KNOWN, data.type)) return undefined;
  if (data.type === 'run_started') {
    const { format: _, ...started } = data;
    return { ...started, time } as unknown as RunEvent;
  }
  if (data.type === 'sip') return withRaw(data as unknown as EventOf<'sip'>);
  if (!Array.isArray(data['failures'])) return data as unknown as RunEvent;
  const written = data['failures'] as (Failure & { code_frame?: string })[];
  const failures = written.map(({ code_frame: codeFrame, ...failure }) =>
    codeFrame === undefined ? failure : { ...failure, codeFrame },
  );
  return { ...data, failures } as unknown as RunEvent;
}

function withRaw(event: Omit<EventOf<'sip'>, 'raw'> & { raw?: string }): EventOf<'sip'> {
  return { ...event, raw: event.raw ?? messageText(event.message) };
}
