import { expect, test } from 'vitest';
import { byKey, byList, bySlowness, listLine } from './choices.js';
import type { Selectable } from './select.js';

const one = (name: string, tags: readonly string[] = [], skip?: string): Selectable => ({
  ...{ key: `a.js › ${name}`, file: 'a.js', name, tags, only: false },
  ...(skip === undefined ? {} : { skip }),
});
const ALL = [one('busy'), one('gone #2', ['smoke', 'slow']), one('later', ['smoke'], 'no PBX')];
const chosen = (text: string): string[] =>
  [...byList('--test-list l', text, (line) => line).choose(ALL, ALL)].map(({ name }) => name);

test('every line that `offhook list` prints is taken back, in any order, with or without tags', () => {
  for (const scenario of ALL) expect(chosen(listLine(scenario))).toEqual([scenario.name]);
  expect(chosen('a.js › later #smoke\n\n# a comment\r\n  a.js › gone #2  \n')).toEqual([
    'later',
    'gone #2',
  ]);
});

test.each([
  ['', '--test-list l: names no scenario'],
  [
    'a.js › busy\na.js › bsy',
    '--test-list l: line 2: there is no scenario "a.js › bsy" in the given files',
  ],
])('%j is an error', (text, message) => {
  expect(() => chosen(text)).toThrow(message);
});

test('by key: an error says what it means that none is left', () => {
  const flaky = byKey('--last flaky', new Set(['a.js › busy']), '');
  expect([...flaky.choose(ALL, ALL)]).toEqual([ALL[0]]);
  expect(() => byKey('--last flaky', new Set(['b']), 'none was flaky').choose(ALL, ALL)).toThrow(
    '--last flaky: none was flaky',
  );
});

test('the slowest are those of the scenarios that fit, however slow others were', () => {
  const took = new Map([
    ['elsewhere.js › slow', 9000],
    ['a.js › busy', 10],
    ['a.js › gone #2', 30],
    ['a.js › later', 20],
  ]);
  const slowest = bySlowness('--last slow', 2, (key) => took.get(key));
  const names = (fitting: readonly Selectable[]): string[] =>
    [...slowest.choose(ALL, fitting)].map(({ name }) => name);
  expect(names(ALL)).toEqual(['gone #2', 'later']);
  expect(names([...ALL.slice(0, 1), ...ALL.slice(2), one('new')])).toEqual(['later', 'busy']);
  expect(names([])).toEqual([]);
  expect(() => names([one('new')])).toThrow('--last slow: none of the scenarios has run before');
});
