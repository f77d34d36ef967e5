/** Chromium for tests of pages. Never shipped. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Its path, or undefined: then the tests of pages are skipped, except on a CI server. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  const found = folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isProgram);
  if (found === undefined && process.env['CI'] === 'true')
    throw new Error('no Chromium, but CI=true: sh .config/setup.sh --tests installs it');
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: QUIET });
}

/** What axe finds: the rule and the elements of each. */
export async function violations(page: Page): Promise<unknown[]> {
  // a script element would be refused by the page's policy
  await page.evaluate(readFileSync(AXE, 'utf8'));
  // the function is given as text, because this file is checked without the types of browsers
  return page.evaluate<unknown[]>(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
  );
}
