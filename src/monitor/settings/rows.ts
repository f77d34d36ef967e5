/** Every setting of `offhook serve`, as rows. docs/monitor-settings.md and the schema for editors are made of them. */
import { LINES_ROW } from '../../settings/line-rows.js';
import type { MonitorKey } from '../../settings/monitor-keys.js';
import { MEASURES } from '../model/run.js';
import {
  cronProblem,
  lineProblem,
  momentProblem,
  storeProblem,
  timezoneProblem,
  tokenProblem,
  urlProblem,
} from './checks.js';
import { count, TEXT, TEXTS, type Form, type Row, type Rows } from '../../settings/form.js';
import { TARGET_ROWS } from './target-rows.js';

const YES: Form = { kind: 'yes' };
const NAMES = { name: /^[^\p{Cc}]{1,200}$/u, names: 'must be a name of 1 to 200 characters' };
const CRON: Form = { kind: 'text', check: cronProblem };
const TIMEZONE: Form = { kind: 'text', check: timezoneProblem };
const MOMENT: Form = { kind: 'text', check: momentProblem };
const DURATION: Form = { kind: 'duration' };
const INTERVAL: Form = { kind: 'duration', least_ms: 1000 };

const THRESHOLD_DOC = 'above this limit (`mos`: below it)';

/** A limit of times may be a duration; the others are plain numbers. */
function threshold(name: string): Row {
  const limit: Form =
    name === 'mos'
      ? { kind: 'number', least: 1, most: 5 }
      : name === 'packet_loss'
        ? { kind: 'number', least: 0, most: 100 }
        : DURATION;
  const rows: Rows = {
    warning: { form: limit, doc: `The run is degraded ${THRESHOLD_DOC}.` },
    critical: { form: limit, doc: `The run counts as failed ${THRESHOLD_DOC}.` },
  };
  return {
    form: { kind: 'either', forms: [limit, { kind: 'object', rows }] },
    doc: `Limits of ${name}; a value alone is the warning.`,
    example: name === 'mos' ? 3.8 : name === 'packet_loss' ? 1 : '2s',
  };
}

export const DEGRADED_ROWS: Rows = Object.fromEntries(
  [...MEASURES, 'duration'].map((name) => [name, threshold(name)]),
);

export const MAINTENANCE_ROWS: Rows = {
  cron: {
    form: CRON,
    doc: 'A cron pattern: a window begins each time the pattern matches.',
    example: '0 3 * * 0',
  },
  timezone: {
    form: TIMEZONE,
    doc: 'The time zone in which `cron` is read. Default: the one of the monitor.',
  },
  duration: { form: DURATION, doc: 'How long each window lasts.', example: '2h' },
  from: {
    form: MOMENT,
    doc: 'When a single window begins (ISO 8601, with the offset).',
    example: '2026-12-24T18:00:00+01:00',
  },
  to: {
    form: MOMENT,
    doc: 'When a single window ends (ISO 8601, with the offset).',
    example: '2026-12-27T06:00:00+01:00',
  },
};

export const TRIGGER_ROWS: Rows = {
  exec: {
    form: { kind: 'list', of: TEXT, least: 1 },
    doc: 'The program and its arguments; no shell reads them. `{number}` is replaced by the number that the scenario asks for.',
    required: true,
    example: ['originate-call', '{number}'],
  },
  timeout: { form: INTERVAL, doc: 'A program that runs longer is killed.', initial: '30s' },
};

