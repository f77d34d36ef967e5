/** What a mock server holds at most, and how long it lets others wait. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { go, MAY_GO } from '../testing/cli/go.js';
import { eventsOf, logsOf } from '../testing/cli/run-files.js';
import { withMock } from '../testing/cli/with-mock.js';

const MIB = 1024 * 1024;
const COUNT = 10_000;
/** The script computes until the test calls go(). */
const COMPUTES = `while (!${MAY_GO}) for (const end = Date.now() + 100; Date.now() < end; );`;

/** @returns the resident memory of a process in MiB, as Linux tells it */
function resident(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** So many at once, each as soon as the one before it was answered. */
async function send(count: number, ask: () => Promise<unknown>): Promise<void> {
  let sent = 0;
  const sender = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      await ask();
    }
  };
  await Promise.all(Array.from({ length: 20 }, sender));
}

it.concurrent('10,000 requests: all counted, the newest kept, each seen by a wait; memory is bounded', async () => {
  const source = `log('url=' + mock.url);
    mock.respond('/x', text_response('ok'));
    await_until(() => assert(mock.request_count('/x')).equals(${COUNT / 2}), '70s');
    log('half');
    await_until(() => assert(mock.request_count()).equals(${COUNT}), '70s');
    log(mock.request_count('/x'), mock.requests().length, mock.last_request('/x').body.length);
    await_until(() => assert(mock.request_count('/end')).equals(1), '20s');`;
  // Ten times what is kept at most.
  const body = 'x'.repeat((10 * 16 * MIB) / COUNT);
  const { logs, code, grown } = await withMock(source, async (url, cli) => {
    await cli.waitFor('"type":"waiting"');
    const post = async (): Promise<unknown> =>
      (await fetch(`${url}/x`, { method: 'POST', body })).text();
    // After a fifth of the requests the server keeps as many as it ever will.
    await send(COUNT / 5, post);
    const before = resident(cli.pid);
    await send(COUNT - COUNT / 5, post);
    const after = resident(cli.pid);
    await fetch(`${url}/end`);
    const { stdout, code: exit } = await cli.done;
    return { logs: logsOf(stdout).slice(1), code: exit, grown: after - before };
  });
  expect(logs.slice(0, 1)).toEqual(['half']);
  expect(logs[1]).toMatch(new RegExp(`^${COUNT} 9\\d\\d ${body.length}$`));
  expect(code).toBe(0);
  // Were all kept, it would be 128.
  expect(grown).toBeLessThan(100);
}, 90_000);

/** The reasons of answers, as the report tells them, and how often each. */
function reasons(events: readonly RunEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of events) {
    if (one.type !== 'agent' || one.entry.event.type !== 'http_answered') continue;
    const { reason = 'answered' } = one.entry.event;
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

it.concurrent('a script that computes: 1,000 requests wait for 10 s, more are refused, and none is served late', async () => {
  const source = `let served = 0;
    mock.on('/fn', () => text_response(String(served += 1)));
    log('url=' + mock.url);
    ${COMPUTES}
    await_until(() => assert(mock.request_count('/end')).equals(1), '30s');
    log(served);`;
  const ask = async (url: string): Promise<{ status: number; text: string; ms: number }> => {
    const began = performance.now();
    const answer = await fetch(`${url}/fn`);
    return { status: answer.status, text: await answer.text(), ms: performance.now() - began };
  };
  const { waited, refused, late, done } = await withMock(
    source,
    async (url, cli, run) => {
      const first = Array.from({ length: 1000 }, () => ask(url));
      await cli.waitFor(`"exchange":1000,`);
      const over = await Promise.all(Array.from({ length: 5 }, () => ask(url)));
      const all = await Promise.all(first);
      await go(run);
      await cli.waitFor('"type":"waiting"');
      const served = await ask(url);
      await fetch(`${url}/end`);
      return { refused: over, waited: all, late: served, done: await cli.done };
    },
    ['--cpu-limit', '25s'],
  );
  expect(new Set(refused.map(({ status, text }) => `${status} ${text}`))).toEqual(
    new Set(['503 {"error":"too many requests wait for the script (limit 1000)"}']),
  );
  expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(5000);
  const text = 'the script was busy and did not answer (limit 10 s)';
  expect(new Set(waited.map((one) => `${one.status} ${one.text}`))).toEqual(
    new Set([`503 {"error":"${text}"}`]),
  );
  expect(Math.min(...waited.map(({ ms }) => ms))).toBeGreaterThan(9900);
  // the script is not asked for requests that nobody waits for any more
  expect(late).toMatchObject({ status: 200, text: '1' });
  expect(logsOf(done.stdout).slice(1)).toEqual(['1']);
  expect(reasons(eventsOf(done.stdout))).toEqual({
    [text]: 1000,
    'too many requests wait for the script (limit 1000)': 5,
    answered: 1,
    'no route fits': 1,
  });
  expect(done.code).toBe(0);
}, 90_000);

it.concurrent('large requests wait up to 16 MiB of bodies', async () => {
  const source = `mock.on('/fn', (request) => text_response(String(request.body.length)));
    log('url=' + mock.url);
    ${COMPUTES}
    await_until(() => assert(mock.request_count('/end')).equals(1), '30s');`;
  const body = 'x'.repeat(MIB);
  const answers = await withMock(source, async (url, cli, run) => {
    const asked = Array.from({ length: 20 }, async () => {
      const answer = await fetch(`${url}/fn`, { method: 'POST', body });
      return `${answer.status} ${await answer.text()}`;
    });
    await cli.waitFor('"exchange":20,');
    await go(run);
    const all = await Promise.all(asked);
    await fetch(`${url}/end`);
    expect((await cli.done).code).toBe(0);
    return all.sort();
  });
  expect(answers).toEqual([
    ...Array<string>(16).fill(`200 ${MIB}`),
    ...Array<string>(4).fill(
      '503 {"error":"the requests that wait for the script are too large (limit 16 MiB)"}',
    ),
  ]);
}, 60_000);

it.concurrent('once teardown began no function is asked: 503, also after one that is still asked', async () => {
  const source = `mock.on('/fn', () => text_response('fn'));
    teardown(() => { log('teardown'); await_until(() => assert(mock.request_count('/end')).equals(1), '9s'); });
    log('url=' + mock.url);
    await_until(() => assert(mock.request_count('/fn')).equals(1), '10s');`;
  const { before, after, code } = await withMock(source, async (url, cli) => {
    const ask = async (path: string): Promise<string> => {
      const answer = await fetch(url + path);
      return `${answer.status} ${await answer.text()}`;
    };
    const asked = await ask('/fn');
    await cli.waitFor('"text":"teardown"');
    const later = await ask('/fn');
    await ask('/end');
    return { before: asked, after: later, code: (await cli.done).code };
  });
  expect(before).toBe('200 fn');
  expect(after).toBe('503 {"error":"the scenario is over"}');
  expect(code).toBe(0);
}, 60_000);
