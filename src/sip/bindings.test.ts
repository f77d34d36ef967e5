import { expect, test } from 'vitest';
import type { HeaderField, SipMessage } from './sip-message.js';
import { bindingsOf, expiresOf } from './bindings.js';

function message(...headers: HeaderField[]): SipMessage {
  return {
    direction: 'sent',
    transport: 'UDP',
    local: '',
    remote: '',
    method: 'REGISTER',
    call_id: 'r',
    cseq: 1,
    headers,
    body: '',
  };
}

test.each<[string, HeaderField[], number]>([
  [
    'of the contact',
    [
      ['Contact', '<sip:a@h>;q=1;expires=60'],
      ['Expires', '9'],
    ],
    60,
  ],
  [
    'of the message',
    [
      ['Contact', '<sip:a@h;expires=5>'],
      ['Expires', '9'],
    ],
    9,
  ],
  ['compact form', [['m', '"a,b" <sip:a@h>;Expires="60"']], 60],
  ['nothing said', [], 3600],
])('what is asked for: %s', (_what, headers, seconds) => {
  expect(expiresOf(message(...headers))).toBe(seconds);
});

const asked = message(['Contact', '<sip:alice@h:5060>;expires=600']);

test.each<[string, HeaderField[], string[], number]>([
  [
    'our binding among others, in one field',
    [['Contact', '<sip:x@h>;expires=9,"A, <B>" <sip:ALICE@h:5060>;q=1;expires=60']],
    ['<sip:x@h>;expires=9', '"A, <B>" <sip:ALICE@h:5060>;q=1;expires=60'],
    60,
  ],
  [
    'in two fields, folded',
    [
      ['Contact', '<sip:x@h>;expires=9'],
      ['m', '<sip:alice@h:5060>\r\n ;expires=61'],
    ],
    ['<sip:x@h>;expires=9', '<sip:alice@h:5060> ;expires=61'],
    61,
  ],
  [
    'rewritten by the registrar',
    [['Contact', '<sip:alice@9.9.9.9>;expires=62']],
    ['<sip:alice@9.9.9.9>;expires=62'],
    62,
  ],
  [
    'only of the message',
    [
      ['Contact', '<sip:alice@h:5060>'],
      ['Expires', '63'],
    ],
    ['<sip:alice@h:5060>'],
    63,
  ],
  ['nothing granted: as asked', [], [], 600],
  ['longer than a timer can wait', [['Expires', '99999999999']], [], 2147483],
])('what is granted: %s', (_what, headers, contacts, expires) => {
  expect(bindingsOf(asked, message(...headers))).toEqual({ contacts, expires });
});
