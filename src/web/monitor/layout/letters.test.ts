import { expect, test } from 'vitest';
import type { Letter } from '../../../monitor/model/letter.js';
import { triesText, undeliveredLetters, undeliveredText } from './letters.js';

test.each([
  [0, 0, ''],
  [1, 0, '1 notification could not be delivered.'],
  [2, 1, '2 notifications could not be delivered, 1 is being tried again.'],
  [0, 1, '1 notification could not be delivered yet, and is being tried again.'],
  [0, 3, '3 notifications could not be delivered yet, and are being tried again.'],
])('%d given up, %d tried again: "%s"', (dead, late, text) => {
  expect(undeliveredText({ dead, late })).toBe(text);
});

test('what waits for its first try is not undelivered; the newest stands first', () => {
  const letter = (id: string, more: Partial<Letter>): Letter => ({
    id,
    target: 'team',
    monitor: 'berlin',
    subject: 'FAILED: berlin',
    created_at: 1,
    tries: 0,
    state: 'waiting',
    ...more,
  });
  const letters = [
    letter('first', {}),
    letter('dead', { state: 'dead' }),
    letter('late', { tries: 1, created_at: 2 }),
  ];
  expect(undeliveredLetters(letters).map(({ id }) => id)).toEqual(['late', 'dead']);
  expect([0, 1, 12].map(triesText)).toEqual(['no tries', '1 try', '12 tries']);
});