export const MONITOR_ROWS = {
  run: {
    form: { kind: 'list', of: TEXT, or_one: true, least: 1 },
    doc: 'Scenario files, folders or globs, relative to the folder of the configuration.',
    example: 'calls/reception.js',
  },
  scenario: {
    form: TEXTS,
    doc: 'Runs only scenarios with these names, as `--scenario` of `offhook run` does.',
    initial: [],
  },
  tags: { form: TEXTS, doc: 'Runs only scenarios with one of these tags.', initial: [] },
  exclude_tags: { form: TEXTS, doc: 'Leaves out scenarios with one of these tags.', initial: [] },
  every: {
    form: { kind: 'duration', least_ms: 1000, words: ['never'] },
    doc: 'Time from the start of a run to the start of the next one. `never`: the monitor runs only on request.',
    initial: '5m',
  },
  cron: {
    form: CRON,
    doc: 'A cron pattern instead of `every`, for times of day: minute, hour, day, month, weekday; with six fields, the first field is the seconds.',
    example: '*/10 8-18 * * 1-5',
  },
  timezone: {
    form: TIMEZONE,
    doc: 'The time zone in which `cron` and `maintenance` are read.',
    initial: 'UTC',
  },
  every_when_failing: {
    form: INTERVAL,
    doc: 'After a failed run, the time from its start to the start of the next run. With a shorter time here, a short fault is not counted as a long one.',
    example: '30s',
  },
  timeout: {
    form: { kind: 'duration', least_ms: 1000 },
    doc: 'A run that takes longer has failed: its calls are ended, and ten seconds later all its processes are killed.',
    initial: '5m',
  },
  warn_after: {
    form: count(1, 100),
    doc: 'Number of failed runs in a row after which the monitor is `failing`.',
    initial: 1,
  },
  fail_after: {
    form: count(1, 100),
    doc: 'Number of failed runs in a row after which the monitor is `failed`.',
    initial: 2,
  },
  of: {
    form: count(2, 100),
    doc: 'Number of latest runs among which failed runs are counted, instead of in a row: `fail_after` 3 with `of` 5 means "3 of the last 5".',
    example: 5,
  },
  recover_after: {
    form: count(1, 100),
    doc: 'Number of good runs in a row after which a `failed` monitor is `ok` again.',
    initial: 1,
  },
  degraded: {
    form: { kind: 'object', rows: DEGRADED_ROWS },
    doc: 'Limits for what a run measures. If a run has several calls, the worst call counts.',
    initial: {},
    example: { post_dial_delay: '2s', mos: { warning: 3.8, critical: 3 } },
  },
  locks: {
    form: TEXTS,
    doc: 'Names of locks: monitors that share one never run at the same time. The SIP accounts of the agents are locks, too, without being named here.',
    initial: [],
    example: ['trunk:1'],
  },
  env_file: {
    form: TEXTS,
    doc: 'Files of variables that scenarios find with `env()`, relative to the folder of the configuration.',
    initial: [],
  },
  set: {
    form: {
      kind: 'map',
      of: { kind: 'text', secret: true, check: lineProblem },
      name: /^\w+$/,
      names: 'must be the name of a variable',
    },
    doc: 'Variables that scenarios find with `env()`.',
    initial: {},
    example: { NUMBER: '+4930123456', ALICE_PASSWORD: '${ALICE_PASSWORD}' },
  },
  retries: {
    form: count(0, 20),
    doc: 'How many times a failed scenario is run again at most. If it then passes, the run is `flaky`.',
    initial: 0,
  },
  paused: {
    form: YES,
    doc: 'The monitor does not run by itself until somebody resumes it.',
    initial: false,
  },
  info: {
    form: TEXT,
    doc: 'Free text: what the monitor watches.',
    example: 'Main number, Berlin',
  },
  labels: {
    form: {
      kind: 'map',
      of: TEXT,
      name: /^[A-Za-z_]\w*$/,
      names: 'must be made of letters, digits and _, and not begin with a digit',
    },
    doc: 'Names and values that the page, notifications and metrics show.',
    initial: {},
    example: { site: 'berlin' },
  },
  ignore_until_first_success: {
    form: YES,
    doc: 'The state stays `unknown` until a run has passed: for a line that is not connected yet.',
    initial: false,
  },
  maintenance: {
    form: { kind: 'list', of: { kind: 'object', rows: MAINTENANCE_ROWS } },
    doc: 'Windows of time in which the monitor does not run by itself: each has `cron` and `duration`, or `from` and `to`.',
    initial: [],
    example: [{ cron: '0 3 * * 0', duration: '2h' }],
  },
  trigger: {
    form: { kind: 'object', rows: TRIGGER_ROWS },
    doc: 'A program that makes somebody call, for scenarios that wait for a call. A scenario starts it by an HTTP request to the address `env("OFFHOOK_TRIGGER")`.',
    example: { exec: ['originate-call', '{number}'] },
  },
  notify: {
    form: TEXTS,
    doc: 'Names of the targets in `notify` that are notified when the state of the monitor changes. Default: all.',
  },
  public: { form: YES, doc: 'The public status page shows this monitor.', initial: false },
} as const satisfies Rows;

