import { expect, test } from 'vitest';
import { hashOf, parseRoute, type Route } from './route.js';

test.each([
  { place: 'overview' },
  { place: 'notifications' },
  { place: 'monitor', name: 'Berlin' },
  { place: 'monitor', name: 'notifications' },
  { place: 'monitor', name: 'a/b?c#d %20 <script> ä 😀', run: '20261130-1&x' },
] satisfies Route[])('an address leads back to where it is from', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route);
});

test.each(['', '#', '#/', '#nonsense', '#/monitor/', '#/monitor/%E0%A4%A'])(
  '"%s" is the overview',
  (hash) => {
    expect(parseRoute(hash)).toEqual({ place: 'overview' });
  },
);
