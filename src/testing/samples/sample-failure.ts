/** A call that is refused and the failure the runner makes of it, for tests of reporters. Never shipped. */
import type { Failure } from '../../model/run-event.js';
import { sipMessage } from './sample-run.js';
import type { SampleRun } from './sample-run.js';

export const AT = { file: '/home/me/tests/call.js', line: 12, column: 3 };

export const REFUSED: Failure = {
  code: 'E_AWAIT_TIMEOUT',
  phase: 'body',
  message: 'await_until: condition did not hold: bob.state was Idle (waited 5000 ms)',
  brief: 'await_until: condition did not hold (waited 5000 ms)',
  hint: 'check that bob is registered where alice dials',
  at: AT,
  frames: [
    { ...AT, function: 'ringing' },
    { file: '/home/me/tests/lib/login.js', line: 3, column: 1, function: 'login' },
  ],
  label: 'bob.state',
  expected: 'Ringing',
  actual: 'Idle',
  agents: ['alice', 'bob'],
  codeFrame:
    '  11 | alice.dial(bob);\n> 12 | await_until(() => assert(bob.state).equals(State.Ringing));\n     |   ^\n  13 | bob.accept();\n',
  timeline: [
    { kind: 'sip', at: 91, agent: 'alice', message: sipMessage() },
    { kind: 'sip', at: 591, agent: 'alice', message: sipMessage() },
    { kind: 'sip', at: 1591, agent: 'alice', message: sipMessage() },
    {
      kind: 'sip',
      at: 1600,
      agent: 'alice',
      message: sipMessage({ direction: 'received', code: 404, reason: 'Not Found' }),
    },
    {
      kind: 'event',
      entry: {
        seq: 9,
        at: 1601,
        agent: 'alice',
        event: {
          type: 'call_closed',
          call: 'f3a9c27d81b24e06',
          ended: { by: 'remote', how: 'rejected', code: 404, reason: 'Not Found' },
        },
      },
    },
  ],
};

export function refusedCall(run: SampleRun, failures: readonly Failure[] = [REFUSED]): SampleRun {
  return run
    .scenario('call.js', 'rings within "5 s"')
    .started('alice', 10000)
    .started('bob', 10010)
    .verb('alice', 'dial', 'bob', 4, 11)
    .agent('alice', {
      type: 'call_closed',
      call: 'f3a9c27d81b24e06',
      ended: { by: 'remote', how: 'rejected', code: 404, reason: 'Not Found' },
    })
    .awaited('assert(bob.state).equals(State.Ringing)', 5000, { ok: false })
    .finish('failed', failures);
}
