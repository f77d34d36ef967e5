import { expect, it, test } from 'vitest';
import { readLine, written } from './shell-line.js';

const BREAKS = ' \t\n"\'><=;|&(:@';

it.each([
  ['offhook run ', ['offhook', 'run'], '', '', ''],
  ['offhook  ru', ['offhook'], 'ru', '', ''],
  ['o --scenario=bob\\ i', ['o'], '--scenario=bob i', '--scenario=', ''],
  ['o a\\=b', ['o'], 'a=b', '', ''],
  ['o --tag "a b', ['o', '--tag'], 'a b', '', '"'],
  [`o x="it's \\$1 \\n`, ['o'], `x=it's $1 \\n`, 'x=', '"'],
  ["o x'a=b' 'c\\", ['o', 'xa=b'], 'c\\', '', "'"],
  ["o 'a:b'c", ['o'], 'a:bc', '', ''],
  ["o ''", ['o'], '', '', ''],
] as const)('%j', (text, before, current, kept, open) => {
  expect(readLine(text, BREAKS)).toEqual({ before, current, kept, open });
});

test('what is written is read as it was, whichever quote is open', () => {
  const text = `it's "$(x)" \`y\` \\ !! ~ * ? [a] {b} ; & | < > # = : größe ✓ 😀`;
  for (const open of ['', "'", '"'] as const) {
    const line = `o ${open}${written(text, open)}${open} `;
    expect(readLine(line, BREAKS).before, open).toEqual(['o', text]);
  }
  // a bare "!" would be history
  expect(written('a!b', '"')).toBe(`a"'!'"b`);
});
