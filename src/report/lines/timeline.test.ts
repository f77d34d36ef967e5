import { expect, test } from 'vitest';
import type { TimelineItem } from '../../model/run-event.js';
import { sipMessage } from '../../testing/sample-run.js';
import { AgentNames } from './agent-names.js';
import { Page, palette } from './page.js';
import { printTimeline } from './timeline.js';

function register(at: number, agent = 'a'): TimelineItem {
  const message = sipMessage({ method: 'REGISTER', remote: 'h:1', uri: 'sip:h:1' });
  return { kind: 'sip', at, agent, message };
}
function refused(at: number, code = 401, agent = 'a'): TimelineItem {
  const message = sipMessage({ method: 'REGISTER', remote: 'h:1', code, direction: 'received' });
  return { kind: 'sip', at, agent, message: { ...message, reason: 'No' } };
}

function lines(items: readonly TimelineItem[]): string[] {
  let text = '';
  const page = new Page(
    (part) => {
      text += part;
    },
    palette(0),
    () => 120,
  );
  const names = new AgentNames();
  names.add('a');
  printTimeline(page, names, items, 0);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^ *[\d.]+s +(\w+) +/, '$1  '));
}

const REQUEST = '→ REGISTER sip:h:1 to h:1';
const RESPONSE = '← 401 No (REGISTER) from h:1';

test('an exchange that is repeated takes one line', () => {
  const rounds = [0, 1, 2].flatMap((round) => [register(round), refused(round)]);
  expect(lines([...rounds, refused(9, 403)])).toEqual([
    `a  3 times ${REQUEST}, ${RESPONSE}`,
    'a  ← 403 No (REGISTER) from h:1',
  ]);
});

test('one exchange, another answer, another agent: each message has its line', () => {
  expect(lines([register(0), refused(1), register(2), refused(3, 403)])).toHaveLength(4);
  expect(lines([register(0), refused(1), register(2, 'b'), refused(3, 401, 'b')])).toHaveLength(4);
  expect(lines([refused(0), register(1), refused(2), register(3)])).toEqual([
    `a  ${RESPONSE}`,
    `a  ${REQUEST}`,
    `a  ${RESPONSE}`,
    `a  ${REQUEST}`,
  ]);
});

test('retransmissions of both are counted where they are', () => {
  const round = [register(0), register(1), refused(2)];
  expect(lines([...round, ...round])).toEqual([
    `a  ${REQUEST} (2 times)`,
    `a  ${RESPONSE}`,
    `a  ${REQUEST} (2 times)`,
    `a  ${RESPONSE}`,
  ]);
});