export const LISTEN_ROWS = {
  host: {
    form: TEXT,
    doc: 'Address to listen on. One that other machines can reach needs `auth`.',
    initial: '127.0.0.1',
  },
  port: {
    form: count(0, 65535),
    doc: 'Port to listen on; 0: any port that is free.',
    initial: 8470,
  },
  tls_cert: {
    form: TEXT,
    doc: 'File of the certificate (PEM). With it and `tls_key` the server speaks HTTPS.',
  },
  tls_key: { form: TEXT, doc: 'File of the private key of the certificate (PEM).' },
  public_url: {
    form: { kind: 'text', check: urlProblem('http', 'https') },
    doc: 'Address at which people reach the page: links in notifications begin with it.',
  },
} as const satisfies Rows;

export const TOKEN_ROWS = {
  name: {
    form: TEXT,
    doc: 'Free text: whose token this is.',
    required: true,
    example: 'grafana',
  },
  token: {
    form: { kind: 'text', secret: true, check: tokenProblem },
    doc: 'The token, at least 16 characters; "${NAME}" takes it from the environment.',
    required: true,
    example: '${OFFHOOK_TOKEN}',
  },
  role: {
    form: { kind: 'word', words: ['read', 'operate'] },
    doc: '`read` sees everything; `operate` also starts, stops and pauses.',
    initial: 'read',
  },
} as const satisfies Rows;

export const RETENTION_ROWS = {
  passed: { form: DURATION, doc: 'How long runs that passed are kept.', initial: '14d' },
  failed: {
    form: DURATION,
    doc: 'How long all other runs are kept, with their files.',
    initial: '90d',
  },
  hours: { form: DURATION, doc: 'How long the sums of each hour are kept.', initial: '90d' },
  days: { form: DURATION, doc: 'How long the sums of each day are kept.', initial: '730d' },
  megabytes: {
    form: count(10, 1_000_000),
    doc: 'Largest size of the history; beyond it the oldest runs are deleted.',
    initial: 1000,
  },
  file_megabytes: {
    form: count(1, 10_000_000),
    doc: 'Largest size of all files of runs together (reports, audio, captures); beyond it the oldest are deleted. Those of the last run and of the last good run of a monitor stay.',
    initial: 5000,
  },
} as const satisfies Rows;

export const STATUS_ROWS = {
  title: { form: TEXT, doc: 'The headline of the status page.', initial: 'Phone lines' },
} as const satisfies Rows;

export const SERVE_ROWS = {
  monitors: {
    form: { kind: 'map', of: { kind: 'object', rows: MONITOR_ROWS }, ...NAMES },
    doc: 'The monitors, by name.',
    required: true,
    example: { reception: { run: 'calls/reception.js' } },
  },
  defaults: {
    form: { kind: 'object', rows: MONITOR_ROWS },
    doc: 'Settings for all monitors that do not set them themselves.',
    initial: {},
  },
  lines: LINES_ROW,
  max_parallel: {
    form: count(1, 1000),
    doc: 'Largest number of runs at the same time.',
    initial: 3,
  },
  notify: {
    form: { kind: 'map', of: { kind: 'object', rows: TARGET_ROWS }, ...NAMES },
    doc: 'The targets that are notified when a state changes, by name.',
    initial: {},
  },
  auth: {
    form: { kind: 'list', of: { kind: 'object', rows: TOKEN_ROWS } },
    doc: 'The tokens that give access to the API and the page. Without tokens, everybody on this machine has access.',
    initial: [],
  },
  listen: {
    form: { kind: 'object', rows: LISTEN_ROWS },
    doc: 'The address of the API and the page.',
    initial: {},
  },
  store: {
    form: { kind: 'text', secret: true, check: storeProblem },
    doc: 'Folder for the history and for the files of runs, or the address postgres://USER:PASSWORD@HOST/NAME of a database for the history alone.',
    initial: '.offhook/monitor',
  },
  retention: {
    form: { kind: 'object', rows: RETENTION_ROWS },
    doc: 'How long runs and their files are kept.',
    initial: {},
  },
  status_page: {
    form: { kind: 'object', rows: STATUS_ROWS },
    doc: 'A public page with the monitors that are `public`.',
  },
} as const satisfies Record<MonitorKey | 'lines', Row>;
