import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { AGENT_EVENTS } from '../testing/samples/sample-agent-events.js';
import { artifactAt, audioAt, sipMessage } from '../testing/samples/sample-run.js';
import { ndjsonLine, type NdjsonEvent } from './ndjson.js';

const schema = JSON.parse(
  readFileSync(new URL('../schema/run-event.schema.json', import.meta.url), 'utf8'),
) as { definitions: Record<string, { properties?: { type?: { const?: string } } }> };
const ajv = new Ajv({ strict: true, allowUnionTypes: true });
const validate = ajv.compile(schema);

const LOCATION = { file: '/home/me/call.js', line: 1, column: 2 };
const ERROR = {
  code: 'E_ASSERT' as const,
  message: 'assert(x): is 1',
  hint: 'look',
  at: LOCATION,
  frames: [{ ...LOCATION, function: 'f' }],
  label: 'x',
  expected: '2',
  actual: '1',
  agents: ['alice'],
};
const SCENARIO = {
  ...{ id: 'a.js#0.1', key: 'a.js › one', attempt: 1, order: 1 },
  ...{ file: 'a.js', name: 'one', tags: ['x'] },
};
const TIME = '2026-01-02T03:04:05.678Z';
const BASE = { at: 1.23456, scenario: SCENARIO.id };

const EVENTS: { [T in NdjsonEvent['type']]: Extract<RunEvent, { type: T }> } = {
  run_started: {
    type: 'run_started',
    at: 0,
    run: '20260102-030405-4f1c9a',
    time: TIME,
    utc_offset: '-03:30',
    host: { name: 'ci-7', platform: 'linux', arch: 'x64', node: '20.19.0' },
    version: '1',
    baresip: '4',
    scenarios: 1,
    files: 1,
    jobs: 4,
    repeat: 20,
    seed: 7,
    retries: 2,
    shard: { index: 1, total: 3, scenarios: 7, digest: '0a1b' },
    estimate_ms: 1234,
    label: 'debian-12',
    lab: '127.0.0.1:5060',
  },
  warning: { type: 'warning', ...BASE, text: 'careful' },
  left_out: {
    type: 'left_out',
    at: 0,
    file: 'b.js',
    name: 'b',
    tags: [],
    why: 'single',
    reason: 'a single-scenario file of a folder',
  },
  scenario_started: { type: 'scenario_started', at: 0, scenario: SCENARIO },
  scenario_restarted: { type: 'scenario_restarted', ...BASE, reason: 'waited for sip:a@b' },
  scenario_kept: {
    ...BASE,
    type: 'scenario_kept',
    failures: [{ ...ERROR, phase: 'body', codeFrame: '> 1 | x' }],
    agents: [
      {
        name: 'alice',
        aor: 'sip:alice@pbx.example',
        contact: 'sip:alice@127.0.0.1:40000',
        pid: 4711,
        control: '127.0.0.1:40002',
        folder: '/tmp/offhook-agent-x',
      },
    ],
    servers: [{ name: 'mock:40010', url: 'http://127.0.0.1:40010' }],
    lab: '127.0.0.1:5060',
  },
  lock_waiting: { type: 'lock_waiting', ...BASE, lock: 'queue:sales', holder: 'b.js › b' },
  locks_taken: { type: 'locks_taken', ...BASE, locks: ['queue:sales'], ms: 12 },
  file_part_started: { type: 'file_part_started', at: 0, scenario: SCENARIO, part: 'setup_file' },
  file_part_finished: {
    ...{ type: 'file_part_finished', at: 2, scenario: SCENARIO, part: 'teardown_file', ms: 2 },
    ...{ verdict: 'skipped', skip_reason: 'why', failures: [] },
  },
  phase: { type: 'phase', ...BASE, phase: 'setup' },
  step_started: { type: 'step_started', ...BASE, name: 's', depth: 0 },
  step_finished: { type: 'step_finished', ...BASE, name: 's', depth: 0, ok: true, ms: 2 },
  verb_started: {
    ...{ type: 'verb_started', ...BASE, call: 1, agent: 'alice' },
    ...{ verb: 'dial', args: 'bob', location: LOCATION },
  },
  verb_finished: {
    type: 'verb_finished',
    ...BASE,
    call: 1,
    agent: 'alice',
    verb: 'dial',
    ms: 2,
    result: '{ hz: 440}',
    error: ERROR,
  },
  assertion: {
    type: 'assertion',
    ...BASE,
    ok: false,
    label: 'x',
    matcher: 'equals',
    expected: '2',
    actual: '1',
    location: LOCATION,
  },
  waiting: { type: 'waiting', by: 'await_until', ...BASE, what: 'x', until: 5000 },
  waited: { type: 'waited', by: 'await_until', ...BASE, what: 'x', ok: true, ms: 3 },
  metric: {
    type: 'metric',
    ...BASE,
    agent: 'alice',
    calls: 1,
    quality: { mos: 4.4, rtt: 1.5, jitter: 0.1, packet_loss: 0 },
    packets: { sent: 250, received: 249 },
  },
  audio_saved: { type: 'audio_saved', ...BASE, ...audioAt('alice', 1, 'audio/a-1.wav') },
  artifact: { type: 'artifact', ...BASE, ...artifactAt('artifacts/001-a', 'sip.txt') },
  log: { type: 'log', ...BASE, text: 'hello', location: LOCATION },
  agent: {
    type: 'agent',
    ...BASE,
    entry: { seq: 1, at: 1, agent: 'alice', event: AGENT_EVENTS.registered },
  },
  sip: { type: 'sip', ...BASE, agent: 'alice', message: sipMessage(), raw: 'INVITE ...' },
  agent_log: { type: 'agent_log', ...BASE, agent: 'alice', line: 'ready' },
  scenario_finished: {
    type: 'scenario_finished',
    at: 9,
    scenario: SCENARIO,
    verdict: 'failed',
    ms: 9,
    skip_reason: 'none',
    failures: [
      {
        ...ERROR,
        phase: 'body',
        codeFrame: '> 1 | x',
        timeline: [
          { kind: 'event', entry: { seq: 1, at: 1, agent: 'a', event: AGENT_EVENTS.call_closed } },
          { kind: 'sip', at: 1, agent: 'a', message: sipMessage({ code: 200, reason: 'OK' }) },
        ],
      },
    ],
  },
  source: { type: 'source', at: 9, file: 'a.js', path: '/suite/a.js', text: 'log(1);\n' },
  run_finished: {
    type: 'run_finished',
    at: 10,
    counts: { passed: 0, failed: 1, errored: 0, skipped: 0, flaky: 0 },
    ms: 10,
    left_out: ['one.js'],
    interrupted: false,
    exit: 1,
  },
};

