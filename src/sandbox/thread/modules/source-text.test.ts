import { describe, expect, it, test } from 'vitest';
import { argumentText, chainText } from './source-text.js';

function argument(source: string, callee = 'assert'): string | undefined {
  return argumentText(source, source.length - 1, callee);
}

describe('argumentText', () => {
  it.each([
    ['assert(bob.state).equals(1)', 'bob.state'],
    ['assert( f(1, [2, 3]), 4).is_true()', 'f(1, [2, 3])'],
    ['assert(")").equals(1)', '")"'],
    ['assert(`a ${f(")")} b`).equals(1)', '`a ${f(")")} b`'],
    ['assert(/[)]\\//.test(x)).is_true()', '/[)]\\//.test(x)'],
    ['assert(a / b / c).equals(1)', 'a / b / c'],
    ['assert(x /* ) */ + 1).equals(1)', 'x /* ) */ + 1'],
    ['assert({ a: (1) }.a).equals(1)', '{ a: (1) }.a'],
    ['assert(1).equals(1); assert(2).equals(2)', '2'],
    ['assert(\n  bob\n    .state,\n)', 'bob .state'],
  ])('%s', (source, expected) => {
    expect(argument(source)).toBe(expected);
  });

  it('shows a condition without its arrow', () => {
    expect(argument('await_until(() => bob.state === "Idle", "2s")', 'await_until')).toBe(
      'bob.state === "Idle"',
    );
  });

  it.each([
    [0, '() => a.b(1, 2)', 'a.b(1, 2)'],
    [1, '// no, not this\n  () => [1, 2]', '// no, not this () => [1, 2]'],
    [2, 'third', 'third'],
    [3, '', undefined],
  ])('finds element %i of an array', (element, _, expected) => {
    const source =
      'await_sequence([() => a.b(1, 2), // no, not this\n  () => [1, 2], third], "2s")';
    expect(argumentText(source, source.length - 1, 'await_sequence', element)).toBe(expected);
  });

  it('finds no element where no array is written', () => {
    expect(argumentText('await_sequence(all[0])', 5, 'await_sequence', 0)).toBeUndefined();
  });

  it('cuts long text', () => {
    expect(argument(`assert(${'x'.repeat(200)})`)).toHaveLength(200);
    expect(argument(`assert(${'x'.repeat(400)})`)).toHaveLength(300);
  });

  it.each(['', 'assert()', 'assert(', 'my_assert(1)', 'x.assert(1)', 'assert("'])(
    'finds nothing in %j',
    (source) => {
      expect(argument(source)).toBeUndefined();
    },
  );
});

test.each([
  ['assert(a).describe("x").value()', '.describe("x").value()'],
  ['assert(a).between(1, f(2, 3)).is_true', '.between(1, f(2, 3)).is_true'],
  ['assert(a).between(1', '.between'],
])('the text behind a call: %s', (source, chain) => {
  expect(chainText(source, 'assert('.length, 'assert')).toBe(chain);
});
