/** The page of `offhook serve` where it wants a token, and its notifications: in a browser, over the API. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, launch, violations } from '../testing/chromium.js';
import { ServedMonitors } from '../testing/monitor/served-monitors.js';
import { withServedPage } from '../testing/monitor/served-page.js';

const TOKENS = { read: 'token-that-reads-1234', operate: 'token-that-operates-1' };
const HOSTILE = `<script>alert(1)</script> \u202eevil 😀 ${'ÄÖ long '.repeat(14)}`;
const NOTE = `<b>503</b> \u202e ${'Service Unavailable '.repeat(20)}`;

const chromium = findChromium();
let browser: Browser;
let guarded: ServedMonitors;

describe.skipIf(chromium === undefined)('the page of a monitor that wants a token', () => {
  beforeAll(async () => {
    guarded = await ServedMonitors.start({
      files: { 'good.js': `assert(1).equals(1);` },
      config: {
        auth: Object.entries(TOKENS).map(([role, token]) => ({ name: role, token, role })),
        monitors: { Good: { run: 'good.js', every: 'never' } },
        notify: {
          [HOSTILE]: { type: 'exec', command: [process.execPath, '-e', '0'] },
          siren: {
            type: 'exec',
            command: [process.execPath, '-e', 'console.error("<b>no power</b>"); process.exit(1)'],
            tries: 1,
            group_wait: 0,
          },
        },
      },
      seed: async (store) => {
        const told = { kind: 'transition', monitor: 'Good', from: 'ok', to: 'failed', at: 1 };
        const [created_at, body] = [Date.now() - 60_000, JSON.stringify({ told })];
        const given = { created_at, body, tries: 12, problem: NOTE };
        await store.saveNotice({ ...given, id: 'n1', target: 'siren' });
        await store.saveNotice({ ...given, id: 'n2', target: 'gone' });
      },
    });
    browser = await launch(chromium!);
  });
  afterAll(async () => {
    await (browser as Browser | undefined)?.close();
    await (guarded as ServedMonitors | undefined)?.close();
  });

  test('a token: who may read sees no buttons, who may operate does', async () => {
    await withServedPage(
      browser,
      guarded,
      { hash: '#/monitor/Good', mayFail: true },
      async (page) => {
        const token = page.getByLabel('Token');
        await token.fill('no such token at all');
        await page.keyboard.press('Enter');
        await expect
          .poll(() => page.getByRole('alert').allTextContents())
          .toContain('This token is not known.');
        expect(await violations(page)).toEqual([]);
        await token.fill(TOKENS.read);
        await page.keyboard.press('Enter');
        await page.locator('.detail-state').waitFor();
        expect(await page.getByRole('button', { name: 'Start now' }).count()).toBe(0);
        await page.getByRole('link', { name: 'Notifications' }).click();
        await page.locator('.letter').first().waitFor();
        expect(await page.locator('main').getByRole('button').count()).toBe(0);
        await page.goBack();
        await page.locator('.detail-state').waitFor();
        await page.getByRole('button', { name: 'Log out' }).click();
        await token.fill(TOKENS.operate);
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Start now' }).waitFor();
      },
    );
  });

  test('notifications: tests in words, and what nobody took is sent again or forgotten', async () => {
    await withServedPage(browser, guarded, { width: 390, mayFail: true }, async (page) => {
      await page.getByLabel('Token').fill(TOKENS.operate);
      await page.keyboard.press('Enter');
      const line = page.locator('.undelivered');
      await line.filter({ hasText: '2 notifications could not be delivered.' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await line.getByRole('link').click();
      const target = (name: string): ReturnType<Page['locator']> =>
        page.locator('.target', { hasText: name });
      await target('<script>').getByRole('button').click();
      await target('<script>').locator('.is-ok', { hasText: 'The test was delivered.' }).waitFor();
      await target('siren').getByRole('button').click();
      const why = target('siren').locator('.target-told');
      await expect.poll(() => why.textContent()).toMatch(/Not delivered: .*<b>no power<\/b>/);
      expect(await target('siren').textContent()).toContain('1 undelivered');
      expect(await violations(page)).toEqual([]);

      const letter = page.locator('.letter', { hasText: 'to siren' });
      expect(await letter.textContent()).toMatch(/FAILED: Good.*12 tries, given up.*<b>503<\/b>/);
      const orphan = page.locator('.letter', { hasText: 'to gone' });
      expect(await orphan.getByRole('button', { name: 'Send again' }).count()).toBe(0);
      await letter.getByRole('button', { name: 'Send again' }).click();
      await letter.filter({ hasText: '1 try, given up' }).waitFor();
      expect(await letter.textContent()).toContain('no power');
      for (const one of [letter, orphan]) {
        await one.getByRole('button', { name: 'Discard' }).click();
        await one.waitFor({ state: 'detached' });
      }
      expect(await page.locator('main').textContent()).toContain(
        'There are no undelivered messages.',
      );
      await page.goBack();
      await page.locator('.monitor').waitFor();
      expect(await line.count()).toBe(0);
    });
  });
});
