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
const hold = (direction: string, cseq: number) =>
  message('>', 'them', { cseq, body: SDP(direction) });
const answer = (code: number, cseq: number) => message('<', 'them', { code, cseq, reason: 'why' });

function dialogOf(...messages: SipMessage[]) {
  const log = new DialogLog();
  for (const one of messages) log.message(one);
  return log.of('c');
}

test('tags of a call that was dialled, and of one that was received', () => {
  expect(dialogOf(...CALL)).toEqual({ localTag: 'us', remoteTag: 'them', holding: false });
  const reversed = CALL.map((one): SipMessage => ({
    ...one,
    direction: one.direction === 'sent' ? 'received' : 'sent',
  }));
  expect(dialogOf(...reversed)).toMatchObject({ localTag: 'them', remoteTag: 'us' });
});

test('an offer counts when it is accepted', () => {
  expect(dialogOf(...CALL, hold('sendonly', 2))).toMatchObject({
    holding: false,
    offered: { cseq: 2, holding: true },
  });
  expect(dialogOf(...CALL, hold('sendonly', 2), answer(200, 2))).toMatchObject({ holding: true });
  const resumed = [hold('inactive', 2), answer(200, 2), hold('sendrecv', 3), answer(200, 3)];
  expect(dialogOf(...CALL, ...resumed)).toMatchObject({ holding: false });
});

test('refused; a glare is tried again', () => {
  const refused = dialogOf(...CALL, hold('sendonly', 2), answer(488, 2));
  expect(refused).toMatchObject({ holding: false, refused: { code: 488, reason: 'why' } });
  const glare = dialogOf(...CALL, hold('sendonly', 2), answer(491, 2));
  expect(glare).toMatchObject({ offered: { cseq: 2 } });
  expect(glare?.refused).toBeUndefined();
});

test('the other side holding is not the agent holding', () => {
  const theirs = message('<', 'them', {
    cseq: 7,
    body: SDP('sendonly'),
    headers: [
      ['From', '<sip:b@h>;tag=them'],
      ['To', '<sip:a@h>;tag=us'],
    ],
  });
  const dialog = dialogOf(...CALL, theirs, { ...theirs, direction: 'sent', code: 200 });
  expect(dialog).toEqual({ localTag: 'us', remoteTag: 'them', holding: false });
});
