/** Every setting of `offhook serve`, as rows. docs/monitor-settings.md and the schema for editors are made of them. */
import { LINES_ROW } from '../../settings/lines.js';
import type { MonitorKey } from '../../settings/monitor-keys.js';
import { TOLD_OF } from '../model/targets.js';
import { MEASURES } from '../model/run.js';
import {
  cronProblem,
  lineProblem,
  momentProblem,
  timezoneProblem,
  tokenProblem,
  urlProblem,
} from './checks.js';
import type { Form, Row, Rows } from '../../settings/form.js';

const TEXT: Form = { kind: 'text' };
const SECRET: Form = { kind: 'text', secret: true };
const YES: Form = { kind: 'yes' };
const TEXTS: Form = { kind: 'list', of: TEXT, or_one: true };
const NAMES = { name: /^[^\p{Cc}]{1,200}$/u, names: 'must be a name of 1 to 200 characters' };
const count = (least: number, most: number): Form => ({ kind: 'whole', least, most });
const CRON: Form = { kind: 'text', check: cronProblem };
const TIMEZONE: Form = { kind: 'text', check: timezoneProblem };
const MOMENT: Form = { kind: 'text', check: momentProblem };
const DURATION: Form = { kind: 'duration' };
const INTERVAL: Form = { kind: 'duration', least_ms: 1000 };

const THRESHOLD_DOC = 'above it (`mos`: below it)';

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
    critical: { form: limit, doc: `The run has failed ${THRESHOLD_DOC}.` },
  };
  return {
    form: { kind: 'either', forms: [limit, { kind: 'object', rows }] },
    doc: `Of ${name}: a value alone is its warning.`,
    example: name === 'mos' ? 3.8 : name === 'packet_loss' ? 1 : '2s',
  };
}

export const DEGRADED_ROWS: Rows = Object.fromEntries(
  [...MEASURES, 'duration'].map((name) => [name, threshold(name)]),
);

export const MAINTENANCE_ROWS: Rows = {
  cron: { form: CRON, doc: 'Each time it begins.', example: '0 3 * * 0' },
  timezone: { form: TIMEZONE, doc: 'Of `cron`; that of the monitor unless given.' },
  duration: { form: DURATION, doc: 'How long it takes.', example: '2h' },
  from: { form: MOMENT, doc: 'A single window: its begin.', example: '2026-12-24T18:00:00+01:00' },
  to: { form: MOMENT, doc: 'A single window: its end.', example: '2026-12-27T06:00:00+01:00' },
};

export const TRIGGER_ROWS: Rows = {
  exec: {
    form: { kind: 'list', of: TEXT, least: 1 },
    doc: 'The program and its arguments; no shell reads them. `{number}` stands for the number asked for.',
    required: true,
    example: ['originate-call', '{number}'],
  },
  timeout: { form: INTERVAL, doc: 'After that it is killed.', initial: '30s' },
};

