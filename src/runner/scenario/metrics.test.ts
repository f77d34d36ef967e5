import { expect, test } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import { Metrics } from './metrics.js';

const peer = { uri: 'sip:p@h', number: 'p' };
const report = (call: string, received: number, mos: number, packet_loss = 0): AgentEvent => ({
  type: 'call_quality',
  call,
  quality: { mos, rtt: 1, jitter: 2, packet_loss },
  packets: { sent: 10, received },
});

function metrics(...events: AgentEvent[]) {
  const all = new Metrics();
  for (const [seq, event] of events.entries()) all.add({ seq, at: 0, agent: 'alice', event });
  return all.result();
}

test('an agent without a report has calls and no quality', () => {
  expect(metrics({ type: 'started', version: '', aor: '', address: '' })).toEqual([
    { agent: 'alice', calls: 0, packets: { sent: 0, received: 0 } },
  ]);
  expect(metrics({ type: 'call_dialed', call: 'a', peer })).toEqual([
    { agent: 'alice', calls: 1, packets: { sent: 0, received: 0 } },
  ]);
});

test('the last report of each call counts, weighted by packets', () => {
  const events: AgentEvent[] = [
    { type: 'call_dialed', call: 'a', peer },
    report('a', 100, 1),
    report('a', 300, 4),
    { type: 'call_incoming', call: 'b', peer, headers: [] },
    report('b', 100, 2, 8),
    { type: 'call_dialed', call: 'short', peer },
  ];
  expect(metrics(...events)).toEqual([
    {
      agent: 'alice',
      calls: 3,
      quality: { mos: 3.5, rtt: 1, jitter: 2, packet_loss: 2 },
      packets: { sent: 20, received: 400 },
    },
  ]);
});
