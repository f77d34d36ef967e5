import { expect, test } from 'vitest';
import type { SipMessage } from '../model/agent-event.js';
import { DialogLog } from './dialogs.js';

const SDP = (direction: string) =>
  `v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\na=${direction}\r\n`;

/** ">": sent, "<": received; `to`: its To tag. */
function message(arrow: string, to: string, more: Partial<SipMessage> = {}): SipMessage {
  return {
    direction: arrow === '>' ? 'sent' : 'received',
    transport: 'UDP',
    local: '',
    remote: '',
    method: 'INVITE',
    call_id: 'c',
    cseq: 1,
    headers: [
      ['From', '"a;tag=no" <sip:a@h>;x=y;tag=us'],
      ['t', `<sip:b@h;tag=no>${to === '' ? '' : `;tag=${to}`}`],
    ],
    body: '',
    ...more,
  };
}

const CALL = [
  message('>', ''),
  message('<', 'early', { code: 180 }),
  message('<', 'them', { code: 200 }),
];
function dialogOf(...messages: SipMessage[]) {
  const log = new DialogLog();
  for (const one of messages) log.message(one);
  return log.of('c');
}

test('tags of a call that was dialled, and of one that was received', () => {
  expect(dialogOf(...CALL)).toEqual({ localTag: 'us', remoteTag: 'them' });
  const reversed = CALL.map((one): SipMessage => ({
    ...one,
    direction: one.direction === 'sent' ? 'received' : 'sent',
  }));
  expect(dialogOf(...reversed)).toMatchObject({ localTag: 'them', remoteTag: 'us' });
});

test('a re-INVITE of the other side leaves the tags as they are', () => {
  const theirs = message('<', 'them', {
    cseq: 7,
    body: SDP('sendonly'),
    headers: [
      ['From', '<sip:b@h>;tag=them'],
      ['To', '<sip:a@h>;tag=us'],
    ],
  });
  const dialog = dialogOf(...CALL, theirs, { ...theirs, direction: 'sent', code: 200 });
  expect(dialog).toEqual({ localTag: 'us', remoteTag: 'them' });
});
