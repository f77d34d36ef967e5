import { expect, test } from 'vitest';
import { SampleRun, sipMessage } from '../testing/samples/sample-run.js';
import { compareStories, counterpart } from './compare.js';
import { compareMessages } from './message-difference.js';
import type { MessageRow, Story } from './story.js';
import { tellStory } from './tell.js';

const SDP = 'v=0\r\nm=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n';

test('messages: parts by what they are; what differs anyway is told apart', () => {
  const left = sipMessage({
    branch: 'z9hG4bKaaa',
    headers: [
      ['Via', 'SIP/2.0/UDP 127.0.0.1:10000;branch=z9hG4bKaaa'],
      ['Call-ID', 'one'],
      ['Supported', 'timer'],
      ['X-Only', 'left'],
    ],
    body: SDP,
  });
  const right = sipMessage({
    headers: [
      ['v', 'SIP/2.0/UDP 127.0.0.1:20000;branch=z9hG4bKbbb'],
      ['Call-ID', 'two'],
      ['Require', '100rel'],
      ['Supported', 'replaces'],
    ],
    body: SDP.replace('sendrecv', 'sendonly').replace('4000', '5000') + 'a=ptime:20\r\n',
  });
  const rows = compareMessages(left, right);
  expect(rows.filter(({ kind, usual }) => kind !== 'same' && usual !== true)).toEqual([
    { part: 'header', kind: 'only_right', right: 'Require: 100rel' },
    { part: 'header', kind: 'changed', left: 'Supported: timer', right: 'Supported: replaces' },
    { part: 'header', kind: 'only_left', left: 'X-Only: left' },
    { part: 'body', kind: 'changed', left: 'a=sendrecv', right: 'a=sendonly' },
    { part: 'body', kind: 'only_right', right: 'a=ptime:20' },
  ]);
  const usual = rows.filter((row) => row.usual === true).map((row) => row.left?.slice(0, 8));
  expect(usual).toEqual(['Via: SIP', 'Call-ID:', 'm=audio ']);
});

function attempt(answer: readonly [number, string], late = 0): Story {
  const run = new SampleRun().begin(1).scenario('a.js', 'x').started('alice', 10000);
  run.sip('alice', sipMessage({ call_id: `call-${late}` })).after(20 + late);
  const back = { direction: 'received', call_id: `call-${late}` } as const;
  run.sip('alice', sipMessage({ ...back, code: 100, reason: 'Trying' })).after(10);
  run.sip('alice', sipMessage({ ...back, code: answer[0], reason: answer[1] }));
  return tellStory(run.finish('passed').events);
}

const messages = ({ rows }: Story): MessageRow[] => rows.filter((row) => row.kind === 'message');

test('attempts: what the script did is compared, too, but not what came of it', () => {
  const story = (ms: number, ok: boolean): Story => {
    const run = new SampleRun().begin(1).scenario('a.js', 'x').started('alice', 10000);
    run.awaited(`${ms} ms`, ms, { ok, by: 'wait' });
    return tellStory(run.finish('passed').events);
  };
  const [slow, quick] = [story(800, true), story(300, true)];
  const { first } = compareStories(slow, quick);
  expect(first).not.toHaveProperty('agent');
  expect(slow.rows[first?.left ?? -1]).toMatchObject({ kind: 'wait', what: '800 ms' });
  expect(compareStories(slow, story(800, false))).not.toHaveProperty('first');
});

test('attempts: the first thing that is different, and rows beside each other', () => {
  const [good, bad] = [attempt([180, 'Ringing']), attempt([486, 'Busy Here'], 300)];
  const { first, pairs } = compareStories(good, bad);
  expect(first?.agent).toBe('alice');
  expect(good.rows[first?.left ?? -1]).toMatchObject({ label: '180 Ringing' });
  expect(bad.rows[first?.right ?? -1]).toMatchObject({ label: '486 Busy Here' });
  const both = pairs.filter(({ left, right }) => left !== undefined && right !== undefined);
  expect(both).toHaveLength(good.rows.length - 1);
  expect(pairs.map(({ left }) => left).filter((left) => left !== undefined)).toEqual(
    good.rows.map((_, index) => index),
  );
  expect(compareStories(good, attempt([180, 'Ringing'], 900))).not.toHaveProperty('first');
});

test('the message that stands for one of another attempt', () => {
  const [good, bad] = [attempt([200, 'OK']), attempt([486, 'Busy Here'], 300)];
  const [invite, , busy] = messages(bad);
  if (invite === undefined || busy === undefined) throw new Error('there are three messages');
  expect(good.rows[counterpart(bad, invite, good) ?? -1]).toMatchObject({ label: 'INVITE' });
  // Another final answer to the same request.
  expect(good.rows[counterpart(bad, busy, good) ?? -1]).toMatchObject({ label: '200 OK' });
});
