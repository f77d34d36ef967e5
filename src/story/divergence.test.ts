import { expect, test } from 'vitest';
import { divergence, latest, type Mark } from './divergence.js';

const marks = (...texts: string[]): Mark[] =>
  texts.map((text, at) => {
    const [agent = '', ...rest] = text.split(' ');
    return { agent, text: rest.join(' '), at: at * 10 };
  });

test('the first difference of an agent, whatever others do in between', () => {
  const passed = marks('a dials', 'b rings', 'a ringing (180)', 'b up', 'a up');
  const failed = marks('b rings', 'a dials', 'a ringing (183)', 'b up');
  expect(divergence(passed, failed)).toEqual({ agent: 'a', passed: 2, failed: 2 });
});

test('an event that is missing at the end', () => {
  const passed = marks('a dials', 'a up');
  expect(divergence(passed, marks('a dials'))).toEqual({ agent: 'a', passed: 1, failed: 1 });
});

test('ports, tags and times are no difference; the largest one in time is told', () => {
  const passed = marks('a started as sip:a@127.0.0.1:14288', 'a took 1.2 s');
  const failed = marks('a started as sip:a@127.0.0.1:9000', 'a took 0.9 s');
  expect(divergence(passed, failed)).toBeUndefined();
  const [, second] = failed;
  if (second !== undefined) second.at = 500;
  expect(latest(passed, failed)).toEqual({ mark: passed[1], otherAt: 500 });
});
