/** `offhook serve` tells people, as the configuration says: the built program, real runs, real receivers. */
import { createHmac } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpSink } from '../../testing/monitor/http-sink.js';
import { startCli, type RunningCli } from '../../testing/cli/run-cli.js';
import { steer } from '../../testing/cli/run-files.js';
import { SmtpSink } from '../../testing/monitor/smtp-sink.js';
import { until } from '../../testing/until.js';

const SECRET = 'sixteen-letters-or-more';
const KEY = 'T0/B0/key-of-a-slack-webhook';
const READY = /https?:\/\/127\.0\.0\.1:\d+/;

let sink: HttpSink;
let smtp: SmtpSink;
beforeEach(async () => {
  [sink, smtp] = await Promise.all([HttpSink.start(), SmtpSink.start()]);
});
afterEach(async () => {
  await Promise.all([sink[Symbol.asyncDispose](), smtp[Symbol.asyncDispose]()]);
});

function filesOf(notify: object): Record<string, string> {
  return {
    'line.js': `scenario('a line', () => { assert(load_env('line.env').LINE).equals('up'); });`,
    'line.env': 'LINE=down\n',
    'page.mjs': `import { appendFileSync, readFileSync } from 'node:fs';
      appendFileSync('paged', process.env.OFFHOOK_SUMMARY + '\\n' + readFileSync(0));`,
    'offhook.config.json': JSON.stringify({
      monitors: { line: { run: 'line.js', every: 'never', fail_after: 1, labels: { site: 'b' } } },
      listen: { port: 0, public_url: 'https://m.example' },
      notify,
    }),
  };
}

async function urlOf(cli: RunningCli): Promise<string> {
  await cli.waitFor(READY);
  return READY.exec(cli.stdout())?.[0] ?? '';
}
const runOnce = (url: string) => fetch(`${url}/run/line`, { method: 'POST' });

test('a failure and the recovery reach webhook, mail and program; what is refused is shown', async () => {
  const quick = { group_wait: 0 };
  const files = filesOf({
    hook: {
      type: 'webhook',
      url: `http://127.0.0.1:${sink.port}/hook`,
      secret: '${HOOK_SECRET}',
      ...quick,
    },
    slack: { type: 'webhook', template: 'slack', url: '${SLACK_URL}', on: ['failed'], ...quick },
    mail: {
      type: 'email',
      smtp: `smtp://127.0.0.1:${smtp.port}`,
      from: 'a@x.example',
      to: ['b@x.example'],
      ...quick,
    },
    page: { type: 'exec', command: [process.execPath, 'page.mjs'], ...quick },
  });
  const env = { HOOK_SECRET: SECRET, SLACK_URL: `http://127.0.0.1:${sink.port}/${KEY}` };
  await steer(
    files,
    ['serve'],
    async (cli, { folder }) => {
      const url = await urlOf(cli);
      sink.answers.push({ status: 404, body: `no ${KEY}` }, { status: 404, body: `no ${KEY}` });
      expect((await fetch(`${url}/notifications/slack/test`, { method: 'POST' })).ok).toBe(true);
      await sink.received(1);
      sink.answers.length = 0;
      sink.requests.length = 0;

      expect((await runOnce(url)).status).toBe(502);
      await writeFile(join(folder, 'line.env'), 'LINE=up\n');
      await until(() => sink.requests.length >= 2 && smtp.mails.length >= 1);
      expect((await runOnce(url)).status).toBe(200);
      await sink.received(3);
      await until(() => smtp.mails.length >= 2);
      const hooks = sink.requests.filter(({ path }) => path === '/hook');
      const told = hooks.map(
        ({ body }) => (JSON.parse(body) as { transitions: object[] }).transitions,
      );
      expect(told).toMatchObject([
        [{ monitor: 'line', from: 'unknown', to: 'failed', labels: { site: 'b' } }],
        [{ monitor: 'line', from: 'failed', to: 'ok' }],
      ]);
      expect(told[0]?.[0]).toMatchObject({
        note: expect.stringContaining('does not hold') as unknown,
        run_url: expect.stringMatching(/^https:\/\/m\.example\/runs\/\S+$/) as unknown,
      });
      for (const { headers, body } of hooks) {
        const signed = `${String(headers['x-offhook-timestamp'])}.${body}`;
        const hmac = createHmac('sha256', SECRET).update(signed).digest('hex');
        expect(headers['x-offhook-signature']).toBe(`sha256=${hmac}`);
      }
      expect(smtp.mails.map(({ data }) => /^Subject: .*/m.exec(data)?.[0].trim())).toEqual([
        'Subject: [offhook] FAILED: line',
        'Subject: [offhook] RECOVERED: line',
      ]);
      const paged = (): Promise<string> => readFile(join(folder, 'paged'), 'utf8').catch(() => '');
      await until(async () => (await paged()).includes('RECOVERED: line'));
      expect(await paged()).toMatch(/^FAILED: line\n\{"version":1/);
      for (const secret of [SECRET, KEY]) {
        expect(cli.stdout() + cli.stderr()).not.toContain(secret);
        expect(await (await fetch(`${url}/healthz`)).text()).not.toContain(secret);
      }
      cli.kill('SIGTERM');
      expect((await cli.done).code).toBe(0);
    },
    { env },
  );
});

test('killed while a message is on its way: the next serve sends it under the same id', async () => {
  const hook = { type: 'webhook', url: `http://127.0.0.1:${sink.port}/`, group_wait: 0 };
  await steer(filesOf({ hook }), ['serve'], async (cli, { folder, leftovers }) => {
    sink.answers.push('none');
    await runOnce(await urlOf(cli));
    await sink.received(1);
    cli.kill('SIGKILL');
    await cli.done;
    const next = startCli(['serve'], { cwd: folder, leftovers });
    await sink.received(2);
    const [sent, again] = sink.requests.map(({ headers }) => headers['x-offhook-delivery']);
    expect(sent).toMatch(/^[0-9a-f]{32}$/);
    expect(again).toBe(sent);
    await urlOf(next);
    next.kill('SIGTERM');
    expect((await next.done).code).toBe(0);
    expect(sink.requests).toHaveLength(2);
  });
});
