import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { RunEvent, Verdict } from '../../model/run-event.js';
import { SampleRun, audioAt, sipMessage } from '../../testing/samples/sample-run.js';
import { fanOut, type Reporter } from '../reporter.js';
import { ArtifactsReporter, type ArtifactsOptions } from './artifacts.js';
import { AttemptRecord } from '../record/attempt-record.js';
import { blocksOf, Pcap } from '../sip/capture-file.js';
import { PacketMaker } from '../sip/ip-packets.js';
import type { Network } from '../sip/network.js';

const root = mkdtempSync(join(tmpdir(), 'offhook-artifacts-'));
let count = 0;
let cwd = '';
let folder = '';
beforeEach(() => {
  cwd = join(root, `${(count += 1)}`);
  folder = join(cwd, 'art');
  mkdirSync(folder, { recursive: true });
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

type Told = Extract<RunEvent, { type: 'artifact' }>;

/** All events as another reporter gets them. */
async function kept(run: SampleRun, more: Partial<ArtifactsOptions> = {}): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  const other: Reporter = { on: (event) => void seen.push(event), close: () => Promise.resolve() };
  const artifacts = new ArtifactsReporter({ folder, on: 'failure', cwd, ...more });
  const all = fanOut([other, artifacts], (event) => event);
  for (const event of run.events) all.on(event);
  await all.close();
  return seen;
}

const toldOf = (events: readonly RunEvent[]): Told[] =>
  events.flatMap((event) => (event.type === 'artifact' ? [event] : []));

function attempt(
  run: SampleRun,
  verdict: Verdict,
  name = 'is "it"/..?',
  file = 'a/calls.js',
): void {
  run.scenario(file, name).after(5).started('alice', 10_000);
  const files = [
    { name: 'config', text: 'sip_listen x\n' },
    { name: 'accounts', text: '<sip:a@h>;auth_pass="***"\n' },
  ];
  for (const agent of ['al/ice', 'Al-ice']) {
    run.push({ type: 'agent_config', at: run.at, scenario: run.id, agent, files });
  }
  run.sip('alice', sipMessage(), 'INVITE sip:b@h SIP/2.0\r\n\r\n').log('hello').finish(verdict);
}

test('of an attempt that failed, files that explain it, each told before anything else', async () => {
  const run = new SampleRun().begin(2);
  attempt(run, 'passed');
  attempt(run, 'failed');
  const events = await kept(run.end());
  const told = toldOf(events);
  expect(readdirSync(folder)).toEqual(['002-calls-is-it']);
  expect(told.map(({ name }) => name)).toEqual([
    ...['status.json', 'events.ndjson', 'sip.txt', 'sip.pcapng', 'agents.log'],
    ...['agents/al-ice/config', 'agents/al-ice/accounts'],
    ...['agents/Al-ice-2/config', 'agents/Al-ice-2/accounts'],
  ]);
  for (const { scenario, name, file, sha256, bytes } of told) {
    expect({ scenario, file }).toEqual({ scenario: run.id, file: `art/002-calls-is-it/${name}` });
    const content = readFileSync(join(cwd, file));
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    expect(content.length).toBe(bytes);
  }
  const types = events.map(({ type }) => type);
  expect(types.slice(types.lastIndexOf('scenario_finished'))).toEqual([
    'scenario_finished',
    ...told.map(() => 'artifact'),
    'run_finished',
  ]);
});

test('the files hold that attempt only, with the beginning of the run', async () => {
  const run = new SampleRun().begin(2);
  attempt(run, 'failed', 'other');
  attempt(run, 'errored');
  await kept(run.end());
  const second = readdirSync(folder).find((name) => !name.includes('other')) ?? '';
  const read = (name: string): string => readFileSync(join(folder, second, name), 'utf8');
  const lines = read('events.ndjson').trim().split('\n');
  const types = lines.map((line) => (JSON.parse(line) as RunEvent).type);
  expect(types[0]).toBe('run_started');
  expect(types.filter((type) => type === 'scenario_started')).toHaveLength(1);
  expect(types.at(-1)).toBe('scenario_finished');
  expect(types).toContain('sip');
  expect(JSON.parse(read('status.json'))).toMatchObject({
    run: '20260102-030405-4f1c9a',
    scenario: { name: 'is "it"/..?', attempt: 1 },
    verdict: 'errored',
    failures: [],
  });
  expect(read('sip.txt')).toMatch(/^SIP of a\/calls\.js › is "it"\/\.\.\?\n[^]*INVITE/);
  expect(read('agents.log')).toContain('alice    > INVITE sip:b@h SIP/2.0\n');
});

test('always: also of what passed, but not of what was skipped', async () => {
  const run = new SampleRun().begin(2);
  attempt(run, 'passed', 'one');
  attempt(run, 'flaky', 'two');
  run.scenario('b.js', 'three').finish('skipped');
  await kept(run.end(), { on: 'always' });
  expect(readdirSync(folder).sort()).toEqual(['001-calls-one', '002-calls-two']);
});

test('a run that breaks off: also of the attempts that have no end, told before others close', async () => {
  const recordings = join(folder, '.recordings');
  mkdirSync(recordings);
  const run = new SampleRun().begin(3);
  attempt(run, 'passed', 'passed');
  run.scenario('b.js', 'open').started('alice', 10_000).after(700);
  run.sip('alice', sipMessage(), 'INVITE sip:b@h SIP/2.0\r\n\r\n').log('so far');
  const events = await kept(run, { recordings });
  expect(readdirSync(folder).sort()).toEqual(['.recordings', '002-b-open']);
  const told = toldOf(events);
  expect(told.map(({ name }) => name)).toEqual([
    ...['status.json', 'events.ndjson', 'sip.txt', 'sip.pcapng', 'agents.log'],
  ]);
  expect(told.every(({ scenario }) => scenario === run.id)).toBe(true);
  const read = (name: string): string => readFileSync(join(folder, '002-b-open', name), 'utf8');
  expect(JSON.parse(read('status.json'))).toMatchObject({
    ...{ run: '20260102-030405-4f1c9a', verdict: 'unfinished', ms: 740, failures: [] },
    scenario: { name: 'open', attempt: 1 },
  });
  expect(read('events.ndjson')).toContain('so far');
  expect(read('sip.txt')).toContain('INVITE');
});

test('what an attempt did before it began anew is void', async () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'one').log('void');
  run.push({ type: 'scenario_restarted', at: 1, scenario: run.id, reason: 'a lock' });
  const started = run.events.find(({ type }) => type === 'scenario_started');
  if (started !== undefined) run.push(started);
  await kept(run.log('valid').finish('failed').end());
  const events = readFileSync(join(folder, '001-a-one/events.ndjson'), 'utf8');
  expect(events).toContain('valid');
  expect(events).not.toContain('void');
});

