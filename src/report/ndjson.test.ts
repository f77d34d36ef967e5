import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { AgentEvent } from '../model/agent-event.js';
import type { RunEvent } from '../model/run-event.js';
import { artifactAt, SampleRun, audioAt, sipMessage, twoPartyCall } from '../testing/sample-run.js';
import { Secrets } from '../secrets/secrets.js';
import { NdjsonReporter, ndjsonLine, type NdjsonEvent } from './ndjson.js';

const schema = JSON.parse(
  readFileSync(new URL('../schema/run-event.schema.json', import.meta.url), 'utf8'),
) as { definitions: Record<string, { properties?: { type?: { const?: string } } }> };
const ajv = new Ajv({ strict: true, allowUnionTypes: true });
const validate = ajv.compile(schema);

const CALL = 'f3a9c27d81b24e06';
const PEER = { uri: 'sip:bob@example.org', number: 'bob', name: 'Bob' };
const LOCATION = { file: '/home/me/call.js', line: 1, column: 2 };

/** One of each kind with everything optional there: a kind the model gains is missing here at compile time. */
const AGENT_EVENTS: {
  [T in Exclude<AgentEvent['type'], 'sip'>]: Extract<AgentEvent, { type: T }>;
} = {
  started: { type: 'started', version: '4.9.0', aor: 'sip:a@b', address: '127.0.0.1:5060' },
  registering: { type: 'registering' },
  registered: {
    type: 'registered',
    code: 200,
    reason: 'OK',
    expires: 60,
    contacts: ['<sip:a@b>;expires=60'],
  },
  registration_expired: { type: 'registration_expired' },
  register_failed: { type: 'register_failed', code: 403, reason: 'Forbidden' },
  unregistering: { type: 'unregistering' },
  unregistered: { type: 'unregistered', code: 200, reason: 'OK' },
  call_dialed: { type: 'call_dialed', call: CALL, peer: PEER },
  call_incoming: { type: 'call_incoming', call: CALL, peer: PEER, headers: [['X-A', 'b']] },
  call_ringing: { type: 'call_ringing', call: CALL, code: 183, reason: 'Go', early_media: true },
  call_accepted: { type: 'call_accepted', call: CALL },
  call_established: { type: 'call_established', call: CALL },
  call_closed: {
    type: 'call_closed',
    call: CALL,
    ended: {
      by: 'remote',
      how: 'rejected',
      code: 486,
      reason: 'Busy Here',
      cause: 'Q.850;cause=17',
    },
  },
  http_sent: {
    type: 'http_sent',
    exchange: 1,
    method: 'POST',
    url: 'http://127.0.0.1/a',
    body: '{}',
    bytes: 2,
  },
  http_response: {
    type: 'http_response',
    exchange: 1,
    method: 'POST',
    url: 'http://127.0.0.1/a',
    status: 200,
    ms: 1.5,
    body: '',
    bytes: 0,
  },
  http_failed: {
    type: 'http_failed',
    exchange: 1,
    method: 'GET',
    url: 'http://127.0.0.1/',
    reason: 'no answer',
    ms: 1,
  },
  http_received: {
    type: 'http_received',
    exchange: 2,
    method: 'POST',
    path: '/hook',
    query: 'a=b',
    body: 'x',
    bytes: 1,
  },
  http_answered: {
    type: 'http_answered',
    exchange: 2,
    method: 'POST',
    path: '/hook',
    status: 503,
    by: 'offhook',
    reason: 'the scenario is over',
    ms: 1,
    body: '',
    bytes: 0,
  },
  call_superseded: { type: 'call_superseded', call: CALL },
  call_media: {
    type: 'call_media',
    call: CALL,
    media: {
      codec: 'PCMU',
      rate: 8000,
      ptime: 20,
      direction: 'sendrecv',
      local_address: '127.0.0.1:10000',
      remote_address: '127.0.0.1:10002',
    },
    held: 'none',
    streams: [
      {
        kind: 'audio',
        protocol: 'RTP/AVP',
        state: 'active',
        direction: 'sendrecv',
        codec: 'PCMU',
      },
      { kind: 'image', protocol: 'udptl', state: 'refused' },
    ],
  },
  call_redirected: { type: 'call_redirected', call: CALL, to: 'next', uri: 'sip:b@c' },
  call_resumed: { type: 'call_resumed', call: CALL },
  call_muted: { type: 'call_muted', call: CALL, muted: true },
  call_encrypted: { type: 'call_encrypted', call: CALL, encryption: 'srtp', suite: 'AES' },
  call_rtp: { type: 'call_rtp', call: CALL, sent: 1, received: 2 },
  call_quality: {
    type: 'call_quality',
    call: CALL,
    quality: { mos: 4.4, rtt: 1.5, jitter: 0.1, packet_loss: 0 },
    packets: { sent: 250, received: 249 },
  },
  dtmf_received: { type: 'dtmf_received', call: CALL, digit: '5', via: 'rtp' },
  dtmf_sent: { type: 'dtmf_sent', call: CALL, digits: '5#', via: 'info' },
  audio_sent: { type: 'audio_sent', source: 'file("a.wav")', converted: '16 kHz to 8 kHz' },
  audio_tone: { type: 'audio_tone', call: CALL, hz: 440, heard: true, level: -10.2 },
  audio_level: { type: 'audio_level', call: CALL, level: -60 },
  audio_speech: {
    type: 'audio_speech',
    call: CALL,
    speech: {
      first_sound_ms: 200,
      response_ms: 320.5,
      responses: [320.5],
      dead_air_ms: 320.5,
      talk_over_ms: 0,
      speaking: true,
    },
    change: 'began',
  },
  audio_ended: { type: 'audio_ended', source: 'file("a.wav")', completed: true },
  call_transfer: {
    type: 'call_transfer',
    call: CALL,
    transfer: { accepted: true, progress: 180, final: 200, reason: 'OK' },
  },
  message_received: {
    type: 'message_received',
    from: PEER,
    text: 'hi',
    content_type: 'text/plain',
  },
  message_sent: { type: 'message_sent', to: 'sip:a@b', code: 200, reason: 'OK' },
  mwi: { type: 'mwi', waiting: true, new: 1, old: 0 },
  exited: { type: 'exited', code: null, signal: 'SIGKILL', expected: false, reason: 'killed' },
  warning: { type: 'warning', text: 'garbage' },
  other: { type: 'other', name: 'VU_TX', fields: { param: '1' } },
};

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

