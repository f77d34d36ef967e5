import { expect, test } from 'vitest';
import { NEW_AGENT, fold } from '../../model/agent-state.js';
import { qualityEvent } from './call-quality.js';
import { decodeFrame, type CtrlEvent } from '../wire/events.js';

const peer = { uri: 'sip:p@h', number: 'p' };
const state = fold(NEW_AGENT, { type: 'call_dialed', call: 'c', peer }, 0);

function rtcp(stats: unknown, type = 'CALL_RTCP', id = 'c'): CtrlEvent {
  const frame = decodeFrame(JSON.stringify({ event: true, type, id, rtcp_stats: stats }));
  if (frame.kind !== 'event') throw new Error('no event');
  return frame;
}

const STATS = {
  tx: { sent: 250, lost: 0, jit: 500 },
  rx: { sent: 240, lost: 10, jit: 1250 },
  rtt: 2500,
};

test('a report -> quality in ms and percent, with the packets so far', () => {
  expect(qualityEvent(rtcp(STATS), state)).toEqual({
    type: 'call_quality',
    call: 'c',
    quality: { mos: expect.any(Number) as number, rtt: 2.5, jitter: 1.25, packet_loss: 4 },
    packets: { sent: 250, received: 240 },
  });
});

test.each([
  [
    'zeros, as the first ones are',
    rtcp({ tx: { sent: 0 }, rx: { sent: 0, lost: 0, jit: 0 }, rtt: 0 }),
  ],
  ['no statistics', rtcp(undefined)],
  ['of a call nobody knows', rtcp(STATS, 'CALL_RTCP', 'x')],
  ['another event', rtcp(STATS, 'CALL_MENC')],
])('nothing: %s', (_, event) => {
  expect(qualityEvent(event, state)).toBeUndefined();
});
