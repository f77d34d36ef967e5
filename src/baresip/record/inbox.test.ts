import type { HeaderField, SipMessage } from '../../sip/sip-message.js';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import type { CtrlEvent } from '../wire/events.js';
import { Inbox } from './inbox.js';
import { RequestLog } from './request-log.js';

function request(method: string, headers: readonly HeaderField[], body: string, cseq = 1) {
  const message: SipMessage = {
    direction: 'received',
    transport: 'UDP',
    local: '',
    remote: '',
    method,
    call_id: 'c1',
    cseq,
    headers,
    body,
  };
  return message;
}

function answer(to: SipMessage, code: number): SipMessage {
  return { ...to, direction: 'sent', code, reason: '', headers: [], body: '' };
}

function start(digit: string): CtrlEvent {
  const rest = { outgoing: false, peerUri: '', peerName: '', fields: {} };
  return { kind: 'event', name: 'CALL_DTMF_START', call: 'c1', param: digit, ...rest };
}

function box() {
  const events: AgentEvent[] = [];
  const inbox = new Inbox((event) => {
    events.push(event);
  });
  const log = new RequestLog(
    () => undefined,
    (received, code, again) => {
      inbox.answered(received, code, again);
    },
  );
  const take = (message: SipMessage, code: number) => {
    log.message(message);
    log.message(answer(message, code));
  };
  return { events, inbox, log, take };
}

const INFO: readonly HeaderField[] = [['Content-Type', 'application/dtmf-relay']];
const info = (digit: string, cseq: number) => request('INFO', INFO, `Signal=${digit}\r\n`, cseq);

describe('digits', () => {
  it.each(['event', 'message'])('of an INFO are told once, the %s first', async (first) => {
    const { events, inbox, take } = box();
    if (first === 'event') inbox.event(start('5'));
    take(info('5', 1), 200);
    if (first === 'message') inbox.event(start('5'));
    await turn();
    await turn();
    await turn();
    expect(events).toEqual([{ type: 'dtmf_received', call: 'c1', digit: '5', via: 'info' }]);
  });

  it('in RTP keep their order, equal ones too', async () => {
    const { events, inbox } = box();
    for (const digit of '1121') inbox.event(start(digit));
    await turn();
    await turn();
    await turn();
    expect(events.map((event) => ('digit' in event ? event.digit : ''))).toEqual([
      '1',
      '1',
      '2',
      '1',
    ]);
  });

  it('of a refused or repeated INFO do not count', () => {
    const { events, take } = box();
    take(info('1', 1), 400);
    take(info('2', 2), 200);
    take(info('2', 2), 200);
    expect(events.filter(({ type }) => type === 'dtmf_received')).toHaveLength(1);
    expect(events).toContainEqual({
      type: 'warning',
      text: expect.stringContaining('refused an INFO with application/dtmf-relay: 400') as string,
    });
  });

  it.each([
    ['Signal=16\r\nDuration=100\r\n', '1'],
    ['Signal=dtmf\r\nDuration=100\r\n', 'D'],
    ['NoSignal=5\r\nDuration=100\r\n', '5'],
  ])('baresip makes of other bodies are none: %j', async (body, told) => {
    const { events, inbox, take } = box();
    take(request('INFO', INFO, body), 200);
    inbox.event(start(told));
    await turn();
    await turn();
    await turn();
    expect(events).toEqual([]);
    // a second event is not the INFO's: it is a digit received in RTP
    inbox.event(start(told));
    await turn();
    await turn();
    await turn();
    expect(events).toEqual([{ type: 'dtmf_received', call: 'c1', digit: told, via: 'rtp' }]);
  });

  it('with a blank before them are told, also where baresip refuses them', () => {
    const { events, take } = box();
    take(request('INFO', INFO, 'Signal= *\r\nDuration= 250\r\n', 1), 400);
    take(request('INFO', INFO, 'Signal= 7\r\nDuration= 250\r\n', 2), 200);
    expect(events.filter(({ type }) => type === 'dtmf_received')).toMatchObject([
      { digit: '*', via: 'info' },
      { digit: '7', via: 'info' },
    ]);
  });

  it.each([
    ['application/dtmf', '5', 488, /digits only as application\/dtmf-relay/],
    ['application/hook-flash', '', 488, /accepts only DTMF digits/],
    ['application/dtmf-relay', 'Signal=hf\r\n', 400, /holds no digit/],
  ])('in an INFO that baresip refuses are a warning: %s %j', (type, body, code, why) => {
    const { events, take } = box();
    take(request('INFO', [['Content-Type', type]], body), code);
    expect(events).toEqual([{ type: 'warning', text: expect.stringMatching(why) as string }]);
  });

  it('of an INFO with an event number are told once, too', async () => {
    const { events, inbox, take } = box();
    take(info('10', 1), 200);
    inbox.event(start('1'));
    await turn();
    await turn();
    await turn();
    expect(events).toMatchObject([{ digit: '*', via: 'info' }]);
  });

  it('of a retransmitted INFO: each has an event of its own, and all are one digit', async () => {
    const { events, inbox, take } = box();
    for (const cseq of [1, 1, 2]) take(info('2', cseq), 200);
    for (let round = 0; round < 3; round += 1) inbox.event(start('2'));
    await turn();
    await turn();
    await turn();
    expect(events).toMatchObject([{ via: 'info' }, { via: 'info' }]);
    // a further event belongs to none of these INFOs
    inbox.event(start('2'));
    await turn();
    await turn();
    await turn();
    expect(events).toMatchObject([{ via: 'info' }, { via: 'info' }, { via: 'rtp' }]);
  });
});

describe('requests outside of calls', () => {
  it('a MESSAGE is told once, with its sender', () => {
    const { events, take } = box();
    const headers: HeaderField[] = [
      ['f', '"Alice" <sip:alice@a.test>;tag=1'],
      ['c', 'text/plain'],
    ];
    take(request('MESSAGE', headers, 'hi\r\n'), 200);
    take(request('MESSAGE', headers, 'hi\r\n'), 200);
    take(request('MESSAGE', headers, 'refused', 2), 415);
    const from = { uri: 'sip:alice@a.test', number: 'alice', name: 'Alice' };
    const content_type = 'text/plain';
    expect(events).toEqual([{ type: 'message_received', from, text: 'hi\r\n', content_type }]);
  });

  it('a NOTIFY about a mailbox, and no other', () => {
    const { events, take } = box();
    const body = 'Messages-Waiting: yes\r\nVoice-Message: 2/1\r\n';
    take(request('NOTIFY', [['Event', 'message-summary']], body), 200);
    take(request('NOTIFY', [['Event', 'refer']], body, 2), 200);
    take(request('NOTIFY', [['Event', 'message-summary']], 'nothing', 3), 200);
    expect(events).toEqual([{ type: 'mwi', waiting: true, new: 2, old: 1 }]);
  });
});

it('follows a request over a challenge to its final response', () => {
  const { log } = box();
  const sent = log.expect('OPTIONS');
  const first: SipMessage = { ...request('OPTIONS', [], ''), direction: 'sent' };
  log.message(first);
  log.message({ ...first, direction: 'received', code: 401, reason: 'Unauthorized' });
  expect(sent.answer).toBeUndefined();
  log.message({ ...first, cseq: 2 });
  log.message({ ...first, cseq: 2, direction: 'received', code: 200, reason: 'OK' });
  expect(sent.answer).toEqual({ code: 200, reason: 'OK' });
  log.end();
});
