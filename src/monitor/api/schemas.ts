/** Shapes of the answers, as JSON Schema: the OpenAPI document has them, and tests hold real answers against them. */
import { DAYS_SHOWN } from '../model/days.js';
import { MEASURES, OUTCOMES } from '../model/run.js';
import { STATES } from '../model/states.js';
import type { Schema } from './route.js';

export function ref(name: keyof typeof SCHEMAS): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export const TIME: Schema = { type: 'number', description: 'Milliseconds since 1970' };
const MS: Schema = { type: 'number', minimum: 0, description: 'Milliseconds' };
const COUNT: Schema = { type: 'integer', minimum: 0 };
const TEXT: Schema = { type: 'string' };
const NAMES: Schema = { type: 'array', items: TEXT };
const SHARE: Schema = { type: 'number', minimum: 0, maximum: 1 };

/** An object with these properties and no other; all are required but those named. */
export function object(properties: Readonly<Record<string, Schema>>, optional = ''): Schema {
  const absent = optional.split(' ');
  const required = Object.keys(properties).filter((name) => !absent.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

const counts = (names: readonly string[]): Schema =>
  object(Object.fromEntries(names.map((name) => [`n_${name}`, COUNT])));
const mapOf = (value: Schema, keys: readonly string[]): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(keys.map((key) => [key, value])),
});

const OVERVIEW = ['fail', 'warn', 'note'] as const;
const REST = ['ok', 'paused', 'unknown'] as const;
const lists = (names: readonly string[]): Record<string, Schema> =>
  Object.fromEntries(names.map((name) => [name, NAMES]));
const numbers = (names: readonly string[]): Record<string, Schema> =>
  counts(names)['properties'] as Record<string, Schema>;

const RUN = object(
  {
    id: TEXT,
    monitor: TEXT,
    trigger: { enum: ['schedule', 'request'] },
    started_at: TIME,
    ended_at: TIME,
    outcome: { enum: OUTCOMES },
    duration_ms: MS,
    measures: mapOf({ type: 'number' }, MEASURES),
    scenarios: COUNT,
    scenarios_failed: COUNT,
    note: TEXT,
    kept: { type: 'boolean' },
  },
  'note',
);

const STATE: Schema = {
  type: 'object',
  description: 'Counters and state of a monitor, kept across restarts',
  properties: {
    state: { enum: STATES },
    since: TIME,
    ...Object.fromEntries(['bad', 'slow', 'good'].map((name) => [name, COUNT])),
    recent: { type: 'array', items: { enum: OUTCOMES } },
    has_passed: { type: 'boolean' },
    ...numbers(['run', 'fail', 'flaky', 'degraded', 'uncounted']),
    note: TEXT,
    note_run: TEXT,
  },
  required: ['state', 'since', 'n_run', 'n_fail', 'n_flaky', 'n_degraded', 'n_uncounted'],
};

const STRIP_RUN = object({
  id: TEXT,
  started_at: TIME,
  outcome: { enum: OUTCOMES },
  duration_ms: MS,
});
const UPTIME = mapOf(SHARE, ['day', 'week', 'month', 'quarter']);
const PROBLEM = object({ about: TEXT, text: TEXT, since: TIME });

export const SCHEMAS = {
  Error: object({ error: TEXT, message: TEXT }),
  Done: object({
    ok: {
      type: 'boolean',
      description: 'false: nothing was changed or delivered; `message` says why',
    },
    message: TEXT,
  }),
  Run: RUN,
  State: STATE,
  Problem: PROBLEM,
  Notifications: object({
    targets: { type: 'array', items: TEXT },
    letters: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...Object.fromEntries(
            ['id', 'target', 'monitor', 'subject', 'problem'].map((name) => [name, TEXT]),
          ),
          created_at: TIME,
          tries: COUNT,
          state: { enum: ['waiting', 'dead'] },
          next_at: TIME,
        },
        required: ['id', 'target', 'monitor', 'subject', 'created_at', 'tries', 'state'],
      },
    },
  }),
  Overview: object({
    ...lists(OVERVIEW),
    ...numbers([...OVERVIEW, 'ok', 'paused', 'unknown', 'running']),
    healthy: { type: 'boolean' },
  }),
  List: object({
    ...lists([...OVERVIEW, ...REST]),
    ...numbers([...OVERVIEW, 'ok', 'paused', 'unknown', 'running']),
    healthy: { type: 'boolean' },
  }),
  Test: object(
    {
      name: TEXT,
      info: TEXT,
      running: { type: 'boolean' },
      waiting: { type: 'boolean' },
      waiting_for: TEXT,
      paused: { type: 'boolean' },
      status: { enum: STATES },
      t_start: TIME,
      t_stop: TIME,
      n_run: COUNT,
      n_fail: COUNT,
      fail_count: { ...COUNT, description: 'Bad runs in a row' },
      fail_map: {
        type: 'array',
        maxItems: 20,
        items: { type: 'boolean' },
        description: 'The last counted runs, the newest last: true is a bad one',
      },
      exception: { type: 'string', description: 'First line of the last failure' },
      next_run: TIME,
      repeat_after_ms: MS,
      retry_after_ms: MS,
      cron: TEXT,
      timezone: TEXT,
      timeout_ms: MS,
      warn_after: COUNT,
      fail_after: COUNT,
    },
    'info waiting_for t_start t_stop exception next_run repeat_after_ms retry_after_ms cron timezone',
  ),
  Monitor: object(
    {
      name: TEXT,
      state: { $ref: '#/components/schemas/State' },
      settings: {
        type: 'object',
        description: 'As `offhook monitors dump` prints them; values of `set` are hidden',
      },
      paused: { type: 'boolean' },
      in_maintenance: { type: 'boolean' },
      running: object({ id: TEXT, started_at: TIME }),
      waiting_for: TEXT,
      next_at: TIME,
      last: { $ref: '#/components/schemas/Run' },
      last_passed: { $ref: '#/components/schemas/Run' },
      strip: { type: 'array', items: STRIP_RUN },
      uptime: UPTIME,
    },
    'running waiting_for next_at last last_passed',
  ),
  Bucket: object({
    at: TIME,
    runs: mapOf(COUNT, OUTCOMES),
    states: mapOf(MS, STATES),
    measures: {
      type: 'object',
      additionalProperties: object({
        count: COUNT,
        sum: { type: 'number' },
        least: { type: 'number' },
        most: { type: 'number' },
      }),
    },
  }),
  File: object({ path: TEXT, bytes: COUNT, type: TEXT }),
  Health: object(
    {
      status: { enum: ['ok', 'not ok'] },
      problems: { type: 'array', items: { $ref: '#/components/schemas/Problem' } },
    },
    'problems',
  ),
  Status: object(
    {
      title: TEXT,
      first_day: { type: 'string', format: 'date', description: 'The first of `days` (UTC)' },
      monitors: {
        type: 'array',
        items: object(
          {
            name: TEXT,
            strip: { type: 'array', items: { enum: ['up', 'slow', 'down', 'none'] } },
            days: {
              type: 'array',
              minItems: DAYS_SHOWN,
              maxItems: DAYS_SHOWN,
              items: object({ runs: COUNT, good: COUNT }),
              description:
                'For each of the last 90 days (UTC, the last is today): runs that counted, and how many of them passed; absent while the history cannot be read',
            },
            uptime: UPTIME,
          },
          'days',
        ),
      },
    },
    'first_day',
  ),
  Session: object({ name: TEXT, role: { enum: ['read', 'operate'] }, login: { type: 'boolean' } }),
} as const satisfies Readonly<Record<string, Schema>>;
