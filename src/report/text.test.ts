import { expect, test } from 'vitest';
import { noCommands, oneLine, plain } from '../story/printable.js';
import { cut, displayWidth, shownPath, wrap } from './text.js';
import { leastCpuMs } from '../testing/timing.js';

test('wraps between words; splits what is wider than a line', () => {
  expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  expect(wrap('sip:a-very-long-address@example.org', 12)).toEqual([
    'sip:a-very-l',
    'ong-address@',
    'example.org',
  ]);
  expect(wrap('a\n\nb', 20)).toEqual(['a', '', 'b']);
  expect(wrap('exactly it', 10)).toEqual(['exactly it']);
  expect(wrap('電話電話電話', 8)).toEqual(['電話電話', '電話']);
});

test('counts what is seen', () => {
  expect(displayWidth('abc')).toBe(3);
  expect(displayWidth('電話')).toBe(4);
  expect(displayWidth('e\u0301')).toBe(1);
  expect(displayWidth('✓ → …')).toBe(5);
  expect(displayWidth('⌚🎉')).toBe(4);
  expect(displayWidth('\u{17000}')).toBe(2);
  // A screen without a variation selector is a text sign, as wide as a letter.
  expect(displayWidth('\u{1f5a5}')).toBe(1);
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('電話電話', 6)).toBe('電話…');
  expect(cut('abcd', 4)).toBe('abcd');
});

test('long lines take no time', async () => {
  const took = await leastCpuMs(500, () => {
    expect(wrap('電'.repeat(60_000), 80)).toHaveLength(1500);
  });
  expect(took).toBeLessThan(500);
});

test('only printable text, on one line where asked for', () => {
  expect(plain('a\r\nb\tc\u0007')).toBe('a\nb    c\\x07');
  expect(oneLine('a\n  b')).toBe('a b');
  expect(plain('\u001b]0;title\u0007')).toBe('\\x1b]0;title\\x07');
});

test.each([
  ['a\u009b31m', 'a\\x9b31m'],
  ['a\u202eb\u2066c\u061cd\u200fe', 'a\\u202eb\\u2066c\\u061cd\\u200fe'],
  ['a\u200bb\u200dc\ufeffd\u2060e\u00adf', 'a\\u200bb\\u200dc\\ufeffd\\u2060e\\xadf'],
  ['a\u{e0041}\u{e0100}', 'a\\u{e0041}\\u{e0100}'],
  ['a\u2028b\ufffeb\u3164c\ud800d', 'a\\u2028b\\ufffeb\\u3164c\\ud800d'],
  ['grün 電話 🎉 e\u0301', 'grün 電話 🎉 e\u0301'],
])('%j is shown as %s', (text, shown) => {
  expect(plain(text)).toBe(shown);
});

test.each([
  ['::error file=x::y', '\\::error file=x::y'],
  ['a\n  \t::add-mask::x\nb', 'a\n  \t\\::add-mask::x\nb'],
  ['log: ##[error]x', 'log: #\\#[error]x'],
  ['##vso[task.setvariable]x ##TeamCity[y', '#\\#vso[task.setvariable]x #\\#TeamCity[y'],
  ['Foo::bar, ## heading, #[x]', 'Foo::bar, ## heading, #[x]'],
])('%j as lines of a log is not a command of a CI system: %j', (lines, shown) => {
  expect(noCommands(lines)).toBe(shown);
});

test('paths as people know them', () => {
  expect(shownPath('/home/me/tests/a.js', '/home/me')).toBe('tests/a.js');
  expect(shownPath('/etc/a.js', '/home/me/very/deep/down')).toBe('/etc/a.js');
  expect(shownPath('a.js', '/home/me')).toBe('a.js');
  expect(shownPath('/home/me/a.js', '')).toBe('/home/me/a.js');
});
