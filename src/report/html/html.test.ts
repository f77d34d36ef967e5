import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import type { PageData } from '../../story/page-data.js';
import { REFUSED } from '../../testing/samples/sample-failure.js';
import { SampleRun } from '../../testing/samples/sample-run.js';
import { sampleSuite } from '../../testing/samples/sample-suite.js';
import { HtmlReporter, type AudioSide, type HtmlOptions } from './html.js';

const folder = mkdtempSync(join(tmpdir(), 'offhook-html-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const TEMPLATE = '<body><!--OFFHOOK-DATA--><script>app()</script><!--OFFHOOK-PARTS--></body>';
let count = 0;

async function written(run: SampleRun, options: Partial<HtmlOptions> = {}): Promise<string> {
  const file = join(folder, `page-${(count += 1)}.html`);
  const reporter = new HtmlReporter({
    file,
    template: () => TEMPLATE,
    cwd: folder,
    onFailureOnly: false,
    audio: 'failed',
    audioOf: () => undefined,
    again: () => ['--lab'],
    makeFolder: mkdirSync,
    written: () => undefined,
    ...options,
  });
  for (const event of run.events) reporter.on(event);
  await reporter.close();
  return file;
}

/** The content of the only element with that id. */
function element(page: string, id: string): string {
  const [, content, ...more] = page.split(new RegExp(`<script type="[^"]+" id="${id}">`));
  expect(more).toEqual([]);
  return content?.split('</script>')[0] ?? '';
}

function read(file: string) {
  const page = readFileSync(file, 'utf8');
  const data = JSON.parse(element(page, 'offhook-data')) as PageData;
  const part = (number: number) =>
    gunzipSync(Buffer.from(element(page, `part-${number}`), 'base64'));
  const events = (name: string, attempt = 1) => {
    const of = data.attempts.find(
      ({ scenario }) => scenario.name === name && scenario.attempt === attempt,
    )!;
    const lines = part(of.events).toString().split('\n');
    return lines.map((line) => JSON.parse(line) as RunEvent);
  };
  return { page, data, part, events };
}

test('an overview of all attempts, with the events of each in a part of its own', async () => {
  const run = sampleSuite();
  const { data, events } = read(await written(run));
  const shown = data.attempts.map(({ scenario: { name, attempt }, verdict, retried }) =>
    [name, attempt, verdict, retried === true ? 'retried' : ''].join(' ').trim(),
  );
  expect(shown).toEqual([
    'answered 1 passed',
    'rings # 1 1 failed retried',
    'rings # 1 2 failed',
    'shaky 1 failed retried',
    'shaky 2 flaky',
    'later 1 skipped',
    'ours 1 errored',
  ]);
  expect(data.attempts[2]?.failure).toMatchObject({ code: REFUSED.code, at: REFUSED.at });
  expect(data).toMatchObject({
    run: run.events[0],
    finished: run.events.at(-1),
    warnings: ['"only" is set'],
    again: ['--lab'],
  });
  const [first, ...rest] = events('rings # 1', 2);
  expect(first).toMatchObject({ type: 'scenario_started', scenario: { attempt: 2 } });
  expect(rest.map(({ type }) => type)).toEqual(['sip', 'sip', 'sip', 'scenario_finished']);
});

test('the text of each script, by the path of locations', async () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'a').finish('passed');
  run.push({
    type: 'source',
    at: run.at,
    file: 'a.js',
    path: '/home/me/a.js',
    text: 'scenario();',
  });
  const { data, part } = read(await written(run.end()));
  expect(Object.keys(data.sources)).toEqual(['/home/me/a.js']);
  expect(part(data.sources['/home/me/a.js'] ?? -1).toString()).toBe('scenario();');
});

test('nothing a stranger sends can end the data, or begin an element', async () => {
  const evil = '</script><script>alert(1)</script><!-- \u2028';
  const run = new SampleRun().begin(1).scenario('a.js', evil).log(evil);
  const file = await written(run.finish('failed', [{ ...REFUSED, message: evil }]).end());
  const { page, data, events } = read(file);
  expect(page).not.toContain('<script>alert');
  expect(page.match(/<script/g)).toHaveLength(3);
  expect(data.attempts[0]).toMatchObject({ failure: { message: evil } });
  expect(events(evil)).toContainEqual(expect.objectContaining({ type: 'log', text: evil }));
});

