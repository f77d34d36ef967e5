import type { SipMessage } from '../../sip/sip-message.js';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import { ctrl, recorded, sip, tagged } from '../../testing/samples/traced-call.js';
import { endedByText } from './ended.js';
import { Endpoints } from '../../sip/endpoints.js';
import { decodeFrame, type CtrlEvent } from '../wire/events.js';
import { NetstringDecoder } from '../wire/netstring.js';
import { SipTraceParser } from '../wire/sip-trace.js';

const TRANSCRIPTS = new URL('../../testing/transcripts/', import.meta.url);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(['1.0.0', '1.1.0', '4.9.0'])('baresip %s, as recorded', (version) => {
  const hosts = JSON.parse(readFileSync(new URL(`${version}.json`, TRANSCRIPTS), 'utf8')) as Record<
    'alice' | 'bob',
    string
  >;
  const read = (name: string) => readFileSync(new URL(`${version}-${name}`, TRANSCRIPTS));
  const messagesOf = (agent: 'alice' | 'bob') => {
    const messages: SipMessage[] = [];
    const sink = {
      message: (message: SipMessage) => messages.push(message),
      line: () => undefined,
      oddity: () => undefined,
    };
    new SipTraceParser(sink, new Endpoints([hosts[agent]])).push(read(`${agent}.stdout`));
    return messages;
  };
  const eventsOf = (agent: 'alice' | 'bob') =>
    new NetstringDecoder()
      .push(read(`${agent}.ctrl`))
      .map(decodeFrame)
      .filter((one): one is CtrlEvent => one.kind === 'event');
  const shown = (events: AgentEvent[]) =>
    events.map((one) =>
      one.type === 'call_closed'
        ? `closed ${one.ended.by} ${one.ended.how} ${one.ended.code ?? ''}`.trim()
        : one.type.slice(5),
    );

  test('the trace alone tells everything', () => {
    const { log, events } = recorded();
    for (const message of messagesOf('bob')) log.message(message);
    vi.runAllTimers();
    // Only ctrl_tcp or the verb knows that a BYE was wanted; here the BYE came from the peer.
    expect(shown(events)).toEqual([
      'incoming',
      'accepted',
      'media',
      'established',
      'closed remote bye',
      'incoming',
      'closed local rejected 486',
    ]);
  });

  test('the caller, with its own hangup', () => {
    const { log, events } = recorded();
    for (const message of messagesOf('alice')) {
      if (message.method === 'BYE') log.expectHangup(message.call_id);
      log.message(message);
    }
    expect(shown(events)).toEqual([
      'dialed',
      'ringing',
      'media',
      'established',
      'closed local bye',
      'dialed',
      'ringing',
      'closed remote rejected 486',
    ]);
  });

  test('ctrl_tcp alone, a little later', () => {
    const { log, events } = recorded();
    for (const event of eventsOf('bob')) {
      log.event(event);
      vi.runAllTimers();
    }
    const words = shown(events);
    expect(words.slice(0, 4)).toEqual(['incoming', 'accepted', 'established', 'closed remote bye']);
    expect(words.slice(4)).toEqual(['incoming', 'closed local rejected']);
  });
});

