/** The page of `offhook serve` as its readers see it: in a browser, over the API, with real runs and a real history. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../monitor/model/run.js';
import { findChromium, launch, violations } from '../testing/chromium.js';
import { ServedMonitors, storePast } from '../testing/monitor/served-monitors.js';
import { processorTime, withServedPage } from '../testing/monitor/served-page.js';
import { leastMs } from '../testing/timing.js';

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)> \u202eevil 😀 ${'ÄÖ long '.repeat(14)}`;
const NOTE = `<b>503</b> \u202e ${'Service Unavailable '.repeat(20)}`;

/** Of processor time, to load the page and show 200 monitors with 50 runs each. */
const LONGEST_MS = 200;

const FILES = {
  'good.js': `assert(1).equals(1);`,
  'bad.js': `assert('what was heard').equals('what was said');`,
  'slow.js': `wait('60s'); assert(1).equals(1);`,
};

const passed = (count: number): Outcome[] => Array<Outcome>(count).fill('passed');

const chromium = findChromium();
let browser: Browser;
let open: ServedMonitors;

async function startOpen(): Promise<ServedMonitors> {
  const monitor = { every: 'never', public: true };
  return ServedMonitors.start({
    files: FILES,
    config: {
      status_page: { title: `Lines of ${HOSTILE.slice(0, 60)}` },
      monitors: {
        Good: { ...monitor, run: 'good.js', labels: { site: 'berlin' }, info: 'Main number' },
        Bad: { ...monitor, run: 'bad.js', labels: { site: 'paris' } },
        Slow: { ...monitor, run: 'slow.js' },
        Old: { ...monitor, run: 'good.js', degraded: { mos: 3.8 } },
        [HOSTILE]: { ...monitor, run: 'good.js', info: HOSTILE },
        'Never ran': { ...monitor, run: 'good.js', public: false },
      },
    },
    seed: async (store) => {
      const until = Date.now() - 60_000;
      const outcomes: readonly Outcome[] = [...passed(110), 'failed', 'flaky', ...passed(8)];
      await storePast(store, {
        monitor: 'Old',
        outcomes,
        until,
        every_ms: 600_000,
        tail: 'old000',
      });
      await storePast(store, {
        monitor: HOSTILE,
        outcomes: ['passed', 'degraded', 'failed', 'errored'],
        until,
        every_ms: 600_000,
        note: NOTE,
        tail: 'hos000',
      });
    },
  });
}

