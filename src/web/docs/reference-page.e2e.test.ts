/** The page of `offhook docs --format html` as its readers open it: a file in a browser, with nothing else. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../errors.js';
import { findChromium, launch } from '../../testing/chromium.js';
import { runCli } from '../../testing/cli/run-cli.js';
import { type LeftoverWatch, watchLeftovers } from '../../testing/cli/leftovers.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PHONE = { width: 390, height: 800 };
const DESKTOP = { width: 1280, height: 800 };

let leftovers: LeftoverWatch;
let file: string;
beforeAll(async () => {
  leftovers = await watchLeftovers();
  file = join(leftovers.folder, 'reference.html');
  const { code, stdout } = await runCli(['docs', file], { leftovers });
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${file}\n` });
});
afterAll(async () => {
  await leftovers.assertNothingLeft();
});

const chromium = findChromium();
describe.skipIf(chromium === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(chromium!);
  });
  afterAll(async () => {
    await (browser as Browser | undefined)?.close();
  });

  /** Fails for a request, an error of the page, or anything its policy refuses. */
  async function withPage(
    options: { viewport: typeof PHONE; colorScheme?: 'light' | 'dark' },
    use: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext(options);
    try {
      const page = await context.newPage();
      const wrong: string[] = [];
      const address = pathToFileURL(file).href;
      page.on('request', (one) => {
        if (!one.url().startsWith(address) && !one.url().startsWith('data:')) wrong.push(one.url());
      });
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('console', (message) => wrong.push(message.text()));
      await page.goto(address);
      await use(page);
      expect(wrong).toEqual([]);
    } finally {
      await context.close();
    }
  }

  test('by keys: / searches, the arrows choose, Enter goes there; j and k turn over headings', async () => {
    await withPage({ viewport: DESKTOP }, async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('verify_audio');
      const chosen = page.locator('[role=option][aria-selected=true] strong');
      await chosen.waitFor();
      expect(await chosen.textContent()).toBe('verify_audio');
      await page.keyboard.press('ArrowDown');
      expect(await chosen.textContent()).toBe('verify_audio_connection');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      expect(new URL(page.url()).hash).toBe('#verify_audio');
      expect(await page.locator('#search').getAttribute('open')).toBeNull();
      const top = await page.locator('#verify_audio').boundingBox();
      expect(top?.y).toBeGreaterThan(40);
      expect(top?.y).toBeLessThan(100);
      await page.keyboard.press('j');
      expect(new URL(page.url()).hash).toBe('#verify_silence');
      expect(await page.locator('#menu [aria-current]').textContent()).toBe('verify_silence');
      await page.keyboard.press('k');
      expect(new URL(page.url()).hash).toBe('#verify_audio');
      await page.keyboard.press('/');
      await page.keyboard.type(' nowhere');
      await page.locator('#found', { hasText: 'Nothing found' }).waitFor();
      await page.keyboard.press('Escape');
      expect(await page.locator('#search').getAttribute('open')).toBeNull();
    });
  });

  test('on a phone: nothing is wider than the screen, the menu opens and closes', async () => {
    await withPage({ viewport: PHONE }, async (page) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
      const menu = page.locator('#menu');
      expect(await menu.isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Menu' }).click();
      await menu.getByRole('link', { name: 'Durations' }).click();
      expect(await menu.isVisible()).toBe(false);
      expect(await page.locator('#durations').isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.keyboard.type('e_never');
      await page.locator('[role=option]').first().click();
      expect(await page.locator('#search').getAttribute('open')).toBeNull();
    });
  });

  test('light and dark: as the system has it, and by the button', async () => {
    await withPage({ viewport: DESKTOP, colorScheme: 'dark' }, async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await ground();
      await page.getByRole('button', { name: 'Light or dark' }).click();
      expect(await ground()).toBe('rgb(255, 255, 255)');
      expect(dark).not.toBe('rgb(255, 255, 255)');
    });
  });

  test.each([
    ['light', DESKTOP],
    ['dark', PHONE],
  ] as const)('axe finds nothing, %s, %o', async (colorScheme, viewport) => {
    await withPage({ viewport, colorScheme }, async (page) => {
      // the policy of the page forbids scripts of strangers: this one comes by the browser's own way
      await page.keyboard.press('/');
      await page.keyboard.type('hold');
      await page.locator('[role=option]').first().waitFor();
      const run = readFileSync(AXE, 'utf8');
      const found = await page.evaluate(
        `${run}; axe.run({ preload: false, resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))`,
      );
      expect(found).toEqual([]);
    });
  });
});

test('each link has its target, and each error code is explained', () => {
  const html = readFileSync(file, 'utf8');
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? '');
  expect(ids.filter((one, at) => ids.indexOf(one) !== at)).toEqual([]);
  const targets = [...html.matchAll(/ href="([^"]+)"/g)].map(([, target]) => target ?? '');
  expect(targets.length).toBeGreaterThan(500);
  expect(targets.filter((one) => one !== 'data:,' && !ids.includes(one.slice(1)))).toEqual([]);
  const codes = Object.keys(ERROR_CODES).map((code) => code.toLowerCase());
  expect(ids.filter((id) => id.startsWith('e_'))).toEqual(codes);
});

test.each([
  [['docs', '--format', 'html'], /^<!doctype html>/],
  [['docs'], /^<!-- Generated by "offhook docs"/],
  [['docs', '--format', 'markdown'], /^<!-- Generated by "offhook docs"/],
])('%j', async (words, beginning) => {
  const { code, stdout } = await runCli(words);
  expect(code).toBe(0);
  expect(stdout).toMatch(beginning);
});

test('a folder gets a file of the format; another format is an error', async () => {
  const words = ['docs', '--format', 'html', `${leftovers.folder}/new/`];
  const { stdout } = await runCli(words, { leftovers });
  expect(stdout).toBe(`${leftovers.folder}/new/reference.html\n`);
  const { code, stderr } = await runCli(['docs', '--format', 'pdf'], { leftovers });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      'offhook: --format: is neither markdown nor html: pdf\n' +
      '  hint: write --format html or --format markdown\n',
  });
});
