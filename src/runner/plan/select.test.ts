import { expect, test } from 'vitest';
import { OffhookError } from '../../errors.js';
import { refuseOnly, selectScenarios, type Filters, type Selectable } from './select.js';

function one(name: string, tags = '', only = false): Selectable {
  return {
    key: `a.js › ${name}`,
    file: 'a.js',
    name,
    tags: tags === '' ? [] : tags.split(' '),
    only,
  };
}

const ALL = [
  one('Alice calls bob', 'smoke call'),
  one('bob is busy', 'smoke refused'),
  one('carol (slow) answers', 'slow call'),
  one('a/b [x] what?', ''),
  one('row 10', 'rows'),
  one('row 11', 'rows slow'),
];

/** First words of the selected scenarios, and the warnings; or the error. */
async function select(
  filters: Partial<Filters>,
  all: readonly Selectable[] = ALL,
): Promise<{ selected: string; warnings?: readonly string[] }> {
  try {
    const complete = { scenario: [], tag: [], excludeTag: [], ...filters };
    const { selected, warnings } = await selectScenarios(all, complete);
    const names = selected.map(({ name }) => String(all.findIndex((each) => each.name === name)));
    return { selected: names.join(' '), ...(warnings.length === 0 ? {} : { warnings }) };
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    return { selected: `${error.code} ${error.message} | ${error.details.hint ?? ''}` };
  }
}

test.each<[Partial<Filters>, string]>([
  [{}, '0 1 2 3 4 5'],
  [{ scenario: ['BOB'] }, '0 1'],
  [{ scenario: ['(slow)'] }, '2'],
  [{ scenario: ['busy', 'row 11'] }, '1 5'],
  [{ scenario: ['*bob'] }, '0'],
  [{ scenario: ['*bob*'] }, '0 1'],
  [{ scenario: ['carol (slow)*'] }, '2'],
  [{ scenario: ['a*what?'] }, '3'],
  [{ scenario: ['what?'] }, '3'],
  [{ scenario: ['[x]'] }, '3'],
  [{ scenario: ['row 1[1-9]'] }, '5'],
  [{ scenario: ['{alice,carol}*'] }, '0 2'],
  [{ scenario: ['re:^row \\d+$'] }, '4 5'],
  [{ scenario: ['re:b(ob|usy)'] }, '0 1'],
  [{ tag: ['smoke'] }, '0 1'],
  [{ tag: ['smoke,rows'] }, '0 1 4 5'],
  [{ tag: ['smoke', ' rows '] }, '0 1 4 5'],
  [{ excludeTag: ['slow'] }, '0 1 3 4'],
  [{ excludeTag: ['slow,smoke'] }, '3 4'],
  [{ tag: ['rows', 'call'], excludeTag: ['slow'] }, '0 4'],
  [{ scenario: ['row'], tag: ['slow'] }, '5'],
])('%j selects %s', async (filters, expected) => {
  expect(await select(filters)).toEqual({ selected: expected });
});

test.each<[Partial<Filters>, string]>([
  [
    { scenario: ['bob is bsuy'] },
    'E_NO_SCENARIO --scenario "bob is bsuy": no scenario has such a name | did you mean "bob is busy"?',
  ],
  [
    { scenario: ['bsuy'] },
    'E_NO_SCENARIO --scenario "bsuy": no scenario has such a name | did you mean "bob is busy"?',
  ],
  [
    { scenario: ['busy', 'zzzzz'] },
    'E_NO_SCENARIO --scenario "zzzzz": no scenario has such a name | the names are "Alice calls bob", "bob is busy", "carol (slow) answers", "a/b [x] what?", "row 10", "row 11"',
  ],
  [
    { scenario: ['re:^zzzzzzz'] },
    'E_NO_SCENARIO --scenario "re:^zzzzzzz": no scenario has such a name | the names are "Alice calls bob", "bob is busy", "carol (slow) answers", "a/b [x] what?", "row 10", "row 11"',
  ],
  [
    { scenario: ['re:('] },
    'E_USAGE --scenario "re:(": is not a regular expression: Unterminated group | correct what follows re:',
  ],
  [{ scenario: [''] }, 'E_USAGE --scenario "": is empty | write a part of the name'],
  [
    { tag: ['smok'] },
    'E_NO_SCENARIO --tag "smok": no scenario has this tag | did you mean "smoke"?',
  ],
  [
    { tag: ['smoke,other'] },
    'E_NO_SCENARIO --tag "other": no scenario has this tag | the tags are "call", "refused", "rows", "slow", "smoke"',
  ],
  [{ tag: ['a,,b'] }, 'E_USAGE --tag "a,,b": has an empty tag | write tag,tag'],
  [{ excludeTag: [''] }, 'E_USAGE --exclude-tag "": has an empty tag | write tag,tag'],
  [
    { tag: ['smoke'], excludeTag: ['call,refused'] },
    'E_NO_SCENARIO --tag "smoke" --exclude-tag "call,refused": together exclude every scenario (of 6) | drop a filter; "offhook list" shows names and tags',
  ],
])('%j is an error', async (filters, expected) => {
  expect(await select(filters)).toEqual({ selected: expected });
});