describe('joining', () => {
  test('early media: a 183 with a description is told, also after one without', () => {
    const { log, events } = recorded();
    log.expectDial({ uri: 'sip:q@h', number: 'q' });
    log.message(sip('>', 'INVITE'));
    log.message(sip('<', '183 Session Progress'));
    const body = 'v=0\r\nm=audio 4000 RTP/AVP 0\r\n';
    log.message(sip('<', '183 Session Progress', { body }));
    log.message(sip('<', '183 Session Progress', { body }));
    expect(events.slice(1)).toEqual([
      { type: 'call_ringing', call: 'c', code: 183, reason: 'Session Progress' },
      { type: 'call_ringing', call: 'c', code: 183, reason: 'Session Progress', early_media: true },
    ]);
  });

  test('an arrival waits for its message, at most 75 ms', () => {
    const { log, events } = recorded();
    log.event(ctrl('CALL_INCOMING'));
    expect(events).toEqual([]);
    log.message(sip('<', 'INVITE'));
    expect(events).toMatchObject([{ type: 'call_incoming', peer: { uri: 'sip:p@h', name: 'P' } }]);
    const other = recorded();
    other.log.event(ctrl('CALL_INCOMING'));
    vi.advanceTimersByTime(75);
    // messages that have arrived by then are read first
    expect(other.events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(other.events).toMatchObject([{ type: 'call_incoming', headers: [] }]);
  });

  test('an end waits for its message', () => {
    const { log, events } = recorded();
    log.message(sip('>', 'INVITE'));
    log.event(ctrl('CALL_CLOSED', { param: '486 50', outgoing: true }));
    expect(events.at(-1)?.type).toBe('call_dialed');
    log.message(sip('<', '486 50% off'));
    expect(events.at(-1)).toMatchObject({
      type: 'call_closed',
      ended: { by: 'remote', how: 'rejected', code: 486, reason: '50% off' },
    });
  });

  test('retransmissions and late messages change nothing', () => {
    const { log, events } = recorded();
    for (const one of [
      sip('>', 'INVITE'),
      sip('>', 'INVITE'),
      sip('<', '200 OK'),
      sip('>', 'ACK'),
      sip('<', '180 Ringing'),
      sip('<', '200 OK'),
      sip('>', 'ACK'),
    ])
      log.message(one);
    log.event(ctrl('CALL_ESTABLISHED'));
    log.message(sip('<', 'BYE', { cseq: 5 }));
    log.message(sip('<', 'BYE', { cseq: 5 }));
    log.event(ctrl('CALL_CLOSED', { param: 'Connection reset by peer', outgoing: true }));
    vi.runAllTimers();
    expect(events.map((one) => one.type)).toEqual([
      'call_dialed',
      'call_established',
      'call_closed',
    ]);
  });

  test('an answer that overtakes the ringing waits for it', () => {
    const { log, events } = recorded();
    log.message(sip('>', 'INVITE sip:p@h'));
    log.event(ctrl('CALL_ESTABLISHED', { outgoing: true }));
    expect(events.map((event) => event.type)).toEqual(['call_dialed']);
    log.message(sip('<', '180 Ringing'));
    log.message(sip('<', '200 OK'));
    log.message(sip('>', 'ACK sip:p@h'));
    expect(events.map((event) => event.type)).toEqual([
      'call_dialed',
      'call_ringing',
      'call_established',
    ]);
  });

  test('an end that overtakes the repeated INVITE is told with its own code', () => {
    const { log, events } = recorded();
    log.message(sip('>', 'INVITE sip:p@h'));
    log.message(sip('<', '407 Proxy Authentication Required'));
    log.event(ctrl('CALL_CLOSED', { param: '480 Not Registered', outgoing: true }));
    expect(events.map((event) => event.type)).toEqual(['call_dialed']);
    log.message(sip('>', 'INVITE sip:p@h', { cseq: 2 }));
    log.message(sip('<', '480 Not Registered', { cseq: 2 }));
    expect(events.at(-1)).toMatchObject({
      type: 'call_closed',
      ended: { by: 'remote', how: 'rejected', code: 480, reason: 'Not Registered' },
    });
  });

  test('a challenge is not an end; the second refusal is', () => {
    const { log, events } = recorded();
    log.message(sip('>', 'INVITE'));
    log.message(sip('<', '407 Proxy Authentication Required'));
    log.message(sip('>', 'ACK'));
    // nothing can be cancelled until the next INVITE is answered
    expect(log.responded('c')).toBe(false);
    log.message(sip('>', 'INVITE', { cseq: 2 }));
    expect(events).toHaveLength(1);
    log.message(sip('<', '407 Again', { cseq: 2 }));
    log.event(ctrl('CALL_CLOSED', { param: '407 Again', outgoing: true }));
    expect(events.at(-1)).toMatchObject({
      ended: { by: 'remote', how: 'rejected', code: 407, reason: 'Again' },
    });
  });

  test('a refused re-INVITE ends nothing', () => {
    const { log, events } = recorded();
    for (const one of [sip('>', 'INVITE'), sip('<', '200 OK'), sip('>', 'ACK')]) log.message(one);
    log.message(sip('>', 'INVITE', { cseq: 2, headers: tagged('us', 'them') }));
    log.message(sip('<', '488 Not Acceptable Here', { cseq: 2 }));
    vi.runAllTimers();
    expect(events.at(-1)?.type).toBe('call_established');
  });

  test('early media: a provisional response with a session description', () => {
    const { log, events } = recorded();
    const body = 'v=0\r\nm=audio 4000 RTP/AVP 0\r\n';
    log.message(sip('>', 'INVITE'));
    log.message(sip('<', '181 Forwarded'));
    log.message(sip('<', '183 Progress'));
    log.message(sip('<', '183 Progress', { body }));
    log.message(sip('<', '183 Progress', { body }));
    log.message(sip('<', '180 Ringing', { body: 'x' }));
    expect(events.slice(1)).toEqual([
      { type: 'call_ringing', call: 'c', code: 181, reason: 'Forwarded' },
      { type: 'call_ringing', call: 'c', code: 183, reason: 'Progress' },
      { type: 'call_ringing', call: 'c', code: 183, reason: 'Progress', early_media: true },
      { type: 'call_ringing', call: 'c', code: 180, reason: 'Ringing' },
    ]);
  });

  test.each([
    ['from far away', 900, { by: 'local', how: 'cancel', code: 487, reason: 'Request Terminated' }],
    ['not at all', 1100, { by: 'local', how: 'cancel' }],
  ])('a CANCEL that is answered %s', (_, afterMs, ended) => {
    const { log, events } = recorded();
    log.message(sip('>', 'INVITE'));
    log.message(sip('<', '100 Trying'));
    log.expectHangup('c');
    log.event(ctrl('CALL_CLOSED', { param: 'Connection reset by user', outgoing: true }));
    log.message(sip('>', 'CANCEL'));
    vi.advanceTimersByTime(afterMs);
    log.message(sip('<', '487 Request Terminated'));
    const closed = events.filter(({ type }) => type === 'call_closed');
    expect(closed.map((one) => 'ended' in one && one.ended)).toEqual([ended]);
  });

  test('a CANCEL that crosses the 200', () => {
    const { log, events } = recorded();
    log.message(sip('>', 'INVITE'));
    log.message(sip('<', '180 Ringing'));
    log.expectHangup('c');
    log.message(sip('>', 'CANCEL'));
    log.message(sip('<', '200 OK'));
    log.message(sip('>', 'ACK'));
    log.message(sip('>', 'BYE', { cseq: 2 }));
    expect(events.at(-1)).toMatchObject({ ended: { by: 'local', how: 'bye' } });
  });

  test('a BYE of baresip itself says why', () => {
    const { log, events } = recorded();
    for (const one of [
      sip('>', 'INVITE'),
      sip('<', '200 OK'),
      sip('>', 'ACK'),
      sip('>', 'BYE', { cseq: 2 }),
    ])
      log.message(one);
    expect(events.at(-1)?.type).toBe('call_established');
    log.event(ctrl('CALL_CLOSED', { param: 'end of file', outgoing: true }));
    expect(events.at(-1)).toMatchObject({
      ended: { by: 'error', how: 'media', reason: 'end of file' },
    });
  });

  test.each([
    ['401 Unauthorized', 'Connection reset by peer', { by: 'remote', how: 'bye' }],
    ['407 Proxy Authentication Required', 'Connection reset by peer', { by: 'remote', how: 'bye' }],
    ['422 Session Interval Too Small', 'Connection reset by user', { by: 'local', how: 'bye' }],
    ['503 Service Unavailable', 'Rejected by user', { by: 'local', how: 'bye' }],
  ])('the end is told before the trace shows what followed a %s: %s', (refusal, param, ended) => {
    const { log, events } = recorded();
    log.expectDial({ uri: 'sip:x@h', number: 'x' });
    log.message(sip('>', 'INVITE'));
    log.message(sip('<', refusal));
    log.event(ctrl('CALL_CLOSED', { param, outgoing: true }));
    const again = { cseq: 2 };
    log.message(sip('>', 'ACK'));
    log.message(sip('>', 'INVITE', again));
    log.message(sip('<', '200 OK', again));
    log.message(sip('>', 'ACK', again));
    const bySelf = ended.by === 'local';
    log.message(sip(bySelf ? '>' : '<', 'BYE', { cseq: bySelf ? 3 : 1 }));
    vi.runAllTimers();
    expect(events.map(({ type }) => type)).toEqual([
      'call_dialed',
      'call_established',
      'call_closed',
    ]);
    expect(events.at(-1)).toMatchObject({ ended });
  });

  // the second reason is in the words of a TURN server
  test.each(['Connection refused', '401 Unauthorized'])('no INVITE ever left: %s', (reason) => {
    const { log, events } = recorded();
    log.expectDial({ uri: 'sip:x@h', number: 'x' });
    log.event(ctrl('CALL_CLOSED', { param: `${reason} [111]`, outgoing: true }));
    vi.runAllTimers();
    expect(events).toEqual([
      { type: 'call_dialed', call: 'c', peer: { uri: 'sip:x@h', number: 'x' } },
      { type: 'call_closed', call: 'c', ended: { by: 'network', how: 'unreachable', reason } },
    ]);
  });

  test('one nobody waits for any more is not told', () => {
    const { log, events } = recorded();
    log.event(ctrl('CALL_CLOSED', { param: 'Connection timed out', outgoing: true }));
    expect(events).toEqual([]);
  });

  test('refused in words of the script, which ctrl_tcp tells first', () => {
    const { log, events } = recorded();
    log.message(sip('<', 'INVITE'));
    log.event(ctrl('CALL_INCOMING'));
    log.expectHangup('c');
    log.event(ctrl('CALL_CLOSED', { param: 'Nobody, end of file' }));
    log.message(sip('>', '603 Nobody, end of file'));
    expect(events.at(-1)).toMatchObject({
      type: 'call_closed',
      ended: { by: 'local', how: 'rejected', code: 603, reason: 'Nobody, end of file' },
    });
  });

  test('a re-INVITE that crosses the BYE of the other side', () => {
    const { log, events } = recorded();
    log.message(sip('<', 'INVITE'));
    log.message(sip('>', '200 Answering'));
    log.message(sip('<', 'ACK'));
    log.event(ctrl('CALL_CLOSED', { param: '481 Call Does Not Exist' }));
    log.message(sip('>', 'BYE', { cseq: 2 }));
    expect(events.at(-1)).toMatchObject({
      type: 'call_closed',
      ended: { by: 'remote', how: 'bye' },
    });
  });

  test('what baresip refused by itself never was a call', () => {
    const { log, events } = recorded();
    log.message(sip('<', 'INVITE'));
    log.message(sip('>', '404 Not Found'));
    log.message(sip('<', 'INVITE'));
    log.message(sip('>', '404 Not Found'));
    vi.runAllTimers();
    expect(events).toEqual([{ type: 'warning', text: '404 to c' }]);
  });
});

test.each([
  ['Connection timed out', { by: 'network', how: 'timeout', reason: 'Connection timed out' }],
  ['Connection timed out [110]', { by: 'network', how: 'timeout', reason: 'Connection timed out' }],
  ['Connection reset by user', { by: 'local', how: 'bye' }],
  ['Rejected by user', { by: 'local', how: 'bye' }],
  ['Connection reset by peer [104]', { by: 'remote', how: 'bye' }],
  ['Local timeout', { by: 'local', how: 'timeout', reason: 'Local timeout' }],
  [
    'Destination address required',
    { by: 'network', how: 'unreachable', reason: 'Destination address required' },
  ],
  ['Call transfered', { by: 'local', how: 'transferred', reason: 'Call transferred' }],
  [
    '480 Temporarily Unavailable,Q.850;cause=18',
    {
      by: 'remote',
      how: 'rejected',
      code: 480,
      reason: 'Temporarily Unavailable',
      cause: 'Q.850;cause=18',
      causes: [{ protocol: 'Q.850', cause: 18 }],
    },
  ],
])('ended: %s', (text, ended) => {
  expect(endedByText(text, { outgoing: true, answered: true })).toEqual(ended);
});
