/** Runs as hand-written events: what the runner would emit, for tests of reporters. Never shipped. */
import type { SipMessage } from '../../sip/sip-message.js';
import type { AgentEvent } from '../../model/agent-event.js';
import type { Failure, RunEvent, ScenarioId, Verdict } from '../../model/run-event.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** Builds the events of one run; `at` is the run time of the next event. */
export class SampleRun {
  readonly events: RunEvent[] = [];
  at = 0;
  #scenario: ScenarioId = {
    id: '',
    key: '',
    attempt: 1,
    order: 1,
    file: '',
    name: '',
    tags: [],
  };
  #startedAt = 0;
  #seq = 0;
  #call = 0;
  #order = 0;

  begin(scenarios: number, files = 1, fields: Partial<EventOf<'run_started'>> = {}): this {
    return this.push({
      type: 'run_started',
      at: this.at,
      run: '20260102-030405-4f1c9a',
      time: '2026-01-02T03:04:05.000Z',
      utc_offset: '+01:00',
      host: { name: 'ci-7', platform: 'linux', arch: 'x64', node: '20.19.0' },
      version: '0.1.0',
      baresip: '1.1.0',
      scenarios,
      files,
      jobs: 1,
      ...fields,
    });
  }

  scenario(file: string, name: string, ...tags: string[]): this {
    const id = `${file}#${this.events.length}.1`;
    const order = ++this.#order;
    return this.#start({ id, key: `${file} › ${name}`, attempt: 1, order, file, name, tags });
  }

  /** The current scenario begins once more. */
  again(): this {
    const attempt = this.#scenario.attempt + 1;
    const id = this.id.replace(/\d+$/, String(attempt));
    return this.#start({ ...this.#scenario, id, attempt });
  }

  #start(scenario: ScenarioId): this {
    this.#scenario = scenario;
    this.#startedAt = this.at;
    this.#seq = 0;
    return this.push({ type: 'scenario_started', at: this.at, scenario });
  }

  get id(): string {
    return this.#scenario.id;
  }

  push(...events: RunEvent[]): this {
    this.events.push(...events);
    return this;
  }

  after(ms: number): this {
    this.at += ms;
    return this;
  }

  phase(phase: EventOf<'phase'>['phase']): this {
    return this.push({ type: 'phase', at: this.at, scenario: this.id, phase });
  }

  verb(agent: string | undefined, verb: string, args = '', ms = 1, line?: number): this {
    const call = ++this.#call;
    const who = agent === undefined ? {} : { agent };
    const where =
      line === undefined ? {} : { location: { file: '/home/me/tests/call.js', line, column: 3 } };
    const base = { scenario: this.id, call, ...who, verb };
    this.push({ type: 'verb_started', at: this.at, ...base, args, ...where });
    this.at += ms;
    return this.push({ type: 'verb_finished', at: this.at, ...base, ms });
  }

  agent(agent: string, event: AgentEvent): this {
    const entry = { seq: ++this.#seq, at: this.at - this.#startedAt, agent, event };
    return this.push({ type: 'agent', at: this.at, scenario: this.id, entry });
  }

  started(agent: string, port: number): this {
    const aor = `sip:${agent}@127.0.0.1:${port}`;
    const address = `127.0.0.1:${port}`;
    this.verb(undefined, 'agent', `"${agent}", {"password": "s3cret-${agent}"}`, 40);
    return this.agent(agent, { type: 'started', version: '1.1.0', aor, address });
  }

  assertion(fields: Partial<EventOf<'assertion'>> = {}): this {
    return this.push({
      type: 'assertion',
      at: this.at,
      scenario: this.id,
      ok: true,
      label: 'alice.state',
      matcher: 'equals',
      ...(fields.matcher === undefined ? { expected: 'Established' } : {}),
      actual: 'Established',
      ...fields,
    });
  }

  /** await_until; `what`: source text of its condition. Assertions inside a condition are no events. */
  awaited(what: string, ms: number, { ok = true, by = 'await_until' } = {}): this {
    this.push({
      type: 'waiting',
      by,
      at: this.at,
      scenario: this.id,
      what,
      until: this.at + 5000,
    });
    this.at += ms;
    return this.push({
      type: 'waited',
      by,
      at: this.at,
      scenario: this.id,
      what,
      ok,
      ms,
    });
  }

  log(text: string): this {
    return this.push({ type: 'log', at: this.at, scenario: this.id, text });
  }

  sip(agent: string, message: SipMessage, raw = ''): this {
    return this.push({ type: 'sip', at: this.at, scenario: this.id, agent, message, raw });
  }

  finish(verdict: Verdict, failures: readonly Failure[] = [], skip_reason?: string): this {
    return this.push({
      type: 'scenario_finished',
      at: this.at,
      scenario: this.#scenario,
      verdict,
      ms: this.at - this.#startedAt,
      failures,
      ...(skip_reason === undefined ? {} : { skip_reason }),
    });
  }

  /** The attempt failed, and another one follows. */
  failAndRetry(...failures: Failure[]): this {
    this.finish('failed', failures);
    const last = this.events.pop() as EventOf<'scenario_finished'>;
    return this.push({ ...last, retried: true });
  }

  end(fields: Partial<EventOf<'run_finished'>> = {}): this {
    const counts = { passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 };
    for (const event of this.events) {
      if (event.type === 'scenario_finished' && event.retried !== true) counts[event.verdict] += 1;
    }
    return this.push({
      type: 'run_finished',
      at: this.at,
      counts,
      ms: this.at,
      left_out: [],
      interrupted: false,
      exit: counts.failed + counts.errored === 0 ? 0 : 1,
      ...fields,
    });
  }
}

