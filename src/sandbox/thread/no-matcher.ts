/** An `assert()` that no matcher followed, as an error that says which line to write instead. */
import { type ErrorData, said } from '../../errors.js';
import { MATCHERS } from '../../schema/matchers.js';

interface Call {
  /** Source text of assert()'s argument: "alice.state". */
  argument?: string | undefined;
  /** Source text that follows the call: ".describe("x")", ".is_true", or nothing. */
  chain?: string | undefined;
  /** `typeof` of the value. */
  type: string;
}

/** The matcher to write instead of each comparison operator. */
const COMPARISONS: Readonly<Record<string, string>> = {
  '===': 'equals',
  '==': 'equals',
  '!==': 'not_equals',
  '!=': 'not_equals',
  '>': 'greater_than',
  '<': 'less_than',
  '>=': 'at_least',
  '<=': 'at_most',
};

export function noMatcherError({ argument, chain = '', type }: Call): ErrorData {
  const text = argument ?? '...';
  return {
    code: 'E_ASSERT_NO_MATCHER',
    ...said({
      subject: `assert(${text})${chain}`,
      what: 'no matcher follows',
      seen: 'it tested nothing',
    }),
    hint: `write ${lineToWrite(text, chain, type)}`,
  };
}

function lineToWrite(text: string, chain: string, type: string): string {
  const unCalled = /\.(\w+)$/.exec(chain)?.[1];
  if (unCalled !== undefined && Object.hasOwn(MATCHERS, unCalled)) {
    const { params } = MATCHERS[unCalled as keyof typeof MATCHERS];
    return `assert(${text})${chain}(${params.map(({ name }) => name).join(', ')})`;
  }
  const labels = chain.replaceAll(/\.value\(\)/g, '');
  const [left, operator, right] = comparisonOf(text);
  if (operator !== undefined) return `assert(${left})${labels}.${operator}(${right})`;
  if (type === 'boolean') return `assert(${text})${labels}.is_true()`;
  const isPlain = type === 'string' || type === 'number';
  return `assert(${text})${labels}.${isPlain ? 'equals(expected)' : 'is_present()'}`;
}

/** Both sides and the matcher of a text that is one comparison; nothing for any other. */
function comparisonOf(text: string): [left?: string, matcher?: string, right?: string] {
  const parts = text.split(/ (===|!==|==|!=|>=|<=|>|<) /);
  const [left = '', operator = '', right = ''] = parts;
  const isOne = parts.length === 3 && !/&&|\|\||\?|=>|\.\.\.$/.test(text);
  return isOne ? [left, COMPARISONS[operator] ?? '', right] : [];
}
