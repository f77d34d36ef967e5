import { expect, test } from 'vitest';
import { SampleRun, sipMessage } from '../../testing/samples/sample-run.js';
import { Secrets } from '../../secrets/secrets.js';
import { AgentLogsReporter } from './agent-logs.js';
import { fanOut } from '../reporter.js';

test('lines and messages in full, with time and agent, without secrets', async () => {
  const run = new SampleRun().begin(2).after(100).scenario('a.js', 'one');
  run.push({
    type: 'agent_log',
    at: 104.4,
    scenario: run.id,
    agent: 'alice',
    line: 'ready\u001b[m',
  });
  run.after(10);
  const raw =
    'REGISTER sip:x SIP/2.0\r\nAuthorization: Digest username="a", response="cafe"\r\n\r\nbody\r\n';
  run.sip('alice', sipMessage({ method: 'REGISTER' }), raw).finish('passed');
  run.scenario('b.js', 'two').after(1);
  run.sip('bob', sipMessage({ direction: 'received', code: 200 }), 'SIP/2.0 200 OK\r\n\r\n');
  let text = '';
  const logs = new AgentLogsReporter({ output: { write: (more) => void (text += more) } });
  const reporter = fanOut([logs], new Secrets().maskEvent);
  for (const event of run.events) reporter.on(event);
  await reporter.close();
  expect(text).toMatchInlineSnapshot(`
    "a.js › one
      0.004s  alice    | ready\\x1b[m
      0.010s  alice    > sent over UDP: 127.0.0.1:10000 -> 127.0.0.1:10010
      0.010s  alice    > REGISTER sip:x SIP/2.0
      0.010s  alice    > Authorization: Digest username="a", response="***"
      0.010s  alice    >
      0.010s  alice    > body

    b.js › two
      0.001s  bob      < received over UDP: 127.0.0.1:10000 <- 127.0.0.1:10010
      0.001s  bob      < SIP/2.0 200 OK
    "
  `);
});
