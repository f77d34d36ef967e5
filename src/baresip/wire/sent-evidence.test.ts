import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HeaderField, SipMessage } from '../../sip/sip-message.js';
import type { CtrlEvent } from './events.js';
import { SentEvidence } from './sent-evidence.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function message(first: string, call: string, more: Partial<SipMessage> = {}): SipMessage {
  const response = /^\d/.test(first);
  return {
    direction: 'sent',
    transport: 'UDP',
    local: '127.0.0.1:5070',
    remote: '127.0.0.1:5080',
    method: response ? 'INVITE' : first,
    ...(response ? { code: Number(first), reason: '' } : { uri: 'sip:+1900@evil.example' }),
    call_id: call,
    cseq: 1,
    headers: [['Call-ID', call]],
    body: '',
    ...more,
  };
}

function event(name: string, call: string, more: Partial<CtrlEvent> = {}): CtrlEvent {
  const rest = { outgoing: true, peerUri: 'sip:+1900@evil.example', peerName: '', param: '' };
  return { kind: 'event', name, call, ...rest, fields: {}, ...more };
}

function watched() {
  const told = { seen: [] as string[], unconfirmed: [] as string[], unseen: [] as string[] };
  const evidence = new SentEvidence({
    message: (one) => told.seen.push(`${one.direction} ${one.code ?? one.method} ${one.call_id}`),
    unconfirmed: (one) => told.unconfirmed.push(`${one.code ?? one.method} ${one.call_id}`),
    unseen: (uri) => told.unseen.push(uri),
  });
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { evidence, ...told, pass };
}

const NOT_FOUND = 'SIP/2.0 404 Not Found\r\n\r\n';
const TAGGED: Partial<SipMessage> = { headers: [['To', '<sip:x@h>;tag=1']] };
const received = { direction: 'received' } as const;

test('an INVITE that is not proven waits for ctrl_tcp, and what came behind it keeps its place', async () => {
  const { evidence, seen, unconfirmed, pass } = watched();
  evidence.message(message('INVITE', 'a'), '', false);
  evidence.message(message('180', 'a', received), '', true);
  await pass(100);
  expect(seen).toEqual([]);
  evidence.event(event('CALL_OUTGOING', 'a'));
  expect(seen).toEqual(['sent INVITE a', 'received 180 a']);
  await pass(1000);
  expect(unconfirmed).toEqual([]);
});

test('after 150 ms nothing has confirmed it', async () => {
  const { evidence, seen, unconfirmed, pass } = watched();
  evidence.message(message('INVITE', 'forged'), '', false);
  evidence.message(message('BYE', 'real', received), '', true);
  evidence.event(event('CALL_OUTGOING', 'other'));
  await pass(151);
  expect(unconfirmed).toEqual(['INVITE forged']);
  expect(seen).toEqual(['received BYE real']);
});

test('what is proven needs nothing', () => {
  const { evidence, seen } = watched();
  for (const method of ['INVITE', 'REGISTER', 'MESSAGE', 'OPTIONS'])
    evidence.message(message(method, method), '', true);
  expect(seen).toHaveLength(4);
});

test.each<[string, string, string, boolean]>([
  ['dial', 'sip:+1900@evil.example 0', 'INVITE', true],
  ['dial', 'sip:+1900@evil.example:5060', 'INVITE', false],
  ['dial', 'sip:+1900@evil.example.org', 'INVITE', false],
  ['dial', 'sip:3+1900@evil.example', 'INVITE', false],
  ['uanew', '<sip:+1900@evil.example>;regint=0', 'INVITE', false],
  ['options', 'sip:+1900@evil.example', 'OPTIONS', true],
  ['options', 'sip:other@evil.example', 'OPTIONS', false],
  ['message', 'hello', 'MESSAGE', true],
  ['options', 'sip:+1900@evil.example', 'MESSAGE', false],
  ['uanew', '<sip:x@evil.example>;regint=60', 'REGISTER', true],
  ['uanew', '<sip:x@evil.example>;regint=0', 'REGISTER', false],
  ['uanew', '<sip:x@other.example>;regint=60', 'REGISTER', false],
])('the command %s %s confirms %s: %j', async (name, params, method, confirmed) => {
  const { evidence, seen, unconfirmed, pass } = watched();
  evidence.commands([{ name, params }]);
  const uri = method === 'REGISTER' ? 'sip:evil.example' : 'sip:+1900@evil.example';
  evidence.message(message(method, 'a', { uri }), '', false);
  await pass(200);
  expect([seen.length, unconfirmed.length]).toEqual(confirmed ? [1, 0] : [0, 1]);
});

test('one MESSAGE for each command', () => {
  const { evidence, seen, unconfirmed } = watched();
  evidence.commands([{ name: 'message', params: 'hello' }]);
  evidence.message(message('MESSAGE', 'a'), '', true);
  evidence.message(message('MESSAGE', 'a'), '', false);
  evidence.message(message('MESSAGE', 'forged'), '', false);
  expect([seen.length, unconfirmed]).toEqual([2, ['MESSAGE forged']]);
});

test('a response is confirmed by a request with its Call-ID, also where there are several', () => {
  const { evidence, seen, unconfirmed } = watched();
  const headers: HeaderField[] = [
    ['Call-ID', 'first'],
    ['i', 'last'],
  ];
  evidence.message(message('INVITE', 'first', { ...received, headers }), '', true);
  for (const call of ['last', 'first', 'forged', ''])
    evidence.message(message('404', call), NOT_FOUND, false);
  expect(seen.slice(1)).toEqual(['sent 404 last', 'sent 404 first']);
  expect(unconfirmed).toEqual(['404 forged', '404 ']);
});

