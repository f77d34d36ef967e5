import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ExecTarget } from '../model/targets.js';
import type { Message } from './message.js';
import { runProgram } from './program.js';
import { until } from '../../testing/until.js';

const folder = mkdtempSync(join(tmpdir(), 'offhook-program-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = (name: string): string => join(folder, name);

const AT = Date.parse('2026-03-01T12:00:00Z');
const message: Message = {
  delivery: 'd1',
  sent_at: AT,
  told: [
    {
      kind: 'transition',
      monitor: 'berlin',
      from: 'ok',
      to: 'failed',
      at: AT,
      note: '$(touch pwned); `id` \u0000\n--evil',
      run_url: 'https://m.example/runs/r1',
      labels: {},
    },
  ],
};
const target = (command: readonly string[], more: Partial<ExecTarget> = {}): ExecTarget => ({
  name: 'ops',
  type: 'exec',
  command,
  env: {},
  on: ['failed'],
  group_wait_ms: 0,
  remind_every_ms: 0,
  timeout_ms: 10_000,
  tries: 3,
  ...more,
});
const node = (script: string, more: Partial<ExecTarget> = {}): ExecTarget =>
  target([process.execPath, '-e', script], more);
const run = (to: ExecTarget, signal = new AbortController().signal) =>
  runProgram(to, message, signal, { PATH: process.env['PATH'], SIP_PASSWORD: 'hunter2' });

/** A process that was killed and that nobody has waited for yet is no longer alive. */
function isAlive(pid: number): boolean {
  try {
    const [, state] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    return state?.startsWith('Z') === false;
  } catch {
    return false;
  }
}

test('the program gets JSON and variables, and nothing of the environment that is not its own', async () => {
  const out = file('seen.json');
  const script = `
    const { writeFileSync, readFileSync } = require('node:fs');
    writeFileSync(${JSON.stringify(out)}, JSON.stringify({
      args: process.argv.slice(1), env: process.env, input: readFileSync(0, 'utf8') }))`;
  const to = target([process.execPath, '-e', script, 'a b', '$HOME'], { env: { TOKEN: 'mine' } });
  expect(await run(to)).toEqual({ result: 'sent', said: `${process.execPath}: exit code 0` });
  const seen = JSON.parse(readFileSync(out, 'utf8')) as {
    args: string[];
    env: Record<string, string>;
    input: string;
  };
  expect(seen.args).toEqual(['a b', '$HOME']);
  // The shell that starts it adds these of its own.
  const { PWD: _folder, SHLVL: _level, _: _self, ...env } = seen.env;
  expect(env).toEqual({
    PATH: process.env['PATH'],
    TOKEN: 'mine',
    OFFHOOK_DELIVERY: 'd1',
    OFFHOOK_COUNT: '1',
    OFFHOOK_KIND: 'transition',
    OFFHOOK_MONITOR: 'berlin',
    OFFHOOK_FROM: 'ok',
    OFFHOOK_TO: 'failed',
    OFFHOOK_AT: '2026-03-01T12:00:00.000Z',
    OFFHOOK_SUMMARY: 'FAILED: berlin',
    OFFHOOK_NOTE: '$(touch pwned); `id` --evil',
    OFFHOOK_RUN_URL: 'https://m.example/runs/r1',
  });
  expect(JSON.parse(seen.input)).toMatchObject({
    version: 1,
    transitions: [{ monitor: 'berlin', to: 'failed' }],
  });
});

test.each<[string, ExecTarget, object]>([
  [
    'an exit code, with the last line it wrote',
    node('console.error("first\\nno such queue"); process.exitCode = 3'),
    { result: 'retry', problem: `${process.execPath}: exit code 3: no such queue` },
  ],
  [
    'a signal',
    node('process.kill(process.pid, "SIGTERM"); setInterval(() => 0, 1000)'),
    { result: 'retry', problem: `${process.execPath}: killed by SIGTERM` },
  ],
  [
    'no such program',
    target(['/nonexistent/page']),
    { result: 'refused', problem: '/nonexistent/page: no such program' },
  ],
  ['a folder', target([folder]), { result: 'refused' }],
  ['an argument that cannot be', target([process.execPath, 'a\0b']), { result: 'refused' }],
  ['a program that does not read', target(['/bin/true']), { result: 'sent' }],
  [
    'its secrets are not shown',
    node('console.error("bad token", process.env.TOKEN); process.exitCode = 1', {
      env: { TOKEN: 'qwertz' },
    }),
    { problem: `${process.execPath}: exit code 1: bad token ***` },
  ],
])('%s', async (_, to, expected) => {
  expect(await run(to)).toMatchObject(expected);
});

test('a program that fills its error output is not held up, and only the end is kept', async () => {
  const to = node(
    'process.stderr.write("x".repeat(5_000_000) + "\\nthe end\\n", () => process.exit(1))',
  );
  expect(await run(to)).toMatchObject({ problem: `${process.execPath}: exit code 1: the end` });
});

/** Writes its pid and that of a child it starts, and stays. */
const family = (out: string): string => `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' });
  require('node:fs').writeFileSync(${JSON.stringify(out)}, process.pid + ' ' + child.pid);`;
const pidsIn = (out: string): number[] => readFileSync(out, 'utf8').split(' ').map(Number);
const stay = 'setInterval(() => 0, 1000)';

test('a program that takes too long is killed with what it started', async () => {
  const out = file('slow');
  const sent = await run(node(family(out) + stay, { timeout_ms: 1500 }));
  expect(sent).toEqual({
    result: 'retry',
    problem: `${process.execPath}: killed, as it still ran after 1.5 s`,
  });
  const pids = pidsIn(out);
  expect(pids).toHaveLength(2);
  await until(() => pids.every((pid) => !isAlive(pid)));
});

test('what a program leaves behind is killed when it ends', async () => {
  const out = file('left');
  expect(await run(node(`${family(out)} process.exit(0)`))).toMatchObject({ result: 'sent' });
  const pids = pidsIn(out);
  await until(() => pids.every((pid) => !isAlive(pid)));
});

test('a monitor that ends takes the program with it', async () => {
  const out = file('ends');
  writeFileSync(out, '');
  const ended = new AbortController();
  const running = run(node(family(out) + stay), ended.signal);
  await until(() => readFileSync(out, 'utf8') !== '');
  ended.abort();
  expect(await running).toMatchObject({ result: 'retry' });
  await until(() => pidsIn(out).every((pid) => !isAlive(pid)));
});