async function lines(
  events: readonly RunEvent[],
  sip?: boolean,
  secrets = new Secrets(),
): Promise<string[]> {
  let text = '';
  const output = { write: (more: string) => void (text += more) };
  const reporter = new NdjsonReporter({ output, ...(sip === undefined ? {} : { sip }) });
  for (const event of events) reporter.on(secrets.maskEvent(event));
  await reporter.close();
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

test('a line per event; SIP only when asked for; no secrets', async () => {
  const run = twoPartyCall(new SampleRun().begin(1));
  const headers = [['Proxy-Authorization', 'Digest username="a", response="cafe"']] as const;
  run.sip('alice', sipMessage({ headers }), 'Proxy-Authorization: Digest response="cafe"').end();
  expect(await lines(run.events)).toHaveLength(run.events.length - 1);
  const all = await lines(run.events, true);
  expect(all).toHaveLength(run.events.length);
  for (const line of all) {
    expect(validate(JSON.parse(line)), line).toBe(true);
    expect(line).not.toMatch(/cafe|s3cret|0123456789abcdef/);
  }
  expect(all[0]).toBe(
    '{"type":"run_started","at":0,"time":"2026-01-02T03:04:05.000Z","run":"20260102-030405-4f1c9a",' +
      '"utc_offset":"+01:00","host":{"name":"ci-7","platform":"linux","arch":"x64","node":"20.19.0"},' +
      '"version":"0.1.0","baresip":"1.1.0","scenarios":1,"files":1,"jobs":1,"format":1}',
  );
});

test('the text of a message is kept only where it differs from what the message makes', async () => {
  const headers = [
    ['i', 'f3a9c27d81b24e06'],
    ['Supported', ''],
  ] as const;
  const message = sipMessage({ code: 180, reason: 'Ringing', headers, body: 'hello' });
  const made = 'SIP/2.0 180 Ringing\r\ni: f3a9c27d81b24e06\r\nSupported:\r\n\r\nhello';
  const folded = made.replace('i: ', 'i:\r\n ');
  const run = new SampleRun().begin(1).scenario('a.js', 'x');
  run.sip('alice', message, made).sip('alice', message, folded);
  const [plain, odd] = (await lines(run.events, true))
    .slice(-2)
    .map((line): unknown => JSON.parse(line));
  expect(plain).not.toHaveProperty('raw');
  expect(odd).toMatchObject({ raw: folded });
});

test('whatever a stranger declares secret, the words of the report stay', async () => {
  const run = twoPartyCall(new SampleRun().begin(1)).end();
  const before = await lines(run.events);
  const secrets = new Secrets();
  // Every word of the schema, and every value of a field that is one of a list.
  secrets.note(JSON.stringify(schema).match(/[\w ]{4,}/g) ?? []);
  secrets.spare(['examples/two-party.js']);
  secrets.note(['two-party', 'examples', 'two-party.js']);
  const after = await lines(run.events, false, secrets);
  expect(
    after.map((line) => line.replace('s3cret-bob', '***').replace('s3cret-alice', '***')),
  ).toEqual(before);
});

test('what would drive a terminal or a CI system is escaped, and reads as it was', async () => {
  const text =
    '\u001b[2J\u009b31m\u202e\u200b\u{e0041}\ud800 ##[error]x ##vso[task.x]y ##teamcity[z\n::error::w';
  const [line = ''] = (
    await lines(new SampleRun().begin(1).scenario('a.js', 'x').log(text).events)
  ).slice(-1);
  expect(line).toMatch(/^[\u0020-\u007e]*$/);
  expect(line).not.toMatch(/##\[|##vso|##teamcity/);
  expect(JSON.parse(line)).toMatchObject({ text });
});
