import { expect, test } from 'vitest';
import { Chance } from './chance.js';

const ITEMS = Array.from({ length: 20 }, (_, at) => at);

test('the same seed gives the same order in a round, another one elsewhere', () => {
  const order = new Chance(7).shuffle(ITEMS, 1);
  expect(new Chance(7).shuffle(ITEMS, 1)).toEqual(order);
  expect(new Chance(7).shuffle(ITEMS, 2)).not.toEqual(order);
  expect(new Chance(8).shuffle(ITEMS, 1)).not.toEqual(order);
  expect([...order].sort((a, b) => a - b)).toEqual(ITEMS);
});

test('half of the verbs wait, none for longer than 30 ms', () => {
  const chance = new Chance(7);
  const pauses = Array.from({ length: 1000 }, (_, call) => chance.pauseMs('a', call));
  const none = pauses.filter((ms) => ms === 0).length;
  expect(none).toBeGreaterThan(400);
  expect(none).toBeLessThan(600);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(30);
  expect(Math.max(...pauses)).toBeGreaterThan(25);
  expect(chance.pauseMs('a', 3)).toBe(pauses[3]);
});
