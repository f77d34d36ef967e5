import { expect, it } from 'vitest';
import { EventHistory } from './event-history.js';

it('finds the newest event of a type and call, from a number on', () => {
  const history = new EventHistory();
  expect(history.last).toBe(-1);
  history.add({ type: 'call_accepted', call: 'a' }, 4);
  history.add({ type: 'call_accepted', call: 'b' }, 5);
  history.add({ type: 'call_accepted', call: 'a' }, 9);
  expect(history.newest('call_accepted', 'a', 0)).toBe(9);
  expect(history.newest('call_accepted', 'a', 9)).toBe(9);
  expect(history.newest('call_accepted', 'a', 10)).toBeUndefined();
  expect(history.newest('call_accepted', 'c', 0)).toBeUndefined();
  expect(history.last).toBe(9);
});

it('knows an event however many others came after it', () => {
  const history = new EventHistory();
  history.add({ type: 'call_accepted', call: 'a' }, 1);
  for (let seq = 2; seq < 1000; seq += 1) history.add({ type: 'unregistered' }, seq);
  expect(history.newest('call_accepted', 'a', 1)).toBe(1);
});

it('forgets what is oldest, so that a flood of calls does not fill the memory', () => {
  const history = new EventHistory();
  for (let seq = 1; seq <= 2001; seq += 1) {
    history.add({ type: 'call_accepted', call: `call ${seq}` }, seq);
  }
  expect(history.newest('call_accepted', 'call 1', 0)).toBeUndefined();
  expect(history.newest('call_accepted', 'call 2', 0)).toBe(2);
});
