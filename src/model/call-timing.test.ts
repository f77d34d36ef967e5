import { expect, test } from 'vitest';
import type { AgentEvent } from './agent-event.js';
import { NEW_AGENT, fold } from './agent-state.js';
import { timingOf } from './call-timing.js';

const peer = { uri: 'sip:p@h', number: 'p' };
const about = (type: 'call_established' | 'call_accepted'): AgentEvent => ({ type, call: 'c' });
const dialed: AgentEvent = { type: 'call_dialed', call: 'c', peer };
const incoming: AgentEvent = { type: 'call_incoming', call: 'c', peer, headers: [] };
const progress = (code: number): AgentEvent => ({
  type: 'call_ringing',
  call: 'c',
  code,
  reason: '',
});
const closed: AgentEvent = { type: 'call_closed', call: 'c', ended: { by: 'remote', how: 'bye' } };
const ok: AgentEvent = { type: 'registered', code: 200, reason: 'OK' };

function timing(...happened: (readonly [number, AgentEvent])[]) {
  return timingOf(happened.reduce((state, [at, event]) => fold(state, event, at), NEW_AGENT));
}

test('nothing is known at first', () => {
  expect(timing()).toEqual({});
});

test('the caller: delay to the first 18x, ringing to the answer, talk to the end', () => {
  const all = [
    [100, dialed],
    [150.04, progress(181)],
    [300, progress(180)],
    [1100, about('call_established')],
    [4100, closed],
  ] as const;
  expect(timing(...all.slice(0, 1))).toEqual({});
  expect(timing(...all.slice(0, 3))).toEqual({ post_dial_delay_ms: 50 });
  expect(timing(...all)).toEqual({
    post_dial_delay_ms: 50,
    ring_ms: 950,
    setup_ms: 1000,
    talk_ms: 3000,
  });
});

test('the callee rings from the INVITE on; a call that is not answered rings to its end', () => {
  expect(timing([10, incoming], [30, closed])).toEqual({ ring_ms: 20 });
  expect(
    timing([10, incoming], [20, about('call_accepted')], [30, about('call_established')]),
  ).toEqual({ ring_ms: 20, setup_ms: 20 });
});

test('answered without ringing: no delay to tell', () => {
  expect(timing([0, dialed], [5, about('call_established')])).toEqual({ setup_ms: 5 });
});

test('registering: to the first 200, refreshes change nothing', () => {
  const events = [[5, { type: 'registering' }] as const, [25, ok] as const, [999, ok] as const];
  expect(timing(...events)).toEqual({ register_ms: 20 });
  expect(timing(...events, [2000, { type: 'registering' }])).toEqual({});
});
