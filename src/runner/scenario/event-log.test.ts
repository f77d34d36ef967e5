import { expect, test } from 'vitest';
import type { LogEntry } from '../../model/agent-event.js';
import { EventLog } from './event-log.js';

test('an entry has the time it happened, if that is known, and no agent goes back in time', () => {
  const began = performance.now() - 1000;
  const entries: LogEntry[] = [];
  const log = new EventLog(began, (entry) => entries.push(entry));
  log.append('alice', { type: 'registering' }, began + 300);
  log.append('alice', { type: 'registering' }, began + 200);
  log.append('bob', { type: 'registering' }, began + 100);
  log.append('bob', { type: 'registering' }, performance.now() + 5000);
  log.append('bob', { type: 'registering' });
  const [first, second, other, ahead, last] = entries.map(({ at }) => Math.round(at));
  expect([first, second, other]).toEqual([300, 300, 100]);
  expect(ahead).toBeLessThan(2000);
  expect(last).toBeGreaterThanOrEqual(ahead ?? NaN);
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
});
