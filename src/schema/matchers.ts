/** THE CONTRACT, part three: the matchers of `assert`. */
import type { FunctionRow, ParamRow } from './rows.js';

/** Who has the matcher: the TypeScript type of `this` makes its use on anything else a compile error. */
const ON = {
  booleans: 'Only<T, boolean, "is for true and false">',
  texts: 'Only<T, string, "is for texts">',
  numbers: 'Only<T, number, "is for numbers">',
  contents: 'Only<T, string | object, "is for texts, arrays and objects">',
} as const;

function matcher(
  params: readonly ParamRow[],
  doc: string,
  details: { self?: string; returns?: string; example?: string } = {},
): FunctionRow {
  return {
    on: 'Assertion',
    side: 'guest',
    effect: 'none',
    params,
    returns: 'Checked<T>',
    doc,
    throws: ['E_ASSERT'],
    ...details,
  };
}

const EXPECTED: ParamRow = {
  name: 'expected',
  kind: 'any',
  type: 'Expected<T>',
  doc: 'What it must be.',
};
const VALUES: ParamRow = {
  name: 'values',
  kind: 'values',
  type: 'readonly Expected<T>[]',
  doc: 'What it may be.',
};
const BOUND: ParamRow = { name: 'bound', kind: 'number', doc: 'The bound.' };
const PRESENT = 'Checked<NonNullable<T>>';
const NUMBERS = { self: ON.numbers, returns: PRESENT };

export const MATCHERS = {
  equals: matcher([EXPECTED], 'Equal: the same value, or objects and arrays with equal contents.', {
    example: 'assert(bob.state).equals(State.Ringing);',
  }),
  not_equals: matcher([{ ...EXPECTED, doc: 'What it must not be.' }], 'Not equal.', {
    example: 'assert(alice.status_code).not_equals(486);',
  }),
  is_one_of: matcher([VALUES], 'Equal to one of several values, as `equals` compares.', {
    example: 'assert(alice.status_code).is_one_of([480, 486, 603]);',
  }),
  is_true: matcher([], 'Exactly `true`.', {
    self: ON.booleans,
    example: 'assert(alice.registered).is_true();',
  }),
  is_false: matcher([], 'Exactly `false`.', {
    self: ON.booleans,
    example: 'assert(alice.registered).is_false();',
  }),
  is_present: matcher([], 'Neither `undefined` nor `null`.', {
    returns: PRESENT,
    example: 'assert(alice.ended).is_present();',
  }),
  is_absent: matcher([], '`undefined` or `null`.', {
    example: 'assert(alice.ended).is_absent();',
  }),
  is_empty: matcher([], 'A text, array or object without content.', {
    self: ON.contents,
    example: 'assert(alice.calls).is_empty();',
  }),
  is_not_empty: matcher([], 'A text, array or object with content.', {
    self: ON.contents,
    returns: PRESENT,
    example: 'assert(bob.calls).is_not_empty();',
  }),
  contains: matcher(
    [
      {
        name: 'part',
        kind: 'any',
        type: 'Part<T>',
        doc: 'A part of the text, an element of the array, or fields of the object.',
      },
    ],
    'A text contains the part, an array contains an equal element, or an object contains equal fields.',
    {
      self: ON.contents,
      returns: PRESENT,
      example: 'assert(alice.peer).contains({ number: "600" });',
    },
  ),
  matches: matcher(
    [
      {
        name: 'pattern',
        kind: 'pattern',
        doc: 'A regular expression, or its text.',
      },
    ],
    'A text fits a regular expression.',
    { self: ON.texts, returns: PRESENT, example: 'assert(alice.reason).matches(/busy/i);' },
  ),
  greater_than: matcher([BOUND], 'A number above the bound.', {
    ...NUMBERS,
    example: 'assert(bob.calls.length).greater_than(1);',
  }),
  less_than: matcher([BOUND], 'A number below the bound.', {
    ...NUMBERS,
    example: 'assert(bob.calls.length).less_than(3);',
  }),
  at_least: matcher([BOUND], 'A number equal to the bound or above it.', {
    ...NUMBERS,
    example: 'assert(alice.status_code).at_least(400);',
  }),
  at_most: matcher([BOUND], 'A number equal to the bound or below it.', {
    ...NUMBERS,
    example: 'assert(alice.status_code).at_least(400).at_most(499);',
  }),
  between: matcher(
    [
      { name: 'low', kind: 'number', doc: 'The lowest number allowed.' },
      { name: 'high', kind: 'number', doc: 'The highest number allowed.' },
    ],
    'A number from `low` to `high`; both are allowed.',
    { ...NUMBERS, example: 'assert(alice.status_code).between(400, 499);' },
  ),
  about: matcher(
    [
      { name: 'expected', kind: 'number', doc: 'The number in the middle.' },
      {
        name: 'tolerance',
        kind: 'tolerance',
        doc: 'The allowed difference in either direction: a number, in the unit of the value, or a part of `expected`, such as "10%". A difference of exactly this size is allowed.',
      },
    ],
    'A number that differs from the expected one by no more than the tolerance.',
    {
      ...NUMBERS,
      example:
        'assert(alice.timing.talk_ms).about(5000, 250);\nassert(alice.timing.talk_ms).about(5000, "5%");',
    },
  ),
  describe: {
    ...matcher(
      [
        {
          name: 'label',
          kind: 'text',
          doc: 'What the reports call the value.',
        },
      ],
      'Labels the assertion; unlabelled ones show their own source text.',
      { returns: 'this', example: 'assert(bob.calls[0]).describe("first call").is_present();' },
    ),
    throws: ['E_ARGUMENT'],
  },
  value: {
    ...matcher([], 'The value itself, at the end of a chain.', {
      returns: 'T',
      example: 'const call = assert(bob.calls[0]).is_present().value();\nlog(call.id);',
    }),
    throws: [],
  },
} as const satisfies Record<string, FunctionRow>;

export type MatcherName = keyof typeof MATCHERS;
