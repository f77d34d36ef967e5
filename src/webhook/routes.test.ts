import { expect, test } from 'vitest';
import type { MockResponseData } from '../model/http-message.js';
import { Routes } from './routes.js';
import { leastCpuMs } from '../testing/timing.js';

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

const ROUTE_COUNT = 60;

test('expressions that take for ever keep nobody waiting: not even many of them', async () => {
  const routes = new Routes();
  routes.add({ path: { regex: '^/other$', flags: 'i' }, responder: 7 });
  for (let index = 0; index < ROUTE_COUNT; index += 1) {
    routes.add({ path: { regex: `^/(a+)+$|^/n${index}$`, flags: '' }, responder: index });
  }
  const took = await leastCpuMs(1000, () => {
    expect(routes.decide('GET', `/${'a'.repeat(40)}!`)).toBe('late');
  });
  expect(took).toBeLessThan(1000);
  expect(routes.decide('GET', '/aaa')).toEqual({ responder: ROUTE_COUNT - 1 });
  expect(routes.decide('GET', '/n5')).toEqual({ responder: 5 });
  expect(routes.decide('GET', '/OTHER')).toEqual({ responder: 7 });
  expect(routes.decide('GET', '/none')).toBeUndefined();
});

test('of expressions and texts the newest that fits answers, and only of its method', () => {
  const routes = new Routes();
  routes.add({ path: { regex: '^/x', flags: '' }, responder: 1 });
  routes.add({ path: { text: '/x/*' }, responder: 2 });
  routes.add({ method: 'POST', path: { regex: '^/x/1', flags: '' }, responder: 3 });
  expect(routes.decide('GET', '/x')).toEqual({ responder: 1 });
  expect(routes.decide('GET', '/x/1')).toEqual({ responder: 2 });
  expect(routes.decide('POST', '/x/1')).toEqual({ responder: 3 });
});

test('many expressions cost no memory to speak of, and there is a limit', () => {
  const routes = new Routes();
  const before = process.memoryUsage().rss;
  for (let index = 0; index < 2000; index += 1) {
    routes.add({ path: { regex: `^/a${index}$`, flags: '' }, responder: index });
  }
  expect(routes.decide('GET', '/a1')).toEqual({ responder: 1 });
  expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(60);
  expect(() => {
    routes.add({ path: { text: '/more' }, responder: 1 });
  }).toThrow('too many routes (limit 2000)');
  // Takes the place of another one.
  routes.add({ path: { regex: '^/a1$', flags: '' }, responder: 9 });
  expect(routes.decide('GET', '/a1')).toEqual({ responder: 9 });
});
