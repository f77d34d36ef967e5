import { describe, expect, it } from 'vitest';
import { noMatcherError } from './no-matcher.js';

describe('an assert() without a matcher', () => {
  it.each([
    ['a.state === State.Idle', '', 'boolean', 'assert(a.state).equals(State.Idle)'],
    ['code !== 486', '.describe("c")', 'boolean', 'assert(code).describe("c").not_equals(486)'],
    ['calls.length >= 2', '', 'boolean', 'assert(calls.length).at_least(2)'],
    ['a > 1 && b > 2', '', 'boolean', 'assert(a > 1 && b > 2).is_true()'],
    ['(x) => x > 2', '', 'function', 'assert((x) => x > 2).is_present()'],
    ['a.registered', '', 'boolean', 'assert(a.registered).is_true()'],
    ['a.state', '', 'string', 'assert(a.state).equals(expected)'],
    ['a.ended', '.value()', 'object', 'assert(a.ended).is_present()'],
    ['a.registered', '.is_false', 'boolean', 'assert(a.registered).is_false()'],
    ['n', '.describe("n").at_most', 'number', 'assert(n).describe("n").at_most(bound)'],
    [undefined, undefined, 'boolean', 'assert(...).is_true()'],
  ])('assert(%s)%s of a %s', (argument, chain, type, line) => {
    const error = noMatcherError({ argument, chain, type });
    expect(error.code).toBe('E_ASSERT_NO_MATCHER');
    expect(error.hint).toBe(`write ${line}`);
    expect(error.message).toContain('no matcher follows: it tested nothing');
  });
});