test('neither an earlier run nor a link that lies there is overwritten', async () => {
  mkdirSync(join(folder, '001-calls-x'));
  const target = join(cwd, 'target');
  mkdirSync(target);
  symlinkSync(target, join(folder, '001-calls-x-2'));
  const run = new SampleRun().begin(1);
  attempt(run, 'failed', 'x');
  await kept(run.end());
  expect(readdirSync(folder)).toContain('001-calls-x-3');
  expect([...readdirSync(target), ...readdirSync(join(folder, '001-calls-x'))]).toEqual([]);
});

test('names that no file system takes become names that every one does', async () => {
  const run = new SampleRun().begin(3);
  for (const name of ['..', 'con', '字'.repeat(300)]) attempt(run, 'failed', name, `${name}.js`);
  await kept(run.end());
  const names = readdirSync(folder).sort();
  expect(names.slice(0, 2)).toEqual(['001', '002-con']);
  expect(Buffer.byteLength(names[2] ?? '')).toBeLessThan(150);
});

test('audio is moved from where it was recorded for this only, or copied', async () => {
  const recordings = join(folder, '.recordings');
  mkdirSync(recordings);
  const run = new SampleRun().begin(2);
  for (const [verdict, file] of [
    ['passed', 'passed.wav'],
    ['failed', 'failed.wav'],
  ] as const) {
    const path = join(recordings, file);
    writeFileSync(path, verdict);
    run.scenario('a.js', verdict);
    const saved = audioAt('alice', 1, `art/.recordings/${file}`);
    run.push({ type: 'audio_saved', at: run.at, scenario: run.id, ...saved }).finish(verdict);
  }
  const [audio] = toldOf(await kept(run.end(), { recordings })).filter(({ name }) =>
    name.startsWith('audio'),
  );
  expect(audio).toMatchObject({ name: 'audio/alice-1.wav', media_type: 'audio/wav', bytes: 6 });
  expect(readFileSync(join(cwd, audio?.file ?? ''), 'utf8')).toBe('failed');
  expect(readdirSync(recordings)).toEqual(['passed.wav']);

  writeFileSync(join(cwd, 'own.wav'), 'own');
  const own = new SampleRun().begin(1).scenario('b.js', 'own');
  const saved = { at: 1, scenario: own.id, ...audioAt('alice', 2, 'own.wav') };
  await kept(
    own
      .push({ type: 'audio_saved', ...saved })
      .finish('failed')
      .end(),
  );
  expect(readFileSync(join(folder, '001-b-own/audio/alice-2.wav'), 'utf8')).toBe('own');
  expect(existsSync(join(cwd, 'own.wav'))).toBe(true);
});

const START_US = Date.parse('2026-01-02T03:04:05.000Z') * 1000;

/** A capture file of UDP packets at a time of the run, in ms, between two ports. */
function networkOf(packets: readonly (readonly [ms: number, from: number, to: number])[]): Network {
  const format = new Pcap();
  const maker = new PacketMaker();
  const end = (port: number): string => `127.0.0.1:${port}`;
  const pieces = packets.flatMap(([ms, from, to]) =>
    maker
      .packets(
        { protocol: 'udp', source: end(from), destination: end(to) },
        Buffer.from(`${ms} ms`),
      )
      .map((bytes) => format.packet({ time: START_US + ms * 1000, seenBy: '', bytes })),
  );
  return async (read) => read({ pieces: [format.header(), ...pieces], losses: [] });
}

