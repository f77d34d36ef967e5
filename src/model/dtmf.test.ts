import { describe, expect, test } from 'vitest';
import { dtmfDigit, dtmfEvent, dtmfProblem, infoDigit } from './dtmf.js';

describe('digits of a script', () => {
  test.each(['1', '0123456789*#ABCD', '7'.repeat(64)])('%s', (digits) => {
    expect(dtmfProblem(digits)).toBeUndefined();
  });

  test.each([
    ['', 'holds no digit'],
    ['12 3', 'holds " ", which is not a DTMF digit: digits are 0-9, *, #, A-D'],
    ['1\r\n', 'holds "\\r", which is not a DTMF digit: digits are 0-9, *, #, A-D'],
    ['E', 'holds "E", which is not a DTMF digit: digits are 0-9, *, #, A-D'],
    ['1\u{1f4de}', 'holds "\u{1f4de}", which is not a DTMF digit: digits are 0-9, *, #, A-D'],
    ['1a', 'holds "a", which is not a DTMF digit: write A'],
    ['7'.repeat(65), 'holds 65 digits: at most 64 at a time'],
  ])('%j', (digits, problem) => {
    expect(dtmfProblem(digits)).toBe(problem);
  });
});

test('event numbers are those of RFC 4733', () => {
  const table = { '0': 0, '9': 9, '*': 10, '#': 11, A: 12, D: 15 };
  for (const [digit, event] of Object.entries(table)) {
    expect(dtmfEvent(digit)).toBe(event);
    expect(dtmfDigit(event)).toBe(digit);
  }
  expect(dtmfEvent('d')).toBe(15);
  for (const none of ['', 'E', '12', '0123']) expect(dtmfEvent(none)).toBeUndefined();
  for (const none of [-1, 16, 1.5, Number.NaN]) expect(dtmfDigit(none)).toBeUndefined();
});

describe('INFO', () => {
  test.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5'],
    ['application/dtmf-relay', 'Signal= #\r\nDuration= 250', '#'],
    ['Application/DTMF-Relay; charset=utf-8', 'Duration=100\nsignal = d', 'D'],
    ['application/dtmf-relay', 'Signal=10\r\nDuration=160', '*'],
    ['application/dtmf-relay', 'Signal= *\r\nDuration=250\r\n', '*'],
    ['application/dtmf-relay', 'Signal=\t0 \r\nDuration=250\r\n', '0'],
    ['application/dtmf', '5', '5'],
    ['application/dtmf', '11\r\n', '#'],
    ['application/dtmf', ' a ', 'A'],
  ])('%s %j', (type, body, digit) => {
    expect(infoDigit(type, body)).toBe(digit);
  });

  test.each([
    ['application/dtmf-relay', 'Duration=160\r\n'],
    ['application/dtmf-relay', 'Signal=\r\n5'],
    ['application/dtmf-relay', 'Signal=16'],
    ['application/dtmf-relay', 'Signal=hf\r\nDuration=100'],
    ['application/dtmf-relay', 'Signal=dtmf\r\nDuration=100'],
    ['application/dtmf-relay', 'Signal=1flash\r\nDuration=100'],
    ['application/hook-flash', '1'],
    ['application/broadsoft', 'event flashhook'],
    ['application/dtmf-relay', 'NoSignal=5'],
    ['application/dtmf-relay', ''],
    ['application/dtmf', 'hello'],
    ['application/dtmf', ''],
    ['application/media_control+xml', 'Signal=5'],
    ['', '5'],
  ])('no digit: %s %j', (type, body) => {
    expect(infoDigit(type, body)).toBeUndefined();
  });
});
