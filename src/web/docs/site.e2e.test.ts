/** The site of the documentation: built, opened from a disk; a dead link fails the build. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium, launch } from '../../testing/chromium.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const BUILD = join(ROOT, '.config/docs/site.js');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A repository of links to this one, but for README.md and what is built. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-site-'));
  const own = ['.git', 'dist', 'README.md'];
  for (const name of readdirSync(ROOT).filter((one) => !own.includes(one))) {
    await symlink(join(ROOT, name), join(folder, name));
  }
  await mkdir(join(folder, 'dist'));
});
afterAll(() => rm(folder, { recursive: true }));

async function build(front: string): Promise<{ failed: boolean; text: string }> {
  await writeFile(join(folder, 'README.md'), front);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [BUILD, folder]);
    return { failed: false, text: stdout };
  } catch (error) {
    return { failed: true, text: (error as { stderr: string }).stderr };
  }
}

test('a link to nothing, or to a heading that is not there, fails the build', async () => {
  const front =
    'See [this](docs/nothing.md), [that](docs/running.md#nowhere), [it](docs/running.md).';
  const { failed, text } = await build(front);
  expect(failed).toBe(true);
  expect(text).toBe(
    'README.md: docs/nothing.md: there is no such file\n' +
      'README.md: docs/running.md#nowhere: there is no such heading\n' +
      '  hint: mend the links, or the list in .config/docs/pages.js\n',
  );
});

const chromium = findChromium();
test.skipIf(chromium === undefined)('is read from a disk, on a phone and a desktop', async () => {
  const { text } = await build(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  expect(text).toMatch(/^\d+ pages and \d+ sources in dist\/site\n$/);
  const site = join(folder, 'dist/site');
  const browser = await launch(chromium!);
  try {
    for (const [width, path, colorScheme] of [
      [1280, 'index.html', 'light'],
      [390, 'report.html', 'dark'],
      [1280, 'architecture.html', 'dark'],
      [390, 'decisions/0030-docs-site.html', 'light'],
    ] as const) {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on('request', (one) => {
        if (!/^(file|data):/.test(one.url())) wrong.push(one.url());
      });
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('console', (message) => wrong.push(message.text()));
      await page.goto(pathToFileURL(join(site, path)).href);
      const axe = `${readFileSync(AXE, 'utf8')}; axe.run({ preload: false, resultTypes: ['violations'] })`;
      const found = await page.evaluate(
        `${axe}.then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))`,
      );
      expect(found, path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(width);
      const pictures = await page.evaluate(() => ({
        broken: [...document.images].filter(({ naturalWidth }) => naturalWidth === 0).length,
        shown: document.querySelectorAll('main img, main .graph rect').length > 0,
      }));
      expect(pictures, path).toEqual({
        broken: 0,
        shown: /report|architecture/.test(path),
      });
      await page.keyboard.press('/');
      await page.keyboard.type('e_await_timeout');
      await page.locator('[role=option]').first().waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/errors\.html#e_await_timeout$/);
      expect(await page.locator('h1').textContent()).toMatch(/^Error codes/);
      expect(wrong, path).toEqual([]);
      await context.close();
    }
  } finally {
    await browser.close();
  }
});

test('a graph is drawn: every room, an arrow for what one imports only itself', () => {
  const html = readFileSync(join(folder, 'dist/site/architecture.html'), 'utf8');
  expect(html).not.toContain('graph TD');
  const rooms = [...html.matchAll(/<text [^>]*>(\w+)<\/text>/g)].map(([, name]) => name);
  expect(rooms).toEqual(expect.arrayContaining(['api', 'cli', 'runner', 'baresip', 'sip']));
  expect(new Set(rooms).size).toBe(rooms.length);
  const arrows = html.match(/<path class="head"/g)?.length ?? 0;
  const imports = html.match(/ aria-label="Arrows: ([^"]*)"/)?.[1]?.split(', ').length ?? 0;
  expect(arrows).toBeGreaterThan(rooms.length / 2);
  expect(arrows).toBeLessThan(imports);
});

test('a picture that is not there fails the build', async () => {
  const { failed, text } = await build('![It](docs/images/nothing.png)');
  expect(failed).toBe(true);
  expect(text).toContain('README.md: docs/images/nothing.png: there is no such picture\n');
});

test('llms.txt lists the pages, and each is there as Markdown', () => {
  const site = join(folder, 'dist/site');
  const list = readFileSync(join(site, 'llms.txt'), 'utf8');
  const paths = [...list.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path ?? '');
  expect(paths.length).toBeGreaterThan(10);
  for (const path of paths) {
    const text = readFileSync(join(site, path), 'utf8');
    expect(text).toBe(readFileSync(join(ROOT, 'docs', path), 'utf8'));
    expect(readFileSync(join(site, 'llms-full.txt'), 'utf8')).toContain(text.trim());
  }
});
