/** Programs of the configuration end with a monitor that is killed: notifications and triggers, with what they have started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { until } from '../testing/until.js';
import { killGroup, startGuarded } from './guarded.js';

const folder = mkdtempSync(join(tmpdir(), 'offhook-guarded-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const module = (path: string): string =>
  new URL(`../../dist/monitor/${path}`, import.meta.url).href;

/** Writes its pid and that of a child it starts, and waits for its child as a shell does: until both are killed. */
const family = (out: string): readonly string[] => [
  '/bin/sh',
  '-c',
  'sleep 600 & echo $$ $! > "$0.part"; mv "$0.part" "$0"; wait',
  out,
];

/** A monitor with one of each kind, whose limits are far away. */
const MONITOR = `
  const [, told, triggered, telling, triggering] = process.argv;
  const { runProgram } = await import('${module('notify/program.js')}');
  const { openTrigger } = await import('${module('core/trigger.js')}');
  const env = { PATH: process.env.PATH };
  const target = { name: 'ops', type: 'exec', command: JSON.parse(telling), env: {}, timeout_ms: 600_000 };
  void runProgram(target, { delivery: 'd', sent_at: 0, told: [] }, new AbortController().signal, env);
  const place = { cwd: '/', environment: env };
  const trigger = await openTrigger({ exec: JSON.parse(triggering), timeout_ms: 600_000 }, place);
  await fetch(trigger.url);
`;

/** A process that was killed and that nobody has waited for yet is no longer alive. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('kill -9 of the monitor ends them at once', async () => {
  const outs = [join(folder, 'told'), join(folder, 'triggered')];
  const words = [...outs, ...outs.map((out) => JSON.stringify(family(out)))];
  const monitor = spawn(process.execPath, ['--input-type=module', '-e', MONITOR, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(monitor, 'exit');
  await until(() => outs.every((out) => existsSync(out)));
  const pids = outs.flatMap((out) => readFileSync(out, 'utf8').trim().split(' ').map(Number));
  expect(pids).toHaveLength(4);
  expect(pids.filter(isAlive)).toEqual(pids);
  monitor.kill('SIGKILL');
  await ended;
  await until(() => !pids.some(isAlive));
});

test('a program sees its words as they are, has no child and no pipe of ours, and its code is its own', async () => {
  const script = 'wait; printf "%s|" "$@"; [ -e /proc/$$/fd/3 ] || echo closed; exit 41';
  const child = startGuarded(['sh', '-c', script, 'x', 'a b', '$HOME', '"', '-n'], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdin: 'ignore',
    stdout: 'pipe',
  });
  let text = '';
  child.stdout?.on('data', (piece: Buffer) => (text += piece.toString()));
  const closed = once(child, 'close');
  const [code] = (await once(child, 'exit')) as [number];
  killGroup(child);
  await closed;
  expect([code, text]).toEqual([41, 'a b|$HOME|"|-n|closed\n']);
});
