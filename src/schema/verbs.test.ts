import { describe, expect, test } from 'vitest';
import { functionsOf } from './contract.js';
import { GLOBALS } from './functions.js';
import type { FunctionRow, VerbRow } from './rows.js';
import { AGENT_METHODS, AGENT_VERBS } from './verbs.js';

const verbs = Object.entries<VerbRow>(AGENT_VERBS);
const all = [...functionsOf('global'), ...functionsOf('Agent')];
/** Options that say among others how long. */
const hasWithin = (kind: string): boolean => kind === 'expect_options';
const hasDefaultTimeout = (row: FunctionRow): boolean =>
  row.params.some(
    (param) => param.default === '5s, or what default_timeout set' || hasWithin(param.kind),
  );

describe.each(verbs)('%s', (_name, row) => {
  test('says who calls its target, if it has one', () => {
    const at = row.params.findIndex(({ kind }) => kind === 'target');
    // the guest looks for a target that is called among the arguments, by its place
    if (row.caller === 'nobody') expect(at).toBeGreaterThanOrEqual(0);
    else expect(at).toBe(row.caller === undefined ? -1 : 0);
  });

  test('shows what it has done: a verb that only waits moves the cursor to its end', () => {
    expect(row.cursor).toBe(row.effect === 'block' ? 'end' : 'issued');
  });

  test('has its call as last argument', () => {
    const at = row.params.findIndex(({ kind }) => kind === 'call');
    expect([-1, row.params.length - 1]).toContain(at);
  });

  test('has a limit, unless its arguments decide', () => {
    expect(row.limit === undefined).toBe(row.params.some(({ kind }) => kind === 'recording'));
  });
});

test.each(all)('$name: its limit is the default timeout where its row says so', ({ row }) => {
  // the sequence and the wait share a row of a parameter that names the default
  expect(row.default_timeout === true).toBe(hasDefaultTimeout(row));
});

test('functions that wait say how long by their only duration', () => {
  const waits = [
    ...Object.entries<FunctionRow>(GLOBALS),
    ...Object.entries<FunctionRow>(AGENT_METHODS),
  ]
    .filter(([, { side, effect }]) => side === 'guest' && effect === 'block')
    .map(([name, { params }]) => [
      name,
      params.filter(({ kind }) => kind === 'duration' || hasWithin(kind)).length,
    ]);
  expect(waits.length).toBeGreaterThan(4);
  expect(waits.filter(([, durations]) => durations !== 1)).toEqual([]);
});

test('arguments that hold secrets are those of accounts and of HTTP requests', () => {
  const secretive = all.filter(({ row }) => row.secrets !== undefined);
  expect(secretive.map(({ name, row }) => [name, row.secrets])).toEqual([
    ['agent', 'account'],
    ['peer', 'account'],
    ['http', 'requests'],
    ['http_all', 'requests'],
  ]);
});
