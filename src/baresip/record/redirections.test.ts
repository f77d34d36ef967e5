import type { SipMessage } from '../../sip/sip-message.js';
import { describe, expect, test } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import { newCall } from './call-record.js';
import { redirectTarget } from '../verbs/redirect.js';
import { isRedirection, Redirections } from './redirections.js';

const PEER = { uri: 'sip:p@h', number: 'p' };

test('a call goes on as the next, and that as the one after it', () => {
  const events: AgentEvent[] = [];
  const redirections = new Redirections((event) => events.push(event));
  const [a, b, c] = ['a', 'b', 'c'].map((id) => newCall(id, true, PEER));
  expect(redirections.takesPlace(a!)).toBe(false);
  redirections.expect(a!, 'sip:1@h');
  expect(redirections.waiting).toBe(a);
  expect(redirections.peer).toBe(PEER);
  expect(redirections.takesPlace(b!)).toBe(true);
  redirections.expect(b!, 'sip:2@h');
  redirections.takesPlace(c!);
  expect([a!.closed, b!.closed, c!.closed, c!.hops]).toEqual([true, true, false, 2]);
  expect(['a', 'b', 'c', 'd'].map((id) => redirections.currentId(id))).toEqual([
    'c',
    'c',
    'c',
    'd',
  ]);
  expect(['c', 'd'].map((id) => redirections.addressOf(id))).toEqual(['sip:2@h', undefined]);
  redirections.followed('d', 'sip:3@h');
  expect(redirections.addressOf('d')).toBe('sip:3@h');
  expect(events.slice(0, 2)).toEqual([
    { type: 'call_redirected', call: 'a', to: 'b', uri: 'sip:1@h' },
    { type: 'call_redirected', call: 'b', to: 'c', uri: 'sip:2@h' },
  ]);
});

test('given up: the next call is one of its own', () => {
  const redirections = new Redirections(() => undefined);
  redirections.expect(newCall('a', true, PEER), 'sip:1@h');
  redirections.giveUp();
  expect(redirections.takesPlace(newCall('b', true, PEER))).toBe(false);
  expect(redirections.currentId('a')).toBe('a');
});

test.each([
  [299, false],
  [300, true],
  [399, true],
  [400, false],
  [undefined, false],
])('%s is a redirection: %s', (code, is) => {
  expect(isRedirection(code)).toBe(is);
});

describe('where a 3xx points to', () => {
  const of = (...contacts: string[]) =>
    redirectTarget({
      headers: contacts.map((one) => ['m', one] as const),
    } as unknown as SipMessage);

  test.each([
    ['<sip:b@h:5062;transport=tcp>;q=0.5', 'sip:b@h:5062;transport=tcp'],
    ['sip:b@h;q=0.5', 'sip:b@h'],
    ['"B, the other" <sips:b@h>, <sip:c@h>', 'sips:b@h'],
    ['sip:b@h, sip:c@h', undefined],
    ['<tel:+4930>', undefined],
    ['<sip:b c@h>', undefined],
    ['<sip:b@h\nX: y>', undefined],
    [`<sip:${'b'.repeat(500)}@h>`, undefined],
    ['*', undefined],
    ['', undefined],
  ])('%s: %s', (contact, uri) => {
    expect(of(contact)).toBe(uri);
  });

  test('the first of several; none without a Contact', () => {
    expect(of('<sip:b@h>', '<sip:c@h>')).toBe('sip:b@h');
    expect(of()).toBeUndefined();
  });
});