const sound = (side: AudioSide['side']): AudioSide => ({
  side,
  rate: 8000,
  samples: 3,
  marks: [],
  octets: Uint8Array.of(1, 2, side === 'sent' ? 3 : 4),
});

test.each([
  ['none', []],
  ['failed', ['bad']],
  ['all', ['good', 'bad']],
] as const)('audio: %s', async (audio, expected) => {
  const run = new SampleRun().begin(2);
  for (const [name, verdict] of [
    ['good', 'passed'],
    ['bad', 'failed'],
  ] as const) {
    run.scenario('a.js', name).push({
      type: 'audio_saved',
      at: run.at,
      scenario: run.id,
      agent: 'alice',
      call: 1,
      file: `${name}.wav`,
      start: 12,
      ms: 1,
      bytes: 50,
      sha256: '',
    });
    run.finish(verdict);
  }
  const asked: string[] = [];
  const audioOf = (path: string) => {
    asked.push(path);
    return [sound('sent'), sound('received')];
  };
  const file = await written(run.end(), { audio, audioOf });
  // only the owner may read a page with the audio of calls
  expect(statSync(file).mode & 0o077).toBe(audio === 'none' ? 0o044 : 0);
  const { data, part } = read(file);
  const heard = data.attempts.filter((one) => one.audio.length > 0);
  expect(heard.map(({ scenario }) => scenario.name)).toEqual(expected);
  expect(asked).toEqual(expected.map((name) => join(folder, `${name}.wav`)));
  for (const { audio: sides } of heard) {
    expect(sides.map(({ side, agent, at }) => [side, agent, at])).toEqual([
      ['sent', 'alice', 12],
      ['received', 'alice', 12],
    ]);
    expect([...part(sides[1]!.part)]).toEqual([1, 2, 4]);
  }
});

test('too large for one file: the parts lie beside the page, as scripts', async () => {
  const run = new SampleRun().begin(2);
  // Random, so that it cannot be packed.
  const noise = randomBytes(30_000).toString('hex');
  for (const name of ['one', 'two', 'three', 'four'])
    run.scenario('a.js', name).log(`${name} ${noise}`).finish('passed');
  let told: string | undefined;
  const file = await written(run.end(), {
    largest: 100_000,
    written: (beside) => void (told = beside),
  });
  const page = readFileSync(file, 'utf8');
  const data = JSON.parse(element(page, 'offhook-data')) as PageData;
  expect(data.folder).toBe(told);
  expect(page.length).toBeLessThan(30_000);
  const beside = join(folder, told ?? '');
  expect(readdirSync(beside).sort()).toEqual(['part-0.js', 'part-1.js', 'part-2.js', 'part-3.js']);
  const parts = new Map<number, string>();
  for (const name of readdirSync(beside)) {
    const offhookPart = (part: number, text: string) => parts.set(part, text);
    runInNewContext(readFileSync(join(beside, name), 'utf8'), { offhookPart });
  }
  const third = gunzipSync(Buffer.from(parts.get(2) ?? '', 'base64')).toString();
  expect(third).toContain(`three ${noise}`);
});

test('on failure only: nothing is written of a run that passed', async () => {
  const passed = new SampleRun().begin(1).scenario('a.js', 'a').finish('passed').end();
  expect(existsSync(await written(passed, { onFailureOnly: true }))).toBe(false);
  expect(existsSync(await written(sampleSuite(), { onFailureOnly: true }))).toBe(true);
});

test('a run that broke off: what is known of each attempt', async () => {
  const run = new SampleRun().begin(2).scenario('a.js', 'done').finish('passed');
  run.scenario('a.js', 'cut').log('so far');
  const { data, events } = read(await written(run, { onFailureOnly: true }));
  expect(data).not.toHaveProperty('finished');
  expect(data.attempts.map(({ verdict }) => verdict)).toEqual(['passed', 'unfinished']);
  expect(events('cut').map(({ type }) => type)).toEqual(['scenario_started', 'log']);
});
