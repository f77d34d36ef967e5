/** The page of a monitor in a browser. Never shipped. */
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ServedMonitors } from './served-monitors.js';

export interface Opening {
  path?: string;
  hash?: string;
  width?: number;
  colorScheme?: 'light' | 'dark';
  /** Requests may fail, which stands on the console. */
  mayFail?: boolean;
  /** Whether the test may turn the clock of the page. */
  hasClock?: boolean;
  /** false: the address that is opened first answers something else than a page. */
  isPage?: boolean;
}

/** Opens the page; afterwards the console must be empty, and no other server may have been asked. */
export async function withServedPage(
  browser: Browser,
  { url }: ServedMonitors,
  { path = '', hash = '', width = 1440, colorScheme = 'light', ...allowed }: Opening,
  act: (page: Page) => Promise<void>,
): Promise<void> {
  const { mayFail = false, isPage = true, hasClock = false } = allowed;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const [problems, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => {
    const isOfRequest = /Failed to load resource|net::ERR/.test(message.text());
    if (!mayFail || !isOfRequest) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  try {
    if (hasClock) await page.clock.install();
    await page.goto(`${url}${path}${hash}`);
    if (isPage) await page.locator('.top-bar').waitFor();
    if (!mayFail && path === '') await page.locator('.live').waitFor();
    await act(page);
    expect(problems).toEqual([]);
    expect(requests.filter((one) => !one.startsWith(url) && !one.startsWith('data:'))).toEqual([]);
  } finally {
    await page.close();
  }
}

/** ms for scripts, styles and layout while that is done, whatever else the machine does. */
export async function processorTime(page: Page, act: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const own = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'];
    return metrics.reduce((sum, { name, value }) => sum + (own.includes(name) ? value : 0), 0);
  };
  const before = await read();
  await act();
  return 1000 * ((await read()) - before);
}
