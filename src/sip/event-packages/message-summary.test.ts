import { expect, test } from 'vitest';
import { parseMessageSummary } from './message-summary.js';

test.each([
  [
    'all of it',
    'Messages-Waiting: yes\r\nMessage-Account: sip:*97@pbx.test\r\nVoice-Message: 2/8 (1/2)\r\n',
    {
      waiting: true,
      account: 'sip:*97@pbx.test',
      new: 2,
      old: 8,
      urgent_new: 1,
      urgent_old: 2,
    },
  ],
  [
    'none wait',
    'Messages-Waiting: no\r\nVoice-Message: 0/3\r\n',
    { waiting: false, new: 0, old: 3 },
  ],
  ['no counts', 'Messages-Waiting: yes', { waiting: true, new: 0, old: 0 }],
  ['counts only', 'Voice-Message: 1/0\n', { waiting: true, new: 1, old: 0 }],
  [
    'odd writing',
    '\r\nMESSAGES-WAITING :Yes\nvoice-message : 4 / 5 ( 0 / 1 )',
    { waiting: true, new: 4, old: 5, urgent_new: 0, urgent_old: 1 },
  ],
  [
    'voice before the other kinds',
    'Messages-Waiting: yes\r\nFax-Message: 9/9\r\nVoice-Message: 1/2\r\n',
    { waiting: true, new: 1, old: 2 },
  ],
  [
    'without voice, the other kinds together',
    'Messages-Waiting: yes\r\nFax-Message: 1/2\r\nText-Message: 3/4\r\n',
    { waiting: true, new: 4, old: 6 },
  ],
  [
    'headers of messages do not count',
    'Messages-Waiting: yes\r\nVoice-Message: 1/0\r\n\r\nSubject: x\r\nFax-Message: 7/7\r\n',
    { waiting: true, new: 1, old: 0 },
  ],
])('%s', (_, body, summary) => {
  expect(parseMessageSummary(body)).toEqual(summary);
});

test.each(['', 'Hello', 'Messages-Waiting: perhaps\r\n', 'Voice-Message: many/few'])(
  'no summary: %j',
  (body) => {
    expect(parseMessageSummary(body)).toBeUndefined();
  },
);
