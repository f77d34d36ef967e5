import { afterEach, expect, test, vi } from 'vitest';
import { readTrace } from './settings/process-environment.js';
import { trace, TRACE_SECTIONS, traceTo } from './trace.js';

afterEach(() => {
  vi.unstubAllEnvs();
  for (const section of TRACE_SECTIONS) Reflect.deleteProperty(trace, section);
});

test('a section that is on prints time, section, agent and text; the text for any other is not built', () => {
  const lines: string[] = [];
  traceTo(['ctrl', 'ports'], (line) => lines.push(line));
  const text = vi.fn(() => 'expensive');
  trace.sip?.('alice', text());
  trace.ctrl?.('alice', '-> 1 dial', 12.3456);
  trace.ports?.('', 'slot 3 released');
  expect(text).not.toHaveBeenCalled();
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe('trace     12.346 ctrl alice: -> 1 dial');
  expect(lines[1]).toMatch(/^trace +\d+\.\d{3} ports slot 3 released$/);
});

test.each([
  [undefined, []],
  ['', []],
  [' , ', []],
  ['thread, ctrl', ['thread', 'ctrl']],
  ['sip,all', TRACE_SECTIONS],
])('OFFHOOK_TRACE %j', (given, sections) => {
  vi.stubEnv('OFFHOOK_TRACE', given);
  expect(readTrace()).toEqual(sections);
});
