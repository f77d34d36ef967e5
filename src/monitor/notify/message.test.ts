import { expect, test } from 'vitest';
import { clean, headline, shorten, subjectOf, textOf, whenOf, wordOf } from './message.js';
import type { ToldRun } from './message.js';

const told: ToldRun = {
  kind: 'transition',
  monitor: 'berlin',
  from: 'ok',
  to: 'failed',
  at: Date.parse('2026-03-01T12:00:00Z'),
  note: '486 Busy Here',
  run: 'r1',
  run_url: 'https://m.example/runs/r1',
  labels: {},
  info: 'Trunk 1',
};

const CLEAN: readonly [string, string][] = [
  ['plain', 'plain'],
  ['two\r\nlines\tand tab', 'two lines and tab'],
  ['Subject: x\r\nBcc: a@b', 'Subject: x Bcc: a@b'],
  ['\u001b[31mred\u0000', '[31mred'],
  // text that shows itself as something else
  ['abc\u202Egnp.exe\u2066x', 'abcgnp.exex'],
  ['a\u2028b\u2029c', 'a b c'],
  ['zero\u200Bwidth\uFEFF', 'zerowidth'],
  ['half \uD83D', 'half'],
  ['Gr\u00FC\u00DFe \u{1F4DE}', 'Gr\u00FC\u00DFe \u{1F4DE}'],
];
test.each(CLEAN)('clean(%j)', (text, expected) => {
  expect(clean(text, 100)).toBe(expected);
});

test('a long text is cut, and no character in half', () => {
  expect(shorten('abcdef', 4)).toBe('abc…');
  expect(shorten('abcd', 4)).toBe('abcd');
  expect(shorten('ab\u{1F4DE}cd', 4)).toBe('ab…');
  expect(clean('x'.repeat(1_000_000), 10)).toBe('xxxxxxxxx…');
});

const WORDS: readonly [ToldRun['kind'], ToldRun['to'], string][] = [
  ['transition', 'ok', 'RECOVERED'],
  ['transition', 'degraded', 'DEGRADED'],
  ['transition', 'failing', 'FAILING'],
  ['transition', 'failed', 'FAILED'],
  ['transition', 'unknown', 'UNKNOWN'],
  ['reminder', 'failed', 'STILL FAILED'],
  ['test', 'ok', 'TEST'],
];
test.each(WORDS)('%s to %s is %s', (kind, to, word) => {
  expect(wordOf({ kind, to })).toBe(word);
});

test('words', () => {
  expect(headline(told)).toBe('FAILED: berlin');
  expect(whenOf(told)).toBe('was ok until 2026-03-01 12:00:00 UTC');
  expect(whenOf({ ...told, kind: 'reminder' })).toBe('since 2026-03-01 12:00:00 UTC');
  const message = { delivery: 'd', sent_at: 0, told: [told] };
  expect(subjectOf(message)).toBe('FAILED: berlin');
  expect(textOf(message)).toBe(
    [
      'FAILED: berlin',
      '486 Busy Here',
      'was ok until 2026-03-01 12:00:00 UTC',
      'Trunk 1',
      'https://m.example/runs/r1',
    ].join('\n'),
  );
  const three = { ...message, told: [told, told, { ...told, to: 'ok' as const }] };
  expect(subjectOf(three)).toBe('3 changes: 2 failed, 1 recovered');
});
