import { expect, test } from 'vitest';
import type { Failure, TimelineItem } from '../../model/run-event.js';
import type { SipMessage } from '../../sip/sip-message.js';
import { REFUSED } from '../../testing/samples/sample-failure.js';
import { sipMessage } from '../../testing/samples/sample-run.js';
import { AgentNames } from './agent-names.js';
import { printFailureLadder } from './failure-ladder.js';
import { Page, palette } from './page.js';

const SERVER = '192.0.2.1:5060';

function sip(at: number, fields: Partial<SipMessage> & { branch?: string }): TimelineItem {
  return { kind: 'sip', at, agent: 'a', message: sipMessage({ remote: SERVER, ...fields }) };
}
const register = (at: number, cseq: number): TimelineItem =>
  sip(at, { method: 'REGISTER', cseq, call_id: 'reg', branch: `b${cseq}` });
const refused = (at: number, cseq: number, code = 401): TimelineItem =>
  sip(at, {
    method: 'REGISTER',
    ...{ cseq, code, reason: 'No', call_id: 'reg', branch: `b${cseq}` },
    direction: 'received',
  });

function lines(timeline: readonly TimelineItem[], columns = 120): string[] {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const page = new Page(write, palette(0), () => columns);
  const names = new AgentNames();
  names.address(SERVER, 'server');
  const failure: Failure = { ...REFUSED, timeline };
  printFailureLadder(page, names, failure, { indent: 0, cwd: '' });
  return text.trimEnd().split('\n');
}

test('an exchange that is repeated stands once; another answer stands for itself', () => {
  const rounds = [1, 2, 3].flatMap((cseq) => [register(cseq, cseq), refused(cseq, cseq)]);
  const [head, ...rows] = lines([...rounds, register(9, 9), refused(10, 9, 403)]);
  expect(head).toMatch(/a +server$/);
  expect(rows).toHaveLength(4);
  expect(rows[0]).toMatch(/REGISTER -+>\| {2}with its response, 3 times$/);
  expect(rows[3]).toMatch(/403 No/);
});

test('a registration that went well does not hide the call', () => {
  const call = sip(50, {});
  const [, ...rows] = lines([register(1, 1), refused(2, 1, 200), call]);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toContain('INVITE');
  expect(lines([register(1, 1), refused(2, 1, 403), call])).toHaveLength(4);
});

test('only the last lines, and that there were others', () => {
  const many = Array.from({ length: 40 }, (_, index) =>
    sip(index, { method: 'INFO', cseq: index, branch: `i${index}`, body: String(index) }),
  );
  const shown = lines(many);
  expect(shown).toHaveLength(27);
  expect(shown[1]).toBe('… 15 earlier lines left out');
});

test('without room for lifelines a list; what ends a call is told at its agent', () => {
  const narrow = lines(REFUSED.timeline ?? [], 50);
  expect(narrow[0]).toMatch(/0\.091s {2}alice -> 127\.0\.0\.1:10010 {2}INVITE/);
  const wide = lines(REFUSED.timeline ?? [], 80);
  expect(wide.at(-1)).toMatch(/\* alice: ended by remote: rejected \(404 Not Found\)$/);
  for (const line of wide) expect(line.length).toBeLessThanOrEqual(80);
});
