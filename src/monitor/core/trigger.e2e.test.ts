import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { openTrigger, type OpenTrigger } from './trigger.js';

let trigger: OpenTrigger | undefined;

afterEach(async () => {
  await trigger?.close();
  trigger = undefined;
});

async function open(exec: readonly string[], timeout_ms = 10_000): Promise<string> {
  const environment = { PATH: process.env['PATH'] ?? '', SITE: 'berlin' };
  trigger = await openTrigger({ exec, timeout_ms }, { cwd: tmpdir(), environment });
  return trigger.url;
}

async function ask(url: string): Promise<readonly [status: number, text: string]> {
  const response = await fetch(url, { method: 'POST' });
  return [response.status, await response.text()];
}

const node = (code: string): readonly string[] => [process.execPath, '-e', code];

test('the program gets the number as it is, and no shell', async () => {
  const url = await open([
    ...node('console.log(process.argv[1], process.env.SITE)'),
    'to {number};id',
  ]);
  expect(await ask(`${url}?number=%2B4930123`)).toEqual([200, 'to +4930123;id berlin\n']);
  for (const bad of ['', '--help', 'a b', '1\n2', '$(id)', '9'.repeat(300)]) {
    const [status, text] = await ask(`${url}?number=${encodeURIComponent(bad)}`);
    expect([bad, status]).toEqual([bad, 400]);
    expect(text).toContain('is not a number to call');
  }
});

test('only who knows the address starts it', async () => {
  const url = await open(node('console.log("started")'));
  expect(await ask(url.replace(/\/[^/]*$/, '/'))).toEqual([404, 'nothing is here']);
  expect(await ask(`${url}x`)).toEqual([404, 'nothing is here']);
  expect(await ask(url)).toEqual([200, 'started\n']);
});

test.each([
  [
    'a program that fails',
    node('console.error("no trunk"); process.exit(3)'),
    10_000,
    /: exit code 3: no trunk$/,
  ],
  [
    'one that is not there',
    ['/nowhere/originate'],
    10_000,
    /^\/nowhere\/originate: no such program$/,
  ],
  [
    'one that does not end',
    node('setInterval(() => 0, 1000)'),
    500,
    /: it took longer than 0\.5 s: $/,
  ],
])('%s', async (_what, exec, timeout_ms, said) => {
  const [status, text] = await ask(await open(exec, timeout_ms));
  expect(status).toBe(502);
  expect(text).toMatch(said);
});

test('closing ends what still runs', async () => {
  const url = await open(node('setInterval(() => 0, 1000)'));
  const asked = fetch(url).then(
    () => 'answered',
    () => 'closed',
  );
  // The program runs once the server has read the request.
  await expect.poll(() => fetch(`${url}x`).then(({ status }) => status)).toBe(404);
  await trigger?.close();
  trigger = undefined;
  expect(await asked).toBe('closed');
});