describe.skipIf(chromium === undefined)('the page of the monitor in Chromium', () => {
  beforeAll(async () => {
    open = await startOpen();
    browser = await launch(chromium!);
  });
  afterAll(async () => {
    await (browser as Browser | undefined)?.close();
    await (open as ServedMonitors | undefined)?.close();
  });

  test('the overview: the worst first, counts, filter; what has no run says so', async () => {
    await withServedPage(browser, open, {}, async (page) => {
      const names = page.locator('.monitor-name');
      expect(await names.first().textContent()).toContain('<script>alert(1)</script>');
      expect(await page.locator('.monitor').first().textContent()).toContain('<b>503</b> \\u202e');
      expect(await page.locator('.chip.is-failed').textContent()).toContain('1 failed');
      expect(await row(page, 'Never ran').textContent()).toContain('no runs yet');
      expect(await row(page, 'Old').locator('.uptime').textContent()).toContain('100 %');
      await page.getByRole('searchbox').fill('main numb');
      expect(await names.allTextContents()).toEqual(['Good']);
      await page.getByRole('searchbox').fill('');
      await page.getByLabel('label', { exact: true }).selectOption('site=paris');
      expect(await names.allTextContents()).toEqual(['Bad']);
      await page.getByLabel('label', { exact: true }).selectOption('');
      await page.locator('.chip.is-ok').click();
      expect(await names.allTextContents()).toEqual(['Old']);
      await page.getByRole('searchbox').fill('nothing like that');
      await page.getByRole('button', { name: 'Show all' }).click();
      expect(await names.count()).toBe(6);
    });
  });

  test('a run that somebody starts: live in the row, its state, its report', async () => {
    await withServedPage(browser, open, { hash: '#/monitor/Bad' }, async (page) => {
      const started = Date.now();
      await page.getByRole('button', { name: 'Start now' }).click();
      await page.locator('.detail-note').waitFor();
      expect(await page.locator('.detail-state').textContent()).toContain('failing');
      expect(await page.locator('.detail-note').textContent()).toContain('what was said');
      await page.locator('.history tbody tr').first().waitFor();
      expect(await page.locator('.history tbody').textContent()).toContain('on request');
      await page.getByRole('link', { name: 'All monitors' }).click();
      const strip = row(page, 'Bad').locator('.strip');
      await strip.hover({ position: { x: 297, y: 10 } });
      const tip = page.locator('.bar-tip');
      expect(await tip.textContent()).toContain('Opens its report');
      expect(await tip.textContent()).toContain(localDay(started));
      await strip.click({ position: { x: 297, y: 10 } });
      await page.locator('#scenario-title').waitFor();
      expect(await page.locator('.cause').textContent()).toContain('what was heard');
      await page.goBack();
      await row(page, 'Bad').waitFor();
    });
  });

  test('a change draws its row anew, and leaves the others alone', async () => {
    await withServedPage(browser, open, {}, async (page) => {
      await page.evaluate(() => {
        for (const one of document.querySelectorAll('.monitor')) one.setAttribute('data-old', '');
      });
      await page.evaluate(() => fetch('test/Good/start', { method: 'PUT' }));
      await row(page, 'Good').locator('.strip path').waitFor({ state: 'attached' });
      await row(page, 'Good').locator('.status.is-ok').waitFor();
      expect(await page.locator('.monitor[data-old]').count()).toBe(6);
    });
  });

  test('buttons: already running, stop, pause, resume, and a question before a failure', async () => {
    await withServedPage(browser, open, { hash: '#/monitor/Slow' }, async (page) => {
      const told = page.locator('.told');
      const press = async (name: string, says: RegExp): Promise<void> => {
        await page.getByRole('button', { name, exact: true }).click();
        await expect.poll(() => told.textContent()).toMatch(says);
      };
      await press('Start now', /begins/);
      await page.locator('.tag.is-running').waitFor();
      await press('Start now', /already/);
      await press('Stop', /does not count/);
      await page.locator('.tag.is-running').waitFor({ state: 'detached' });
      await press('Pause', /paused/);
      await press('Resume', /goes on/);
      const ask = page.getByRole('dialog');
      await page.getByRole('button', { name: 'Mark failed' }).click();
      await ask.getByRole('button', { name: 'Cancel' }).click();
      expect(await page.locator('.detail-state').textContent()).toContain('unknown');
      await page.getByRole('button', { name: 'Mark failed' }).click();
      await ask.getByRole('button', { name: 'Mark failed' }).click();
      await page.locator('.detail-state.at-failing').waitFor();
      expect(await page.locator('.detail-note').textContent()).toContain('marked as failed');
    });
  });

  test('a monitor: curves that keys read, history that goes back, failures only, settings', async () => {
    await withServedPage(browser, open, { hash: '#/monitor/Old' }, async (page) => {
      const chart = page.getByRole('group', { name: /^MOS/ });
      await chart.locator('.chart-mean').first().waitFor({ state: 'attached' });
      await chart.focus();
      await page.keyboard.press('ArrowLeft');
      const readout = page.locator('.chart .readout').nth(2);
      await expect.poll(() => readout.textContent()).toMatch(/mean 4\.\d\d, .* values/);
      await page.getByRole('button', { name: 'week' }).click();
      const days = page.getByRole('group', {
        name: /^Last 90 days: . without a failed run, 1 with/,
      });
      expect(await days.count()).toBe(1);
      expect(await page.getByRole('button', { name: 'week' }).getAttribute('aria-pressed')).toBe(
        'true',
      );
      const lines = page.locator('.history tbody tr:not(.history-note)');
      expect(await lines.count()).toBe(50);
      await page.getByRole('button', { name: 'Load older runs' }).click();
      await expect.poll(() => lines.count()).toBe(100);
      await page.getByRole('button', { name: 'Load older runs' }).click();
      await expect.poll(() => lines.count()).toBe(120);
      expect(await page.locator('.history-end').textContent()).toContain('All runs');
      await page.getByLabel('failures only').check();
      await expect.poll(() => lines.count()).toBe(1);
      expect(await page.locator('.settings').textContent()).toContain('only on request');
    });
  });

  test('keys choose a run of a strip; one without a report is shown in the history', async () => {
    await withServedPage(browser, open, {}, async (page) => {
      const strip = row(page, 'Old').locator('.strip');
      await strip.focus();
      await page.keyboard.press('Home');
      await page.locator('.bar-tip', { hasText: 'passed' }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.history tr.is-marked').waitFor();
      expect(page.url()).toContain('#/monitor/Old?run=');
      await page.goBack();
      await strip.hover({ position: { x: 290, y: 10 } });
      await page.locator('.bar-tip', { hasText: 'Opens' }).waitFor();
      await page.goForward();
      await page.locator('.history tr.is-marked').waitFor();
      expect(await page.locator('.bar-tip').isVisible()).toBe(false);
    });
  });

  test('the address of a monitor in the API is its page, too', async () => {
    await withServedPage(
      browser,
      open,
      { path: `monitors/${encodeURIComponent('Never ran')}` },
      async (page) => {
        await page.locator('.detail', { hasText: 'It has not run yet.' }).waitFor();
        expect(page.url()).toBe(`${open.url}#/monitor/Never%20ran`);
      },
    );
  });

  test('a server that is gone is told at once; when it is back, the page is live again', async () => {
    await withServedPage(browser, open, { mayFail: true }, async (page) => {
      const banner = page.locator('.banner.is-not-live');
      await open.stop();
      await banner.waitFor();
      expect(await banner.textContent()).toContain('Not live, trying again.');
      expect(await page.locator('.monitor').count()).toBe(6);
      await open.again();
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.locator('.live').waitFor();
      expect(await banner.count()).toBe(0);
    });
  });

  test('a feed that cannot be opened is told, and tried again', async () => {
    await withServedPage(browser, open, { path: 'status', mayFail: true }, async (page) => {
      await page.route('**/events', (route) =>
        route.fulfill({ status: 503, json: { message: 'too many clients listen already' } }),
      );
      await page.goto(open.url);
      const banner = page.locator('.banner.is-not-live');
      await banner.filter({ hasText: 'too many clients listen already' }).waitFor();
      await page.unroute('**/events');
      await banner.getByRole('button', { name: 'Try now' }).click();
      await page.locator('.monitor').first().waitFor();
    });
  });

  test('a tab that nobody looks at lets go of the feed, and comes back', async () => {
    await withServedPage(browser, open, { hasClock: true }, async (page) => {
      const look = (isHidden: boolean): Promise<unknown> =>
        page.evaluate((hidden) => {
          Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
          document.dispatchEvent(new Event('visibilitychange'));
        }, isHidden);
      await look(true);
      // A connection that is silent for so long may be dead, so the page makes a new one.
      const again = page.waitForRequest('**/events');
      await page.clock.fastForward('04:00');
      await again;
      await page.locator('.live').waitFor();
      await page.clock.fastForward('02:00');
      await expect.poll(() => page.title()).toContain('(not live)');
      await page.clock.fastForward('01:00');
      expect(await page.title()).toContain('(not live)');
      await look(false);
      await page.locator('.live').waitFor();
      expect(await page.title()).not.toContain('(not live)');
    });
  });

  test('the public page has names, strips, days and shares, and nothing of what is not public', async () => {
    await withServedPage(browser, open, { path: 'status' }, async (page) => {
      const line = page.locator('.status-line', { hasText: 'Old' });
      await line.waitFor();
      expect(await line.textContent()).toContain('100 %');
      expect(await line.getByRole('img').getAttribute('aria-label')).toBe(
        'Last 50 test calls: 1 failed, 0 slow',
      );
      const days = line.getByRole('group');
      const label = (): Promise<string | null> => days.getAttribute('aria-label');
      expect(await label()).toMatch(/^Last 90 days: [01] without a failed test call, 1 with, /);
      await days.focus();
      await page.keyboard.press('End');
      const tip = page.locator('.bar-tip', { hasText: `${utcDay(Date.now())} (UTC)` });
      expect(await tip.textContent()).toMatch(/ %.*[0-9] test call/);
      await page.keyboard.press('Home');
      await page.locator('.bar-tip', { hasText: 'no test calls' }).waitFor();
      await page.setViewportSize({ width: 390, height: 900 });
      await expect.poll(label).toMatch(/^Last 30 days/);
      const told = (await page.evaluate<unknown>(
        async () => (await fetch('status.json')).json() as unknown,
      )) as Told;
      expect(told.first_day).toBe(utcDay(Date.now() - 89 * 24 * 3_600_000));
      const old = told.monitors.find(({ name }) => name === 'Old')?.days ?? [];
      expect(old).toHaveLength(90);
      expect(old.reduce((sum, { runs }) => sum + runs, 0)).toBe(120);
      expect(old.reduce((sum, { good }) => sum + good, 0)).toBe(119);
      const text = await page.locator('body').textContent();
      expect(text).not.toContain('Never ran');
      expect(text).not.toContain('503');
    });
  });

  test('200 monitors are there soon', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `Line ${index + 1}`);
    const many = await ServedMonitors.start({
      files: FILES,
      config: {
        monitors: Object.fromEntries(names.map((name) => [name, { run: 'good.js', every: '1h' }])),
      },
      seed: async (store) => {
        const until = Date.now() - 60_000;
        for (const [index, monitor] of names.entries()) {
          const outcomes = passed(50).with(index % 50, index % 9 === 0 ? 'failed' : 'flaky');
          const tail = String(index).padStart(6, '0');
          await storePast(store, { monitor, outcomes, until, every_ms: 60_000, tail });
        }
      },
    });
    try {
      await withServedPage(
        browser,
        many,
        { path: 'status.json', mayFail: true, isPage: false },
        async (page) => {
          const ms = await leastMs(LONGEST_MS, () =>
            processorTime(page, async () => {
              await page.goto(many.url);
              await page.locator('.monitor').nth(199).waitFor({ state: 'attached' });
            }),
          );
          process.stdout.write(`page: 200 monitors take ${ms.toFixed(0)} ms of processor time\n`);
          expect(ms).toBeLessThan(LONGEST_MS);
        },
      );
    } finally {
      await many.close();
    }
  });

  describe.each(['light', 'dark'] as const)('axe finds nothing, %s', (colorScheme) => {
    test.each([
      [1440, '', ''],
      [390, '', ''],
      [1440, '', '#/monitor/Old'],
      [390, '', `#/monitor/${encodeURIComponent(HOSTILE)}`],
      [390, 'status', ''],
    ] as const)('%d px wide, at "%s%s"', async (width, path, hash) => {
      await withServedPage(browser, open, { colorScheme, width, path, hash }, async (page) => {
        await page
          .locator(path === '' ? '.strip path' : '.status-line')
          .first()
          .waitFor();
        if (hash !== '') await page.locator('.history tbody tr').first().waitFor();
        expect(await violations(page)).toEqual([]);
        const beyond = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(beyond).toBe(0);
      });
    });
  });
});

/** GET status.json, as far as it is looked at. */
interface Told {
  readonly first_day: string;
  readonly monitors: readonly {
    readonly name: string;
    readonly days: readonly { readonly runs: number; readonly good: number }[];
  }[];
}

function row(page: Page, name: string): ReturnType<Page['locator']> {
  return page.locator('.monitor').filter({ has: page.getByRole('link', { name, exact: true }) });
}

/** "2026-11-30". */
function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function localDay(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
