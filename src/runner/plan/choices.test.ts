import { expect, test } from 'vitest';
import { byKey, byList, listLine } from './choices.js';
import type { Selectable } from './select.js';

const one = (name: string, tags: readonly string[] = [], skip?: string): Selectable => ({
  ...{ key: `a.js › ${name}`, file: 'a.js', name, tags, only: false },
  ...(skip === undefined ? {} : { skip }),
});
const ALL = [one('busy'), one('gone #2', ['smoke', 'slow']), one('later', ['smoke'], 'no PBX')];
const chosen = (text: string): string[] =>
  [...byList('--test-list l', text, (line) => line).choose(ALL)].map(({ name }) => name);

test('every line that `offhook list` prints is taken back, in any order, with or without tags', () => {
  for (const scenario of ALL) expect(chosen(listLine(scenario))).toEqual([scenario.name]);
  expect(chosen('a.js › later #smoke\n\n# a comment\r\n  a.js › gone #2  \n')).toEqual([
    'later',
    'gone #2',
  ]);
});

test.each([
  ['', '--test-list l: names no scenario'],
  ['a.js › busy\na.js › bsy', '--test-list l: line 2: no scenario "a.js › bsy" is among those'],
])('%j is an error', (text, message) => {
  expect(() => chosen(text)).toThrow(message);
});

test('by key: an error says what it means that none is left', () => {
  expect([...byKey('--last flaky', new Set(['a.js › busy']), '').choose(ALL)]).toEqual([ALL[0]]);
  expect(() => byKey('--last flaky', new Set(['b']), 'none was flaky').choose(ALL)).toThrow(
    '--last flaky: none was flaky',
  );
});
