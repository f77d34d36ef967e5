import { expect, test } from 'vitest';
import type { MockResponseData } from '../model/http-message.js';
import { Routes } from './routes.js';

const answer = (status: number): MockResponseData => ({
  status,
  headers: {},
  delay_ms: 0,
  drop: false,
});

test('the newest that fits, and the last answer again and again', () => {
  const routes = new Routes();
  routes.add({ path: { text: '/**' }, responses: [answer(200), answer(201)] });
  routes.add({ method: 'POST', path: { text: '/a' }, responder: 7 });
  const statuses = [1, 2, 3].map(() => routes.decide('GET', '/a'));
  expect(statuses).toEqual([200, 201, 201].map((status) => ({ response: answer(status) })));
  expect(routes.decide('POST', '/a')).toEqual({ responder: 7 });
  routes.add({ path: { text: '/**' }, responses: [answer(204)] });
  expect(routes.decide('POST', '/a')).toEqual({ response: answer(204) });
  expect(routes.decide('PUT', '/a')).toEqual({ response: answer(204) });
});

test('an expression that takes for ever fits nothing, and keeps nobody waiting', () => {
  const routes = new Routes();
  routes.add({ path: { regex: '^/(a+)+$', flags: '' }, responder: 1 });
  const began = performance.now();
  expect(routes.decide('GET', `/${'a'.repeat(40)}!`)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(1000);
  expect(routes.decide('GET', '/aaa')).toEqual({ responder: 1 });
});