export const MONITOR_ROWS = {
  run: {
    form: { kind: 'list', of: TEXT, or_one: true, least: 1 },
    doc: 'Scenario files, folders or globs, relative to the configuration.',
    example: 'calls/reception.js',
  },
  scenario: {
    form: TEXTS,
    doc: 'Only scenarios with these names, as --scenario has it.',
    initial: [],
  },
  tags: { form: TEXTS, doc: 'Only scenarios with one of these tags.', initial: [] },
  exclude_tags: { form: TEXTS, doc: 'No scenario with one of these tags.', initial: [] },
  every: {
    form: { kind: 'duration', least_ms: 1000, words: ['never'] },
    doc: 'From the start of a run to the start of the next. `never`: it runs only when somebody asks.',
    initial: '5m',
  },
  cron: {
    form: CRON,
    doc: 'Times of day instead of `every`: minute hour day month weekday, or seconds before these.',
    example: '*/10 8-18 * * 1-5',
  },
  timezone: { form: TIMEZONE, doc: 'Of `cron` and `maintenance`.', initial: 'UTC' },
  every_when_failing: {
    form: INTERVAL,
    doc: 'A run that failed is followed by the next one that soon, so that a short fault does not count as a long one.',
    example: '30s',
  },
  timeout: {
    form: { kind: 'duration', least_ms: 1000 },
    doc: 'Hard limit of a run: its calls are ended, and after ten seconds all its processes. It has failed then.',
    initial: '5m',
  },
  warn_after: { form: count(1, 100), doc: 'So many failed runs make it `failing`.', initial: 1 },
  fail_after: { form: count(1, 100), doc: 'So many failed runs make it `failed`.', initial: 2 },
  of: {
    form: count(2, 100),
    doc: 'Counts failed runs among the last so many, not in a row: with fail_after 3 and of 5, "3 of the last 5".',
    example: 5,
  },
  recover_after: {
    form: count(1, 100),
    doc: 'So many good runs in a row make it `ok` again.',
    initial: 1,
  },
  degraded: {
    form: { kind: 'object', rows: DEGRADED_ROWS },
    doc: 'Limits of what a run measures: the worst of its calls counts.',
    initial: {},
    example: { post_dial_delay: '2s', mos: { warning: 3.8, critical: 3 } },
  },
  locks: {
    form: TEXTS,
    doc: 'Monitors that share one never run at the same time. Accounts its agents use are locks by themselves.',
    initial: [],
    example: ['trunk:1'],
  },
  env_file: { form: TEXTS, doc: 'Files of variables for env().', initial: [] },
  set: {
    form: {
      kind: 'map',
      of: { kind: 'text', secret: true, check: lineProblem },
      name: /^\w+$/,
      names: 'must be the name of a variable',
    },
    doc: 'Variables for env().',
    initial: {},
    example: { NUMBER: '+4930123456', ALICE_PASSWORD: '${ALICE_PASSWORD}' },
  },
  retries: {
    form: count(0, 20),
    doc: 'A scenario that failed runs again so often; passed then, it is flaky.',
    initial: 0,
  },
  paused: {
    form: YES,
    doc: 'It does not run by itself until somebody resumes it.',
    initial: false,
  },
  info: { form: TEXT, doc: 'What it watches, for people.', example: 'Main number, Berlin' },
  labels: {
    form: { kind: 'map', of: TEXT, name: /^[A-Za-z_]\w*$/, names: 'must be letters, digits and _' },
    doc: 'For the page, notifications and metrics.',
    initial: {},
    example: { site: 'berlin' },
  },
  ignore_until_first_success: {
    form: YES,
    doc: 'Its state stays `unknown` until a run has passed: for a line that is not connected yet.',
    initial: false,
  },
  maintenance: {
    form: { kind: 'list', of: { kind: 'object', rows: MAINTENANCE_ROWS } },
    doc: 'Times in which it does not run by itself: `cron` with `duration`, or `from` and `to`.',
    initial: [],
    example: [{ cron: '0 3 * * 0', duration: '2h' }],
  },
  trigger: {
    form: { kind: 'object', rows: TRIGGER_ROWS },
    doc: 'A program that makes somebody call, for scenarios that wait for a call: they start it by asking env("OFFHOOK_TRIGGER").',
    example: { exec: ['originate-call', '{number}'] },
  },
  notify: { form: TEXTS, doc: 'Names of `notify` that are told of it. Default: all.' },
  public: { form: YES, doc: 'The public status page shows it.', initial: false },
} as const satisfies Rows;

