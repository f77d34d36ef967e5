import { expect, test } from 'vitest';
import { secretsOfLines, variablesOfLines } from './lines.js';

const LINES = {
  default: { domain: '${DOMAIN}', password: 'written-out' },
  sales: { username: 'a', password: '${SALES}', headers: { 'X-Token': '${TOKEN}' } },
  both: { password: '${A}-${B}', dial: 'sip:{number}@${DOMAIN}' },
  unset: { password: '${UNSET}' },
  odd: { password: 7 },
};

test('the variables that lines name', () => {
  expect([...new Set(variablesOfLines(LINES))]).toEqual([
    ...['DOMAIN', 'SALES', 'TOKEN', 'A', 'B', 'UNSET'],
  ]);
});

test('the passwords that must not be shown: of variables what they hold, and nothing where one is not set', () => {
  const variables = { SALES: 'hunter22', A: 'x1', B: 'y2', DOMAIN: 'pbx' };
  expect(secretsOfLines(LINES, variables)).toEqual(['written-out', 'hunter22', 'x1-y2']);
  expect(secretsOfLines(LINES, {})).toEqual(['written-out']);
});
