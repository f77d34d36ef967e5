import { describe, expect, it } from 'vitest';
import { argumentText } from './source-text.js';

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

  it('cuts long text', () => {
    expect(argument(`assert(${'x'.repeat(200)})`)).toHaveLength(80);
  });

  it.each(['', 'assert()', 'assert(', 'my_assert(1)', 'x.assert(1)', 'assert("'])(
    'finds nothing in %j',
    (source) => {
      expect(argument(source)).toBeUndefined();
    },
  );
});