function valid(event: NdjsonEvent): Record<string, unknown> {
  const line = ndjsonLine(event, TIME);
  expect(line).not.toContain('\n');
  const data = JSON.parse(line) as Record<string, unknown>;
  expect(validate(data), `${line}\n${ajv.errorsText(validate.errors)}`).toBe(true);
  return data;
}

test.each(Object.values(EVENTS))('the schema tells the truth about $type', (event) => {
  const data = valid(event);
  expect(validate({ ...data, surprise: 1 })).toBe(false);
  expect(validate({ ...data, at: '0' })).toBe(false);
  expect(validate({ ...data, time: '3:04' })).toBe(false);
});

test.each(Object.values(AGENT_EVENTS))('... and about the agent event $type', (event) => {
  valid({ ...EVENTS.agent, entry: { ...EVENTS.agent.entry, event } });
});

test('the schema knows no kind that does not exist', () => {
  const kinds = Object.values(schema.definitions).map((one) => one.properties?.type?.const);
  expect(kinds.filter((kind) => kind !== undefined).sort()).toEqual(Object.keys(EVENTS).sort());
});

test('names of fields are snake_case', () => {
  const names = new Set<string>();
  for (const event of Object.values(EVENTS)) {
    JSON.parse(ndjsonLine(event, TIME), (key, value: unknown) => {
      names.add(key);
      return value;
    });
  }
  for (const name of names) expect(name).toMatch(/^[a-z\d_]*$/);
});
