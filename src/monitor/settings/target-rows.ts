/** `notify` of the configuration: the settings of a target, as rows. */
import { TOLD_OF } from '../model/targets.js';
import { headerProblem, urlProblem } from './checks.js';
import { count, TEXT, type Form, type Rows } from '../../settings/form.js';

const SECRET: Form = { kind: 'text', secret: true };

const HEADERS: Form = {
  kind: 'map',
  of: { kind: 'text', secret: true, check: headerProblem },
  name: /^[!#$%&'*+.^_`|~\w-]+$/,
  names: 'is not a header name',
};

export const TARGET_ROWS = {
  type: {
    form: { kind: 'word', words: ['webhook', 'email', 'exec'] },
    doc: 'The kind of the target.',
    required: true,
    example: 'webhook',
  },
  on: {
    form: { kind: 'list', of: { kind: 'word', words: TOLD_OF }, or_one: true, least: 1 },
    doc: 'The changes that are reported to the target: a monitor has entered one of these states, or has `recovered`.',
    initial: ['failed', 'recovered'],
  },
  group_wait: {
    form: { kind: 'duration', least_ms: 0, most_ms: 3_600_000 },
    doc: 'Changes within this time are sent as one message. Default: 10s; 0 for pagerduty and alertmanager, which group messages themselves.',
  },
  remind_every: {
    form: { kind: 'duration', least_ms: 0 },
    doc: 'While a monitor stays failed, the message is sent again at this interval. Default: 0, which is never; 2m for alertmanager.',
  },
  timeout: {
    form: { kind: 'duration', least_ms: 1000, most_ms: 300_000 },
    doc: 'Longest time that one attempt to send may take.',
    initial: '10s',
  },
  tries: {
    form: count(1, 50),
    doc: 'Number of attempts after which a message is given up and shown as undelivered.',
    initial: 12,
  },
  url: {
    form: { kind: 'text', secret: true, check: urlProblem('http', 'https') },
    doc: 'webhook: the address that messages are posted to.',
  },
  secret: { form: SECRET, doc: 'webhook: the key with which messages are signed (HMAC-SHA256).' },
  headers: { form: HEADERS, doc: 'webhook: headers that are sent with each message.', initial: {} },
  template: {
    form: {
      kind: 'word',
      words: ['json', 'slack', 'teams', 'telegram', 'pagerduty', 'alertmanager'],
    },
    doc: 'webhook: the program that the body of a message is written for.',
    initial: 'json',
  },
  bot_token: { form: SECRET, doc: 'telegram: the token of the bot.' },
  chat_id: {
    form: { kind: 'either', forms: [TEXT, { kind: 'whole', least: -1e15, most: 1e15 }] },
    doc: 'telegram: the id of the chat.',
  },
  routing_key: { form: SECRET, doc: 'pagerduty: the key of the integration.' },
  smtp: {
    form: { kind: 'text', secret: true, check: urlProblem('smtp', 'smtps') },
    doc: 'email: the server, smtp://USER:PASSWORD@HOST:PORT, or smtps://.',
  },
  from: { form: TEXT, doc: 'email: the sender.' },
  to: { form: { kind: 'list', of: TEXT, or_one: true, least: 1 }, doc: 'email: the recipients.' },
  command: {
    form: { kind: 'list', of: TEXT, least: 1 },
    doc: 'exec: the program that is started for each message, and its arguments; no shell reads them.',
  },
  env: {
    form: { kind: 'map', of: SECRET, name: /^\w+$/, names: 'must be the name of a variable' },
    doc: 'exec: variables that are added to the environment of the program.',
    initial: {},
  },
} as const satisfies Rows;
