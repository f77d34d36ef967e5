import { expect, test } from 'vitest';
import { refusedCall } from '../testing/samples/sample-failure.js';
import { SampleRun, sipMessage, twoPartyCall } from '../testing/samples/sample-run.js';
import type { Row, Story } from './story.js';
import { tellStory } from './tell.js';

const told = (run: SampleRun): Story => tellStory(run.events);
const kinds = ({ rows }: Story, kind: Row['kind']): Row[] =>
  rows.filter((row) => row.kind === kind);

test('who took part, what the script did, and what happened, in order', () => {
  const story = told(twoPartyCall(new SampleRun().begin(1)));
  expect(story.lanes).toEqual([
    { kind: 'agent', name: 'alice', address: '127.0.0.1:10000' },
    { kind: 'agent', name: 'bob', address: '127.0.0.1:10010' },
  ]);
  expect(story.calls).toEqual([{ id: 'f3a9c27d81b24e06', mark: 'f3a9c2' }]);
  expect(story).toMatchObject({ verdict: 'passed', failures: [] });
  const ats = story.rows.map(({ at }) => at);
  expect(ats).toEqual([...ats].sort((a, b) => a - b));
  expect(kinds(story, 'verb')[3]).toMatchObject({
    text: 'alice.dial(bob)',
    lane: 0,
    until: expect.any(Number) as number,
    location: { line: 14 },
  });
  expect(kinds(story, 'wait')).toMatchObject([
    { what: 'alice.registered is true', ok: true },
    { what: 'bob.state equals State.Ringing', ok: true },
    { what: 'alice.state equals State.Established', ok: true },
  ]);
  expect(kinds(story, 'step')).toMatchObject([{ text: 'hang up', ok: true, depth: 0 }]);
});

test('a message that both saw is one row; the same one again is no other', () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'x').started('alice', 10000);
  run.started('bob', 10010);
  run.sip('alice', sipMessage()).after(500).sip('alice', sipMessage());
  run.sip('bob', sipMessage({ direction: 'received', local: '127.0.0.1:10010' }));
  const [first, ...others] = kinds(told(run), 'message');
  expect(others).toEqual([]);
  expect(first).toMatchObject({ from: 0, to: 1, label: 'INVITE', call: 0, unseen: false });
  expect(first).toHaveProperty('repeats.length', 1);
});

test('a failure stands where the wait ended in vain', () => {
  const story = told(refusedCall(new SampleRun().begin(1)));
  const index = story.rows.findIndex(({ kind }) => kind === 'failure');
  expect(story.rows[index]).toMatchObject({ failure: 0 });
  const wait = kinds(story, 'wait')[0];
  expect(wait).toMatchObject({ ok: false, until: story.rows[index]?.at });
});

test('a mock server is a lane of its own, not an agent for having verbs', () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'x').started('alice', 10000);
  run.verb('mock:8080', 'on', 'POST /hook');
  run.agent('mock:8080', {
    type: 'http_received',
    exchange: 1,
    method: 'POST',
    path: '/hook',
    query: '',
    body: '',
    bytes: 0,
  });
  const story = told(run);
  expect(story.lanes.map(({ kind, name }) => [kind, name])).toEqual([
    ['agent', 'alice'],
    ['http', 'mock:8080'],
  ]);
  expect(kinds(story, 'verb').at(-1)).toMatchObject({ lane: 1 });
});