test('a response without Call-ID is confirmed by a request without one, and has the version of SIP', () => {
  const { evidence, seen, unconfirmed } = watched();
  evidence.message(message('INVITE', '', { ...received, headers: [] }), '', true);
  evidence.message(message('1', ''), 'CSeq: 1 INVITE\r\n\r\n', false);
  evidence.message(message('404', ''), NOT_FOUND, false);
  expect([seen.slice(1), unconfirmed]).toEqual([['sent 404 '], ['1 ']]);
});

test('baresip may answer with a Call-ID that stands in an imitated request, or has a mark behind it', () => {
  const { evidence, seen, unconfirmed } = watched();
  evidence.message(message('OPTIONS', 'imitated'), '', false);
  evidence.message(message('OPTIONS', 'cut', received), '', true);
  for (const call of ['imitated', 'cut\r\x1b[;m', 'cut off'])
    evidence.message(message('404', call), NOT_FOUND, false);
  expect(seen.slice(1)).toEqual(['sent 404 imitated', 'sent 404 cut\r\x1b[;m']);
  expect(unconfirmed).toEqual(['OPTIONS imitated', '404 cut off']);
});

test('inside a call that ctrl_tcp knows, or that the agent has begun', async () => {
  const { evidence, seen, unconfirmed, pass } = watched();
  evidence.message(message('INVITE', 'out'), '', true);
  evidence.event(event('CALL_INCOMING', 'in', { outgoing: false }));
  for (const call of ['out', 'in']) {
    evidence.message(message('BYE', call, TAGGED), '', false);
    evidence.message(message('INVITE', call, TAGGED), '', false);
  }
  evidence.message(message('CANCEL', 'out'), '', false);
  evidence.message(message('BYE', 'forged', TAGGED), '', false);
  await pass(200);
  expect(seen).toHaveLength(6);
  expect(unconfirmed).toEqual(['BYE forged']);
});

test('the other side of a call cannot make it one to somebody else', async () => {
  const { evidence, unconfirmed, pass } = watched();
  evidence.event(event('CALL_INCOMING', 'in', { outgoing: false }));
  evidence.message(message('OPTIONS', 'ping'), '', true);
  for (const call of ['in', 'ping']) evidence.message(message('INVITE', call), '', false);
  await pass(200);
  expect(unconfirmed).toEqual(['INVITE in', 'INVITE ping']);
});

test('once more: the same, after a challenge, and to whom a REFER of a known call named', async () => {
  const { evidence, seen, unconfirmed, pass } = watched();
  evidence.message(message('INVITE', 'a'), '', true);
  evidence.message(message('INVITE', 'a'), '', false);
  evidence.message(message('407', 'a', received), '', true);
  evidence.message(message('INVITE', 'a', { cseq: 2 }), '', false);
  const headers: HeaderField[] = [['Refer-To', '<sip:x@h;transport=tcp>']];
  const named = { uri: 'sip:x@h' };
  evidence.message(message('REFER', 'unknown', { ...received, headers }), '', true);
  evidence.message(message('INVITE', 'forged', named), '', false);
  await pass(200);
  evidence.message(message('REFER', 'a', { ...received, headers }), '', true);
  evidence.message(message('INVITE', 'b', named), '', false);
  expect(seen.filter((one) => one.startsWith('sent'))).toEqual([
    'sent INVITE a',
    'sent INVITE a',
    'sent INVITE a',
    'sent INVITE b',
  ]);
  expect(unconfirmed).toEqual(['INVITE forged']);
});

test.each<[string, Partial<CtrlEvent>, number | undefined]>([
  ['CALL_OUTGOING', {}, 2000],
  ['CALL_RINGING', {}, 500],
  ['CALL_ESTABLISHED', {}, 500],
  ['CALL_CLOSED', { param: '486 Busy Here' }, 500],
  ['CALL_CLOSED', { param: 'Connection timed out' }, undefined],
  ['CALL_RINGING', { outgoing: false }, undefined],
  ['CALL_LOCAL_SDP', {}, undefined],
])('%s %j of a call without INVITE is told after %j ms', async (name, more, after) => {
  const { evidence, unseen, pass } = watched();
  evidence.event(event(name, 'hidden', more));
  await pass((after ?? 5000) - 50);
  expect(unseen).toEqual([]);
  await pass(100);
  expect(unseen).toEqual(after === undefined ? [] : ['sip:+1900@evil.example']);
});

test('no call is missing that the script has dialled, or whose INVITE comes late', async () => {
  const { evidence, unseen, pass } = watched();
  evidence.commands([{ name: 'dial', params: 'sip:+1900@evil.example' }]);
  evidence.event(event('CALL_OUTGOING', 'slow name'));
  evidence.event(event('CALL_OUTGOING', 'b', { peerUri: 'sip:b@h' }));
  await pass(1900);
  evidence.message(message('INVITE', 'b', { uri: 'sip:b@h' }), '', false);
  evidence.event(event('CALL_RINGING', 'b', { peerUri: 'sip:b@h' }));
  await pass(5000);
  expect(unseen).toEqual([]);
});