const offer = (port: number): string =>
  `v=0\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;

/** Two attempts from 0 to 100 ms, at the same time, with media on 4000 and 5000; the second one passes. */
function parallel(verdict: Verdict = 'passed'): SampleRun {
  const run = new SampleRun().begin(2, 1, { jobs: 2 });
  const both = [4000, 5000].map((port) => {
    run.scenario(`${port}.js`, `${port}`).after(10);
    run.sip('alice', sipMessage({ sdp: offer(port) }), `INVITE sip:b@h SIP/2.0\r\n\r\n${port}`);
    return run.events.splice(-2);
  });
  run.after(80);
  const ended = both.map((events, index) => {
    run.events.push(...events);
    const [started] = events;
    if (started?.type !== 'scenario_started') throw new Error('no scenario_started');
    const { scenario } = started;
    return {
      type: 'scenario_finished' as const,
      ...{ at: run.at, scenario, verdict: index === 0 ? ('failed' as const) : verdict },
      ...{ ms: 100, failures: [] },
    };
  });
  return run.push(...(ended as RunEvent[])).end();
}

/** "12 ms", or "SIP" for a message, as the packets of the capture follow each other. */
function packetsIn(name: string): string[] {
  return blocksOf(readFileSync(join(folder, name, 'sip.pcapng'))).packets.map(({ block }) => {
    const text = Buffer.from(block).toString('latin1');
    return /\d+ ms/.exec(text)?.[0] ?? 'SIP';
  });
}

test('with the network: each capture has the packets of its own media, while its attempt ran', async () => {
  const network = networkOf([
    [-5, 4000, 9000],
    [5, 4000, 9000],
    [20, 5000, 9000],
    [40, 9001, 4001],
    [30, 9000, 4000],
    [50, 9000, 9002],
    [150, 4000, 9000],
  ]);
  const events = await kept(parallel(), { network });
  expect(readdirSync(folder)).toEqual(['001-4000']);
  expect(packetsIn('001-4000')).toEqual(['5 ms', 'SIP', '30 ms', '40 ms']);
  expect(readdirSync(join(folder, '001-4000')).filter((one) => one.startsWith('.'))).toEqual([]);
  const captures = toldOf(events).filter(({ name }) => name === 'sip.pcapng');
  expect(captures).toHaveLength(1);
  const content = readFileSync(join(folder, '001-4000/sip.pcapng'));
  expect(captures[0]?.bytes).toBe(content.length);
  expect(captures[0]?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  expect(events.at(-1)?.type).toBe('run_finished');
});

test('with the network: of several attempts at a time, and of one that has no packets', async () => {
  await kept(parallel('errored'), { network: networkOf([[20, 9000, 5000]]) });
  expect(packetsIn('001-4000')).toEqual(['SIP']);
  expect(packetsIn('002-5000')).toEqual(['SIP', '20 ms']);
});

test('a capture that cannot be read leaves the SIP, which is told, and fails the report', async () => {
  const network: Network = async (read) => read({ pieces: [Buffer.alloc(24)], losses: [] });
  const seen: RunEvent[] = [];
  const other: Reporter = { on: (event) => void seen.push(event), close: () => Promise.resolve() };
  const artifacts = new ArtifactsReporter({ folder, on: 'failure', cwd, network });
  const all = fanOut([other, artifacts], (event) => event);
  for (const event of parallel().events) all.on(event);
  await expect(all.close()).rejects.toThrow('not a capture file');
  expect(packetsIn('001-4000')).toEqual(['SIP']);
  const bytes = readFileSync(join(folder, '001-4000/sip.pcapng')).length;
  expect(toldOf(seen).find(({ name }) => name === 'sip.pcapng')?.bytes).toBe(bytes);
});

test('a folder that went away fails the report, not the run', async () => {
  rmSync(folder, { recursive: true });
  const run = new SampleRun().begin(2);
  attempt(run, 'failed', 'one');
  attempt(run, 'failed', 'two');
  await expect(kept(run.end())).rejects.toMatchObject({ code: 'E_OUTPUT' });
});

test('a record of an endless attempt is bounded, keeps its end and says so', () => {
  const record = new AttemptRecord();
  const run = new SampleRun().begin(1).scenario('a.js', 'one').started('alice', 10_000);
  const line = 'x'.repeat(1_000_000);
  for (let number = 0; number < 100; number += 1) {
    run.push({ type: 'agent_log', at: number, scenario: run.id, agent: 'alice', line });
  }
  for (const event of run.events.slice(1)) record.add(event);
  const events = record.events();
  const logs = events.flatMap((event) => (event.type === 'agent_log' ? [event.at] : []));
  expect(logs.length).toBeLessThan(40);
  expect(logs.at(-1)).toBe(99);
  expect(events[0]?.type).toBe('scenario_started');
  const text = `the first ${102 - logs.length} events of this attempt were too many to keep`;
  expect(events[1]).toMatchObject({ type: 'warning', text });
  expect(events.filter(({ type }) => type === 'agent')).toHaveLength(1);
});