/** What an `artifact` event says of a file in that folder. */
export function artifactAt(
  folder: string,
  name: string,
): Omit<EventOf<'artifact'>, 'type' | 'at' | 'scenario'> {
  const [file, sha256] = [`${folder}/${name}`, 'c0ffee00'.repeat(8)];
  return { name, file, media_type: 'text/plain', bytes: 12, sha256 };
}

/** What an `audio_saved` event says of a file of two seconds, heard from the beginning of the run on. */
export function audioAt(
  agent: string,
  call: number,
  file: string,
): Omit<EventOf<'audio_saved'>, 'type' | 'at' | 'scenario'> {
  const content = { ms: 2000, bytes: 64_044, sha256: 'decade00'.repeat(8) };
  return { agent, call, file, start: 0, ...content };
}

/** A SIP message as a trace would give it: a request, or a response when `code` is given. */
export function sipMessage(
  fields: Partial<SipMessage> & { branch?: string; sdp?: string } = {},
): SipMessage {
  const { branch = 'z9hG4bK1', sdp, ...given } = fields;
  return {
    direction: 'sent',
    transport: 'UDP',
    local: '127.0.0.1:10000',
    remote: '127.0.0.1:10010',
    method: 'INVITE',
    ...(given.code === undefined ? { uri: 'sip:bob@127.0.0.1:10010' } : {}),
    call_id: 'f3a9c27d81b24e06',
    cseq: 1,
    headers: [
      ['Via', `SIP/2.0/UDP 127.0.0.1:10000;branch=${branch};rport`],
      ...(sdp === undefined ? [] : ([['Content-Type', 'application/sdp']] as const)),
    ],
    body: sdp ?? '',
    ...given,
  };
}

/** Alice calls Bob, who answers; Alice hangs up. */
export function twoPartyCall(run: SampleRun): SampleRun {
  const call = 'f3a9c27d81b24e06';
  return run
    .scenario('examples/two-party.js', 'answered call', 'smoke', 'call')
    .phase('setup')
    .started('alice', 10000)
    .started('bob', 10010)
    .verb('alice', 'register', '', 2, 8)
    .agent('alice', { type: 'registering' })
    .after(9)
    .agent('alice', { type: 'registered', code: 200, reason: 'OK' })
    .awaited('assert(alice.registered).is_true()', 9)
    .phase('body')
    .verb('alice', 'dial', 'bob', 3, 14)
    .agent('alice', {
      type: 'call_dialed',
      call,
      peer: { uri: 'sip:bob@127.0.0.1:10010', number: 'bob' },
    })
    .after(2)
    .agent('bob', {
      type: 'call_incoming',
      call,
      peer: { uri: 'sip:alice@127.0.0.1:10000', number: 'alice' },
      headers: [['Authorization', 'Digest username="alice", response="0123456789abcdef"']],
    })
    .agent('alice', { type: 'call_ringing', call, code: 180, reason: 'Ringing' })
    .awaited('assert(bob.state).equals(State.Ringing)', 2)
    .verb('bob', 'accept', '', 3)
    .agent('bob', { type: 'call_accepted', call })
    .after(4)
    .agent('alice', { type: 'call_established', call })
    .agent('bob', { type: 'call_established', call })
    .awaited('assert(alice.state).equals(State.Established)', 4)
    .log('call is up')
    .push({ type: 'step_started', at: run.at, scenario: run.id, name: 'hang up', depth: 0 })
    .verb('alice', 'hangup', '', 3)
    .agent('alice', { type: 'call_closed', call, ended: { by: 'local', how: 'bye' } })
    .after(2)
    .agent('bob', { type: 'call_closed', call, ended: { by: 'remote', how: 'bye' } })
    .assertion({ label: 'bob.state', expected: 'Idle', actual: 'Idle' })
    .push({
      type: 'step_finished',
      at: run.at,
      scenario: run.id,
      name: 'hang up',
      depth: 0,
      ok: true,
      ms: 5,
    })
    .phase('teardown')
    .finish('passed');
}