test('files without a scenario, and scenarios without tags, are told apart', async () => {
  expect((await select({}, [])).selected).toContain('the files declare no scenario');
  expect((await select({ tag: ['x'] }, [one('a')])).selected).toContain('no scenario has a tag');
});

test('an excluded tag that no scenario has is a warning', async () => {
  expect(await select({ excludeTag: ['slwo'] })).toEqual({
    selected: '0 1 2 3 4 5',
    warnings: ['--exclude-tag "slwo": no scenario has this tag: did you mean "slow"?'],
  });
});

test('only holds for the whole run, after the filters, with a warning', async () => {
  const all = [
    one('a', 'x'),
    one('b', 'x', true),
    one('c', 'y'),
    { ...one('d', 'y', true), file: 'b.js' },
  ];
  expect(await select({}, all)).toEqual({
    selected: '1 3',
    warnings: ['"only" is set: 2 of 4 scenarios run: a.js "b", b.js "d"'],
  });
  expect((await select({ scenario: ['c'] }, all)).selected).toBe('2');
});

test('any list of scenarios and tags: exclusion wins, and the order stays', async () => {
  const tags = ['t0', 't1', 't2', 't3'];
  for (let seed = 0; seed < 200; seed++) {
    const all = Array.from({ length: 1 + (seed % 7) }, (_, index) => {
      const own = tags.filter((_tag, bit) => ((seed * 7 + index * 13) >> bit) % 2 === 1);
      return one(`n${index}`, own.join(' '));
    });
    const tag = tags[seed % 4] ?? '';
    const excluded = tags[(seed >> 2) % 4] ?? '';
    const expected = all.filter((each) => each.tags.includes(tag) && !each.tags.includes(excluded));
    const got = await selectScenarios(all, {
      scenario: [],
      tag: [tag],
      excludeTag: [excluded],
    }).catch((error: unknown) => (error as OffhookError).code);
    if (expected.length === 0) expect(got).toBe('E_NO_SCENARIO');
    else expect(got).toMatchObject({ selected: expected });
  }
});

test('tells what does not run, and why', async () => {
  const all = [one('a', 'x'), one('b', 'x', true), one('c', 'y'), one('d', 'x')];
  const filters = { scenario: [], tag: ['x'], excludeTag: [] };
  const { leftOut } = await selectScenarios(all, filters);
  expect(leftOut.map(({ scenario, why, reason }) => [scenario.name, why, reason])).toEqual([
    ['c', 'filter', 'left out by --tag "x"'],
    ['a', 'only', 'left out: "only" is set on another scenario'],
    ['d', 'only', 'left out: "only" is set on another scenario'],
  ]);
});

test('only, where it is forbidden', () => {
  const all = [one('a'), one('b', '', true), one('c', '', true)];
  const forbid = (name: string) => () => {
    refuseOnly(all, (each) => (each.name === name ? '--forbid-only' : undefined));
  };
  expect(forbid('a')).not.toThrow();
  expect(forbid('c')).toThrow('"only" is set, which --forbid-only forbids');
  expect(forbid('c')).toThrow('a.js "c"');
});
