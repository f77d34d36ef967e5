import { expect, test } from 'vitest';
import { doctorLines } from './doctor.js';

const OK = Array.from({ length: 12 }, (_, i) => ({
  what: `part ${i + 1}`,
  state: 'ok' as const,
  seen: 'fine',
}));
const PROBLEM = { what: 'ports', state: 'problem', seen: 'none', remedy: 'free one' } as const;
const LACK = { what: 'server', state: 'missing', seen: 'not found', detail: true } as const;

test('a machine that is ready: the verdict first, at most ten lines below it, the rest with --all', () => {
  const lines = doctorLines([...OK, LACK], false);
  expect(lines[0]).toBe('ready: scenarios can run on this machine');
  expect(lines).toHaveLength(11);
  expect(lines[10]).toBe('3 more lines: offhook doctor --all');
  const all = doctorLines([...OK, LACK], true);
  expect(all).toHaveLength(14);
  expect(all[1]).toBe('missing  server: not found');
});

test('a problem stands first, with its remedy', () => {
  const lines = doctorLines([...OK, PROBLEM], false);
  expect(lines.slice(0, 3)).toEqual([
    'NOT READY: 1 problem to solve before scenarios can run',
    'PROBLEM  ports: none',
    '          remedy: free one',
  ]);
});

test('few findings are all shown', () => {
  expect(doctorLines(OK.slice(0, 2), false)).toEqual([
    'ready: scenarios can run on this machine',
    'ok       part 1: fine',
    'ok       part 2: fine',
  ]);
});
