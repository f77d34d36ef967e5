import { expect, test } from 'vitest';
import { pageTitle } from './page-title.js';

const GOOD = { ok: 3, degraded: 1, failing: 0, failed: 0, unknown: 2 };

test('the title of a tab: what is bad stands first, unless that is old', () => {
  const berlin = { place: 'monitor', name: 'Berlin' } as const;
  expect(pageTitle({ place: 'overview' }, GOOD, true)).toBe('Monitors - Offhook');
  expect(pageTitle(berlin, { ...GOOD, failed: 2, failing: 1 }, true)).toBe('(3) Berlin - Offhook');
  expect(pageTitle(berlin, { ...GOOD, failed: 2 }, false)).toBe('(not live) Berlin - Offhook');
});
