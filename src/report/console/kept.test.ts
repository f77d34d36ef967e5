import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { SampleRun, sipMessage } from '../../testing/samples/sample-run.js';
import { Page, palette } from '../lines/page.js';
import { KeptReporter } from './kept.js';

const folder = mkdtempSync(join(tmpdir(), 'offhook-kept-'));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function keptRun(): SampleRun {
  const run = new SampleRun().begin(2).scenario('a.js', 'other').log('x');
  const other = run.id;
  run.scenario('b.js', 'fails').started('alice', 10_000);
  run.push({ type: 'agent_log', at: 1, scenario: other, agent: 'alice', line: 'of another one' });
  run.push({ type: 'agent_log', at: 2, scenario: run.id, agent: 'bob', line: 'of bob' });
  run.push({ type: 'agent_log', at: 3, scenario: run.id, agent: 'alice', line: 'before' });
  run.sip('alice', sipMessage(), 'INVITE sip:b@h SIP/2.0\r\n\r\n');
  const entry = { seq: 1, at: 1, agent: 'alice', event: { type: 'warning', text: 'w' } } as const;
  return run.push({
    type: 'scenario_kept',
    at: run.at,
    scenario: run.id,
    failures: [
      {
        ...{ code: 'E_ASSERT', message: 'alice.state: is Idle', phase: 'body' },
        timeline: [{ kind: 'event', entry }],
      },
    ],
    agents: [
      {
        name: 'alice',
        aor: 'sip:alice@pbx.example',
        contact: 'sip:alice@127.0.0.1:10000',
        pid: 4711,
        control: '127.0.0.1:10002',
        folder,
      },
    ],
    servers: [{ name: 'mock:8080', url: 'http://127.0.0.1:8080' }],
    lab: '127.0.0.1:5060',
  });
}

test('how to get at everything, and a log of each agent that goes on until the end', async () => {
  let text = '';
  const page = new Page((more) => void (text += more), palette(0));
  const reporter = new KeptReporter({ page, cwd: '/', pid: 42 });
  const feed = (events: readonly RunEvent[]): void => {
    for (const event of events) reporter.on(event);
  };
  const run = keptRun();
  feed(run.events.splice(0));
  expect(text).toBe(`
kept: b.js › fails

    alice.state: is Idle [E_ASSERT]

  agent alice
      call it     sip:alice@127.0.0.1:10000
      account     sip:alice@pbx.example
      control     127.0.0.1:10002 (baresip's ctrl_tcp; it serves only the newest connection)
      process     4711
      folder      ${folder}
      log         ${folder}/agent.log
  mock server mock:8080
      URL         http://127.0.0.1:8080
  lab
      SIP server  127.0.0.1:5060
everything above stays until Ctrl-C (or: kill -INT 42), which tears it down; no other scenario starts

`);
  run.push({ type: 'agent_log', at: 4, scenario: run.id, agent: 'alice', line: 'meanwhile' });
  feed(run.finish('failed').events);
  await reporter.close();
  const log = readFileSync(join(folder, 'agent.log'), 'utf8');
  expect(log.replace(/^ *[\d.:]+s /gm, '')).toBe(`b.js › fails
 alice    | before
 alice    > sent over UDP: 127.0.0.1:10000 -> 127.0.0.1:10010
 alice    > INVITE sip:b@h SIP/2.0
 alice    | meanwhile
`);
});
