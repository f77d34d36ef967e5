import { expect, test } from 'vitest';
import { hashOf, parseRoute, type Route } from './route.js';

test.each<Route>([
  { place: 'overview' },
  { place: 'list' },
  { place: 'scenario', key: 'a/b.js › "50 %" & more #1', view: 'flow' },
  { place: 'scenario', key: 'x', attempt: 2, at: 3214.3, view: 'logs' },
  { place: 'scenario', key: 'x', at: 0, view: 'flow' },
])('a route survives its address: %o', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route);
});

test('addresses of others: what is not understood is left out', () => {
  expect(parseRoute('#scenario=x&attempt=-1&t=soon&view=none')).toEqual({
    place: 'scenario',
    key: 'x',
    view: 'flow',
  });
  expect(parseRoute('#elsewhere')).toBeUndefined();
  expect(parseRoute('')).toBeUndefined();
});
