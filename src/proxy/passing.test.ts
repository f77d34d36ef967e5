import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { messageOf } from '../signalling/transactions/messages.js';
import type { SipMessage } from '../sip/sip-message.js';
import { Passing } from './passing.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function messageWith(
  start: string,
  direction: SipMessage['direction'],
  branch: string,
): SipMessage {
  const text = `${start}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK${branch}\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n`;
  return messageOf(text, { direction, transport: 'udp', local: '', remote: '' });
}

const reported: string[] = [];
let passing: Passing;
beforeEach(() => {
  reported.length = 0;
  passing = new Passing(({ raw }) => reported.push(raw));
});

const INVITE = 'INVITE sip:b@h SIP/2.0';
const pass = (raw: string, direction: SipMessage['direction'], branch = raw): SipMessage => {
  const message = messageWith(INVITE, direction, branch);
  passing.passed({ message, raw, at: 0 }, message);
  return message;
};

test('a message is reported when the phone has read it', () => {
  const message = pass('a', 'received');
  expect(reported).toEqual([]);
  passing.traced(message);
  expect(reported).toEqual(['a']);
});

test('what the phone has dropped is reported before what it read next, or after a while', async () => {
  pass('a', 'received');
  passing.traced(pass('b', 'received'));
  expect(reported).toEqual(['a', 'b']);
  pass('c', 'received');
  await vi.advanceTimersByTimeAsync(1000);
  expect(reported).toEqual(['a', 'b', 'c']);
});

test('a sent message is reported once it has left and the phone has said so, in either order', () => {
  const first = pass('a', 'sent');
  expect(reported).toEqual([]);
  passing.traced(first);
  passing.traced(messageWith(INVITE, 'sent', 'b'));
  pass('b', 'sent');
  expect(reported).toEqual(['a', 'b']);
});

test('a message that waits for its connection holds no other up', () => {
  passing.traced(messageWith(INVITE, 'sent', 'slow'));
  const [invite, other] = [messageWith(INVITE, 'sent', 'slow'), pass('other', 'sent')];
  passing.traced(other);
  expect(reported).toEqual(['other']);
  passing.passed({ message: invite, raw: 'slow', at: 0 }, invite);
  expect(reported).toEqual(['other', 'slow']);
});

test('the same message twice is reported twice', () => {
  const message = pass('a', 'received', 'x');
  pass('a again', 'received', 'x');
  passing.traced(message);
  passing.traced(message);
  expect(reported).toEqual(['a', 'a again']);
});

test('at the end everything is reported, in order', () => {
  pass('a', 'received');
  pass('b', 'sent');
  passing.end();
  expect(reported).toEqual(['a', 'b']);
});

test('what the phone cannot read is reported at once', () => {
  passing.passed({ message: messageWith(INVITE, 'received', 'a'), raw: 'odd', at: 0 }, undefined);
  expect(reported).toEqual(['odd']);
});

test('an event of the phone waits for a message it has sent before', async () => {
  const events: string[] = [];
  const event = (name: string): void => {
    passing.inOrder(() => events.push(`${name} after ${reported.length}`));
  };
  event('a');
  passing.traced(messageWith(INVITE, 'sent', 'ack'));
  event('b');
  event('c');
  expect(events).toEqual(['a after 0']);
  pass('ack', 'sent');
  expect(events).toEqual(['a after 0', 'b after 1', 'c after 1']);
  // one message never leaves, and one takes long
  const held = messageWith(INVITE, 'sent', 'held');
  passing.traced(held);
  event('d');
  passing.withheld(held);
  expect(events).toHaveLength(4);
  passing.traced(messageWith(INVITE, 'sent', 'slow'));
  event('e');
  expect(events).toHaveLength(4);
  await vi.advanceTimersByTimeAsync(1000);
  expect(events).toHaveLength(5);
  // a message that took too long holds up no later event; nor does one that was withheld before its trace was read
  event('f');
  passing.withheld(messageWith(INVITE, 'sent', 'early'));
  passing.traced(messageWith(INVITE, 'sent', 'early'));
  event('g');
  expect(events).toHaveLength(7);
});