const HEADERS: Form = {
  kind: 'map',
  of: SECRET,
  name: /^[!#$%&'*+.^_`|~\w-]+$/,
  names: 'is no name of a header',
};

export const TARGET_ROWS = {
  type: {
    form: { kind: 'word', words: ['webhook', 'email', 'exec'] },
    doc: 'How it is told.',
    required: true,
    example: 'webhook',
  },
  on: {
    form: { kind: 'list', of: { kind: 'word', words: TOLD_OF }, or_one: true, least: 1 },
    doc: 'What it is told of: that a monitor became so, or is good again.',
    initial: ['failed', 'recovered'],
  },
  group_wait: {
    form: { kind: 'duration', least_ms: 0, most_ms: 3_600_000 },
    doc: 'Changes within that time are one message. Default: 10s; for pagerduty and alertmanager, which group by themselves, 0.',
  },
  remind_every: {
    form: { kind: 'duration', least_ms: 0 },
    doc: 'While a monitor stays failed, it is told again that often. Default: 0, never; for alertmanager 2m.',
  },
  timeout: {
    form: { kind: 'duration', least_ms: 1000, most_ms: 300_000 },
    doc: 'Longest time of one try.',
    initial: '10s',
  },
  tries: {
    form: count(1, 50),
    doc: 'After so many tries a message is given up, and shown as undelivered.',
    initial: 12,
  },
  url: {
    form: { kind: 'text', secret: true, check: urlProblem('http', 'https') },
    doc: 'webhook: where it is posted to.',
  },
  secret: { form: SECRET, doc: 'webhook: key of the signature (HMAC-SHA256).' },
  headers: { form: HEADERS, doc: 'webhook: more headers.', initial: {} },
  template: {
    form: {
      kind: 'word',
      words: ['json', 'slack', 'teams', 'telegram', 'pagerduty', 'alertmanager'],
    },
    doc: 'webhook: whom the body is written for.',
    initial: 'json',
  },
  bot_token: { form: SECRET, doc: 'telegram: the token of the bot.' },
  chat_id: {
    form: { kind: 'either', forms: [TEXT, { kind: 'whole', least: -1e15, most: 1e15 }] },
    doc: 'telegram: the chat.',
  },
  routing_key: { form: SECRET, doc: 'pagerduty: key of the integration.' },
  smtp: {
    form: { kind: 'text', secret: true, check: urlProblem('smtp', 'smtps') },
    doc: 'email: the server, smtp://USER:PASSWORD@HOST:PORT, or smtps://.',
  },
  from: { form: TEXT, doc: 'email: the sender.' },
  to: { form: { kind: 'list', of: TEXT, or_one: true, least: 1 }, doc: 'email: the recipients.' },
  command: {
    form: { kind: 'list', of: TEXT, least: 1 },
    doc: 'exec: a program and its arguments; no shell reads them.',
  },
  env: {
    form: { kind: 'map', of: SECRET, name: /^\w+$/, names: 'must be the name of a variable' },
    doc: 'exec: added to its environment.',
    initial: {},
  },
} as const satisfies Rows;

export const LISTEN_ROWS = {
  host: { form: TEXT, doc: 'Address; others than loopback need `auth`.', initial: '127.0.0.1' },
  port: { form: count(0, 65535), doc: 'Port; 0: any that is free.', initial: 8470 },
  tls_cert: {
    form: TEXT,
    doc: 'File of the certificate (PEM); with `tls_key` the server speaks HTTPS.',
  },
  tls_key: { form: TEXT, doc: 'File of its private key (PEM).' },
  public_url: {
    form: { kind: 'text', check: urlProblem('http', 'https') },
    doc: 'Address by which people reach the page, for links in notifications.',
  },
} as const satisfies Rows;

export const TOKEN_ROWS = {
  name: {
    form: TEXT,
    doc: 'Whose it is, for people.',
    required: true,
    example: 'grafana',
  },
  token: {
    form: { kind: 'text', secret: true, check: tokenProblem },
    doc: 'At least 16 characters; "${NAME}" takes it from the environment.',
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
  passed: { form: DURATION, doc: 'Runs that passed.', initial: '14d' },
  failed: { form: DURATION, doc: 'All other runs, with their files.', initial: '90d' },
  hours: { form: DURATION, doc: 'Hourly sums.', initial: '90d' },
  days: { form: DURATION, doc: 'Daily sums.', initial: '730d' },
  megabytes: {
    form: count(10, 1_000_000),
    doc: 'Most of the store; the oldest runs go first.',
    initial: 1000,
  },
  file_megabytes: {
    form: count(1, 10_000_000),
    doc: 'Most of the files of runs (reports, audio, captures); the oldest go first, but for the last run and the last good one of a monitor.',
    initial: 5000,
  },
} as const satisfies Rows;

export const STATUS_ROWS = {
  title: { form: TEXT, doc: 'Its head line.', initial: 'Phone lines' },
} as const satisfies Rows;

export const SERVE_ROWS = {
  monitors: {
    form: { kind: 'map', of: { kind: 'object', rows: MONITOR_ROWS }, ...NAMES },
    doc: 'What is watched, by names.',
    required: true,
    example: { reception: { run: 'calls/reception.js' } },
  },
  defaults: {
    form: { kind: 'object', rows: MONITOR_ROWS },
    doc: 'Settings of every monitor that does not say otherwise.',
    initial: {},
  },
  lines: LINES_ROW,
  max_parallel: { form: count(1, 1000), doc: 'Most runs at a time.', initial: 3 },
  notify: {
    form: { kind: 'map', of: { kind: 'object', rows: TARGET_ROWS }, ...NAMES },
    doc: 'Who is told when a state changes, by names.',
    initial: {},
  },
  auth: {
    form: { kind: 'list', of: { kind: 'object', rows: TOKEN_ROWS } },
    doc: 'Who may use the API and the page. Without it everybody on this machine.',
    initial: [],
  },
  listen: {
    form: { kind: 'object', rows: LISTEN_ROWS },
    doc: 'Where the API and the page are.',
    initial: {},
  },
  store: {
    form: SECRET,
    doc: 'Folder of the history and of the files of runs, or postgres://USER:PASSWORD@HOST/NAME for the history alone.',
    initial: '.offhook/monitor',
  },
  retention: {
    form: { kind: 'object', rows: RETENTION_ROWS },
    doc: 'How long what is kept.',
    initial: {},
  },
  status_page: {
    form: { kind: 'object', rows: STATUS_ROWS },
    doc: 'A public page with the monitors that are `public`.',
  },
} as const satisfies Record<MonitorKey | 'lines', Row>;
