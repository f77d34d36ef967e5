import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { monitor, startMonitorApi, type MonitorApi } from '../../../testing/monitor/monitor-api.js';
import { rawHttp } from '../../../testing/monitor/raw-http.js';

const REPORT = '<!doctype html><title>report</title>';

let made: MonitorApi;
let id: string;
let files: string;

beforeAll(async () => {
  made = await startMonitorApi([monitor('bad', 'fail.js')], {
    reportOf: () => Promise.resolve(REPORT),
  });
  await fetch(`${made.api.url}/run/bad`, { method: 'POST' });
  id = made.watch.find('bad')?.last?.id ?? '';
  files = `${made.api.url}/runs/${id}/files`;
  const folder = made.runs.find(id) ?? '';
  await writeFile(join(made.folder, 'secret.txt'), 'a secret');
  await mkdir(join(folder, 'sub/deep'), { recursive: true });
  await writeFile(join(folder, 'call.wav'), Buffer.from('0123456789'));
  await writeFile(join(folder, 'page.html'), '<script>alert(1)</script>');
  await writeFile(join(folder, 'image.svg'), '<svg onload="alert(1)"/>');
  await writeFile(join(folder, 'empty.log'), '');
  await writeFile(join(folder, 'sub/deep/näme "x".log'), 'a log');
  await symlink(join(made.folder, 'secret.txt'), join(folder, 'link.txt'));
  await symlink(made.folder, join(folder, 'out'));
  await symlink('call.wav', join(folder, 'inside.wav'));
});

afterAll(async () => {
  expect(made.bugs).toEqual([]);
  await made.close();
});

describe('a file', () => {
  it('of audio: all of it, a part, and what it is', async () => {
    const whole = await fetch(`${files}/call.wav`);
    expect(await whole.text()).toBe('0123456789');
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': '10',
      'accept-ranges': 'bytes',
      'content-disposition': `inline; filename="call.wav"; filename*=UTF-8''call.wav`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
    const part = await fetch(`${files}/call.wav`, { headers: { range: 'bytes=2-4' } });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
    ]);
    const end = await fetch(`${files}/call.wav`, { headers: { range: 'bytes=-3' } });
    expect(await end.text()).toBe('789');
    const behind = await fetch(`${files}/call.wav`, { headers: { range: 'bytes=10-' } });
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    const several = await fetch(`${files}/call.wav`, { headers: { range: 'bytes=0-1,4-5' } });
    expect([several.status, await several.text()]).toEqual([200, '0123456789']);
  });

  it('that a browser would run is saved', async () => {
    const answers = await Promise.all(
      ['page.html', 'image.svg', 'empty.log'].map((name) => fetch(`${files}/${name}`)),
    );
    const shown = answers.map(({ headers }) => [
      headers.get('content-type'),
      headers.get('content-disposition')?.split(';')[0],
    ]);
    expect(shown).toEqual([
      ['text/html; charset=utf-8', 'attachment'],
      ['application/octet-stream', 'attachment'],
      ['text/plain; charset=utf-8', 'inline'],
    ]);
    expect(await answers[2]?.text()).toBe('');
  });

  it('below folders, with any name', async () => {
    const name = encodeURIComponent('näme "x".log');
    const answer = await fetch(`${files}/sub/deep/${name}`);
    expect(await answer.text()).toBe('a log');
    expect(answer.headers.get('content-disposition')).toBe(
      `inline; filename="n-me-x-.log"; filename*=UTF-8''n%C3%A4me%20%22x%22.log`,
    );
  });

  it('is in the list; links are not', async () => {
    const list = (await (await fetch(files)).json()) as { path: string }[];
    const paths = list.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['call.wav', 'run.ndjson', 'sub/deep/näme "x".log']),
    );
    expect(paths.filter((path) => /link|inside|out|secret/.test(path))).toEqual([]);
  });
});

test.each([
  '..%2fsecret.txt',
  '..%2f..%2fsecret.txt',
  '%2e%2e/%2e%2e/secret.txt',
  '../../secret.txt',
  'sub/../../../secret.txt',
  'sub%2f..%2fcall.wav',
  '..%5c..%5csecret.txt',
  'link.txt',
  'out/secret.txt',
  'inside.wav',
  'sub',
  'sub/',
  '',
  './call.wav',
  '/call.wav',
  'call.wav/',
  'call.wav%00',
  'call.wav%00.txt',
  'nothing.wav',
  '%2fetc%2fpasswd',
  'x'.repeat(2000),
])('there is no file "%s"', async (path) => {
  const { pathname } = new URL(files);
  const head = `GET ${pathname}/${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  const answer = await rawHttp(made.api.url, head);
  expect([answer.status, answer.body.includes('secret')]).toEqual([404, false]);
});

describe('the report', () => {
  it('for browsers; it has no origin, so none of its scripts acts for who reads it', async () => {
    const address = `${made.api.url}/runs/${id}`;
    const page = await fetch(address, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(await page.text()).toBe(REPORT);
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox allow-scripts /);
    expect(page.headers.get('content-security-policy')).not.toContain('allow-same-origin');
    expect(page.headers.get('vary')).toBe('Accept');
    const json = await fetch(address);
    expect(await json.json()).toMatchObject({ id, outcome: 'failed' });
  });

  it.each(['nothing', '..', '__proto__', '%2e%2e%2f', '20260101T000000-abcdef', 'x'.repeat(400)])(
    'there is no run "%s"',
    async (name) => {
      const head = `GET /runs/${name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      expect((await rawHttp(made.api.url, head)).status).toBe(404);
    },
  );
});
