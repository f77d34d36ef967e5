import { expect, test } from 'vitest';
import type { Failure, TimelineItem } from '../../model/run-event.js';
import { Timeline } from './timeline.js';

const FAILURE: Failure = { code: 'E_ASSERT', message: 'x', phase: 'body' };

function event(agent: string, at: number, http = false): TimelineItem {
  const type = http ? 'http_sent' : 'call_established';
  const request = { exchange: at, method: 'GET', url: 'x', body: '', bytes: 0, call: 'c' };
  return { kind: 'event', entry: { seq: at, at, agent, event: { type, ...request } } };
}

function shown(failure: Failure): string[] {
  return (failure.timeline ?? []).map((one) =>
    one.kind === 'event' ? `${one.entry.agent} ${one.entry.at}` : '',
  );
}

test('a flood of requests hides no agent, and the last ones are there in order', () => {
  const timeline = new Timeline();
  timeline.add(event('alice', 1));
  for (let at = 2; at < 1000; at += 1) timeline.add(event('mock:1', at, true));
  timeline.add(event('bob', 1000));
  const ofAlice = shown(timeline.attach({ ...FAILURE, agents: ['alice'] }));
  expect(ofAlice).toHaveLength(11);
  expect([ofAlice[0], ofAlice.at(-1)]).toEqual(['alice 1', 'mock:1 999']);
  expect(shown(timeline.attach(FAILURE)).at(-1)).toBe('bob 1000');
  const ofMock = shown(timeline.attach({ ...FAILURE, agents: ['mock:1'] }));
  expect(ofMock).toHaveLength(30);
  expect(ofMock[0]).toBe('mock:1 970');
});

test('what comes in teardown explains no failure of the body', () => {
  const timeline = new Timeline();
  timeline.add(event('alice', 1));
  timeline.teardownBegins();
  timeline.add(event('http', 2, true));
  expect(shown(timeline.attach(FAILURE))).toEqual(['alice 1']);
  expect(shown(timeline.attach({ ...FAILURE, phase: 'teardown' }))).toEqual(['alice 1', 'http 2']);
});

test.each<[Failure['code'], string, boolean]>([
  ['E_SCRIPT_THROWN', 'TypeError: f is not a function', false],
  ['E_SCRIPT_THROWN', "ReferenceError: 'sleep' is not defined", false],
  ['E_SCRIPT_UNAWAITED', 'promise: rejected, and nothing awaited it: TypeError: x', false],
  ['E_ARGUMENT', 'agent(): there is no option "x"', false],
  ['E_SCRIPT_THROWN', 'Error: the call did not come', true],
  ['E_SCRIPT_TIMEOUT', 'scenario: out of time', true],
])('%s, "%s": the last events explain it: %s', (code, message, explains) => {
  const timeline = new Timeline();
  timeline.add(event('alice', 1));
  const attached = timeline.attach({ code, message, phase: 'body' });
  expect(shown(attached)).toEqual(explains ? ['alice 1'] : []);
  expect(shown(timeline.attach({ ...attached, agents: ['alice'] }))).toEqual(['alice 1']);
});
