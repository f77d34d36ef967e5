import type { SipMessage } from '../../sip/sip-message.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import { TransferLog } from './transfer-log.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function message(
  direction: SipMessage['direction'],
  method: string,
  more: Partial<SipMessage> = {},
): SipMessage {
  const ends = { transport: 'UDP', local: '', remote: '', headers: [], body: '' } as const;
  return { direction, method, call_id: 'c', cseq: 1, ...ends, ...more };
}
const refer = (cseq = 1) => message('sent', 'REFER', { cseq });
const answer = (code: number, reason: string, cseq = 1) =>
  message('received', 'REFER', { code, reason, cseq });
const notify = (status: string, event = 'refer') =>
  message('received', 'NOTIFY', { headers: [['o', event]], body: `SIP/2.0 ${status}\r\n` });

function recorded(messages: readonly SipMessage[]) {
  const events: AgentEvent[] = [];
  const log = new TransferLog((event) => events.push(event));
  for (const one of messages) log.message(one);
  return { log, told: () => events.map((one) => 'transfer' in one && one.transfer) };
}

const ASKED = { accepted: false };
const ACCEPTED = { accepted: true };
const TRYING = { accepted: true, progress: 100 };

test('accepted, tried, answered; repeated messages say nothing new', () => {
  const { log, told } = recorded([
    refer(),
    refer(),
    answer(100, 'Trying'),
    answer(202, 'Accepted'),
    notify('100 Trying'),
    notify('100 Trying'),
    notify('200 OK'),
    notify('200 OK'),
  ]);
  expect(told()).toEqual([ASKED, ACCEPTED, TRYING, { ...TRYING, final: 200, reason: 'OK' }]);
  expect(log.succeeded('c')).toBe(true);
});

test('refused by the target', () => {
  const { log, told } = recorded([refer(), answer(202, 'Accepted'), notify('486 Busy Here')]);
  expect(told().at(-1)).toEqual({ accepted: true, final: 486, reason: 'Busy Here' });
  expect(log.succeeded('c')).toBe(false);
});

test('a challenge is not a refusal when credentials follow', () => {
  const { told } = recorded([
    refer(),
    answer(407, 'Proxy Authentication Required'),
    refer(2),
    answer(202, 'Accepted', 2),
  ]);
  expect(told()).toEqual([ASKED, ACCEPTED]);
});

test('a challenge is the end when baresip says so', () => {
  const { log, told } = recorded([refer(), answer(401, 'Unauthorized')]);
  log.failed('c', '401 Unauthorized');
  vi.runAllTimers();
  expect(told()).toEqual([ASKED, { ...ASKED, final: 401, reason: 'Unauthorized' }]);
});

test('no answer at all: only baresip tells', () => {
  const { log, told } = recorded([refer()]);
  log.failed('c', 'Connection timed out');
  vi.runAllTimers();
  expect(told()).toEqual([ASKED, { ...ASKED, reason: 'Connection timed out' }]);
});

test('what ctrl_tcp tells first waits for the message', () => {
  const { log, told } = recorded([refer(), answer(202, 'Accepted')]);
  log.failed('c', '486 corrupted');
  log.message(notify('486 Busy Here'));
  vi.runAllTimers();
  expect(told()).toEqual([ASKED, ACCEPTED, { ...ACCEPTED, final: 486, reason: 'Busy Here' }]);
});

test('a second transfer of a call begins anew, and old news are none', () => {
  const { told } = recorded([
    refer(),
    answer(202, 'Accepted'),
    notify('486 Busy Here'),
    refer(2),
    notify('486 Busy Here', 'refer;id=1'),
    answer(202, 'Accepted', 2),
    notify('180 Ringing', 'refer;id=2'),
  ]);
  expect(told().slice(-3)).toEqual([ASKED, ACCEPTED, { ...ACCEPTED, progress: 180 }]);
});

test.each([
  ['without a REFER', notify('200 OK')],
  ['of another event', notify('200 OK', 'message-summary')],
  ['of another event that has an id', notify('200 OK', 'dialog;id=1')],
  ['without a status line', { ...notify('200 OK'), body: 'INVITE sip:x SIP/2.0' }],
  ['the agent sent', { ...notify('200 OK'), direction: 'sent' as const }],
])('a NOTIFY %s', (what, one) => {
  const before = what === 'without a REFER' ? [] : [refer()];
  expect(recorded([...before, one]).told()).toHaveLength(before.length);
});
