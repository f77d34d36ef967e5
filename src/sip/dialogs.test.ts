import { describe, expect, test } from 'vitest';
import type { SipMessage } from './sip-message.js';
import { Dialog } from './dialogs.js';

/** ">": sent, "<": received, with the tags of its From and To. */
function message(
  arrow: '>' | '<',
  [from, to]: readonly [string, string],
  more: Partial<SipMessage> = {},
): SipMessage {
  return {
    direction: arrow === '>' ? 'sent' : 'received',
    transport: 'UDP',
    local: '',
    remote: '',
    method: 'INVITE',
    call_id: 'c',
    cseq: 1,
    headers: [
      ['From', `"a;tag=no" <sip:a@h>;x=y;tag=${from}`],
      ['t', `<sip:b@h;tag=no>${to === '' ? '' : `;tag=${to}`}`],
    ],
    body: '',
    ...more,
  };
}

const CALL = [
  message('>', ['us', '']),
  message('<', ['us', 'early'], { code: 180 }),
  message('<', ['us', 'them'], { code: 200 }),
];

/** The same call seen by the agent that is called. */
const RECEIVED = CALL.map((one): SipMessage => ({
  ...one,
  direction: one.direction === 'sent' ? 'received' : 'sent',
}));

function dialogOf(messages: readonly SipMessage[]): Dialog {
  const dialog = new Dialog();
  for (const one of messages) dialog.takes(one);
  return dialog;
}

describe('tags', () => {
  test('of a call that was dialled, and of a received one', () => {
    expect(dialogOf(CALL)).toMatchObject({ localTag: 'us', remoteTag: 'them' });
    expect(dialogOf(RECEIVED)).toMatchObject({ localTag: 'them', remoteTag: 'us' });
  });

  test('before the answer: the tag of the last provisional response', () => {
    expect(dialogOf(CALL.slice(0, 2)).remoteTag).toBe('early');
    expect(dialogOf(RECEIVED.slice(0, 2)).localTag).toBe('early');
  });

  test('a re-INVITE of the other side leaves them as they are', () => {
    const theirs = message('<', ['them', 'us'], { cseq: 7 });
    const dialog = dialogOf([...CALL, theirs, { ...theirs, direction: 'sent', code: 200 }]);
    expect(dialog).toMatchObject({ localTag: 'us', remoteTag: 'them' });
  });

  test('a second answer of a fork, and a late 180 of it, leave them as they are', () => {
    const dialog = dialogOf([
      ...CALL,
      message('<', ['us', 'second'], { code: 200 }),
      message('<', ['us', 'third'], { code: 180 }),
    ]);
    expect(dialog.remoteTag).toBe('them');
  });
});

describe('messages of an answered call', () => {
  test.each([
    ['a BYE of the other side', message('<', ['them', 'us'], { method: 'BYE', cseq: 2 }), true],
    ['an own BYE', message('>', ['us', 'them'], { method: 'BYE', cseq: 2 }), true],
    ['a BYE of another branch', message('<', ['second', 'us'], { method: 'BYE', cseq: 2 }), false],
    ['a BYE to another tag', message('<', ['them', 'old'], { method: 'BYE', cseq: 2 }), false],
    ['a BYE without a To tag', message('<', ['them', ''], { method: 'BYE', cseq: 2 }), false],
    ['tags differ by case alone', message('<', ['THEM', 'us'], { method: 'BYE' }), false],
    ['an own BYE to another branch', message('>', ['us', 'second'], { method: 'BYE' }), false],
    ['a second 200', message('<', ['us', 'second'], { code: 200 }), false],
    ['the same 200 again', message('<', ['us', 'them'], { code: 200 }), true],
    [
      'a response without tag, in the dialog',
      message('<', ['us', ''], { cseq: 2, code: 488 }),
      true,
    ],
    ['an INVITE of a stranger', message('<', ['stranger', ''], { cseq: 9 }), false],
    ['a re-INVITE of another branch', message('<', ['second', 'us'], { cseq: 4 }), false],
  ])('%s', (_, one, belongs) => {
    expect(dialogOf(CALL).takes(one)).toBe(belongs);
  });

  test.each([
    ['a CANCEL of its caller', message('<', ['us', ''], { method: 'CANCEL' }), true],
    ['a CANCEL of another caller', message('<', ['other', ''], { method: 'CANCEL' }), false],
    ['an INVITE of another caller', message('<', ['other', ''], { cseq: 5 }), false],
    ['the answer to that', message('>', ['other', 'x'], { cseq: 5, code: 486 }), false],
    ['a refusal with a tag of its own', message('>', ['us', 'x'], { code: 486 }), true],
  ])('of a call that rings: %s', (_, one, belongs) => {
    expect(dialogOf(RECEIVED.slice(0, 2)).takes(one)).toBe(belongs);
  });
});

test('peers without tags (RFC 2543) belong to their call', () => {
  const dialog = dialogOf([message('>', ['us', '']), message('<', ['us', ''], { code: 200 })]);
  const bye = message('<', ['', 'us'], {
    method: 'BYE',
    headers: [
      ['From', '<sip:b@h>'],
      ['To', '<sip:a@h>;tag=us'],
    ],
  });
  expect(dialog.takes(bye)).toBe(true);
});

test('after a challenge the answer to the repeated INVITE counts', () => {
  const dialog = dialogOf([
    message('>', ['us', '']),
    message('<', ['us', 'proxy'], { code: 407 }),
    message('>', ['us', ''], { cseq: 2 }),
    message('<', ['us', 'them'], { cseq: 2, code: 200 }),
  ]);
  expect(dialog.remoteTag).toBe('them');
  expect(dialog.takes(message('<', ['us', 'proxy'], { code: 407 }))).toBe(true);
});
