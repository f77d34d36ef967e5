import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import { recorded, sip, tagged } from '../../testing/samples/traced-call.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('messages of another dialog with the same Call-ID', () => {
  const types = (events: readonly AgentEvent[]) => events.map(({ type }) => type);
  const answered = () => {
    const made = recorded();
    for (const one of [sip('>', 'INVITE'), sip('<', '200 OK'), sip('>', 'ACK')])
      made.log.message(one);
    return made;
  };
  const ANSWERED = ['call_dialed', 'call_established'];

  test.each([
    ['a BYE of another branch', sip('<', 'BYE', { cseq: 5, headers: tagged('second', 'us') })],
    ['a second 200', sip('<', '200 OK', { headers: tagged('us', 'second') })],
    ['a late 486', sip('<', '486 Busy Here', { headers: tagged('us', 'second') })],
    ['an INVITE of a stranger', sip('<', 'INVITE', { cseq: 9, headers: tagged('x', '') })],
  ])('%s ends no call', (_, message) => {
    const { log, events } = answered();
    expect(log.message(message)).toBe(false);
    vi.runAllTimers();
    expect(types(events)).toEqual(ANSWERED);
  });

  test('an own BYE to the second branch is not the end, also while the script hangs up', () => {
    const { log, events } = answered();
    log.expectHangup('c');
    log.message(sip('>', 'BYE', { cseq: 2, headers: tagged('us', 'second') }));
    expect(types(events)).toEqual(ANSWERED);
    log.message(sip('>', 'BYE', { cseq: 2 }));
    expect(types(events)).toEqual([...ANSWERED, 'call_closed']);
  });

  test('a call is replaced once, however often the INVITE with Replaces comes', () => {
    const { log } = answered();
    expect(['c', 'c', 'unknown'].map((id) => log.expectReplaced(id))).toEqual([true, false, false]);
  });

  test('the description of a second 200 changes no media', () => {
    const { log, events } = recorded();
    const body = (port: number) => `v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio ${port} RTP/AVP 0\r\n`;
    log.message(sip('>', 'INVITE', { body: body(4000) }));
    log.message(sip('<', '200 OK', { body: body(5000) }));
    log.message(sip('<', '200 OK', { body: body(6000), headers: tagged('us', 'second') }));
    const media = events.flatMap((one) => (one.type === 'call_media' ? [one.media] : []));
    expect(media).toMatchObject([{ remote_address: '127.0.0.1:5000' }]);
  });

  test('a refusal of another caller with the same Call-ID ends no ringing call', () => {
    const { log, events } = recorded();
    log.message(sip('<', 'INVITE'));
    log.message(sip('>', '180 Ringing'));
    log.message(sip('<', 'INVITE', { cseq: 7, headers: tagged('stranger', '') }));
    log.message(sip('>', '482 Loop Detected', { cseq: 7, headers: tagged('stranger', 'x') }));
    log.message(sip('<', 'CANCEL', { cseq: 7, headers: tagged('stranger', '') }));
    vi.runAllTimers();
    expect(types(events)).toEqual(['call_incoming']);
  });

  test('a late refusal of the INVITE before its repetition says nothing', () => {
    const { log, events } = recorded();
    log.message(sip('>', 'INVITE'));
    log.message(sip('<', '407 Proxy Authentication Required'));
    log.message(sip('>', 'INVITE', { cseq: 2 }));
    log.message(sip('<', '486 Busy Here', { cseq: 1 }));
    log.message(sip('<', '180 Ringing', { cseq: 2 }));
    expect(types(events)).toEqual(['call_dialed', 'call_ringing']);
  });
});
