import { expect, it, test } from 'vitest';
import { choiceParameter, integerParameter, LATEST, textParameter } from './query.js';

const BOUNDS = { least: 1, most: 500, otherwise: 50 };

it('takes what is absent as it is to be', () => {
  expect(textParameter({}, 'target')).toBeUndefined();
  expect(integerParameter({}, 'limit', BOUNDS)).toBe(50);
  expect(choiceParameter({}, 'size', ['hour', 'day'])).toBe('hour');
  expect(textParameter({}, 'constructor')).toBeUndefined();
});

it('takes what is within bounds', () => {
  expect(integerParameter({ limit: '1' }, 'limit', BOUNDS)).toBe(1);
  expect(integerParameter({ limit: '500' }, 'limit', BOUNDS)).toBe(500);
  expect(choiceParameter({ size: 'day' }, 'size', ['hour', 'day'])).toBe('day');
});

test.each(['0', '501', '', '1.5', '1e2', ' 1', '0x10', '-1', 'NaN', 'Infinity', '9'.repeat(400)])(
  'is no number of runs: "%s"',
  (limit) => {
    expect(() => integerParameter({ limit }, 'limit', BOUNDS)).toThrow(
      'the parameter "limit" is not a whole number from 1 to 500',
    );
  },
);

it('says what else is wrong', () => {
  expect(() => textParameter({ target: ['a', 'b'] }, 'target')).toThrow('more than once');
  expect(() => choiceParameter({ size: 'week' }, 'size', ['hour', 'day'])).toThrow(
    'the parameter "size" is not "hour" or "day"',
  );
  const time = { least: 0, most: LATEST, otherwise: 0 };
  expect(() => integerParameter({ to: '8640000000000001' }, 'to', time)).toThrow(
    '8640000000000000',
  );
});
