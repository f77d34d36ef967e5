import { expect, test } from 'vitest';
import { sipMessage } from '../testing/samples/sample-run.js';
import { messageNote } from './sip-words.js';

test.each([
  [
    'a transfer',
    { method: 'REFER' },
    { 'Refer-To': '"C" <sip:carol@h:5070>' },
    'to sip:carol@h:5070',
  ],
  [
    'an attended transfer',
    { method: 'REFER' },
    { 'Refer-To': '<sip:carol@h?Replaces=a%3Bto-tag%3Db>' },
    'to sip:carol@h  replaces a call',
  ],
  ['a call that replaces one', {}, { Replaces: 'a;to-tag=b;from-tag=c' }, 'replaces a call'],
  [
    'a redirection',
    { code: 302, reason: 'Moved' },
    { Contact: '<sip:a@h>;q=1, <sip:b@h>, <sip:c@h>' },
    'to sip:a@h, sip:b@h, …',
  ],
  ['an answer with a contact', { code: 200, reason: 'OK' }, { Contact: '<sip:a@h>' }, ''],
  [
    'an end with its reason',
    { method: 'BYE' },
    { Reason: 'Q.850;cause=16;text="Normal call clearing"' },
    'reason Q.850 16 Normal call clearing',
  ],
  [
    'a server that is busy',
    { code: 503, reason: 'x' },
    { 'Retry-After': '30' },
    'retry after 30 s',
  ],
  [
    'a binding taken away',
    { method: 'REGISTER' },
    { Contact: '<sip:a@h>', Expires: '0' },
    'unregisters',
  ],
  ['a binding', { method: 'REGISTER' }, { Contact: '<sip:a@h>', Expires: '60' }, ''],
  [
    'what a stranger wrote',
    { method: 'REFER' },
    { 'Refer-To': '<sip:a\u001b[2J@h>' },
    'to sip:a\\x1b[2J@h',
  ],
])('%s', (_, fields, headers, note) => {
  expect(messageNote(sipMessage({ ...fields, headers: Object.entries(headers) }))).toBe(note);
});

test('how far a transfer is', () => {
  const headers = [['Content-Type', 'message/sipfrag;version=2.0']] as const;
  const body = 'SIP/2.0 180 Ringing\r\n';
  expect(messageNote(sipMessage({ method: 'NOTIFY', headers, body }))).toBe('reports 180 Ringing');
});
