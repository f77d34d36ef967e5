/**
 * What examples/monitor ships works: a real Prometheus takes its configuration and rules and scrapes a real `offhook serve`, and
 * everything that rules and dashboard ask for is there.
 */
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { findPrometheus, startPrometheus } from './prometheus.js';
import { CLI_FILE } from '../cli/run-cli.js';

const run = promisify(execFile);
const EXAMPLE = new URL('../../../examples/monitor', import.meta.url).pathname;
const textOf = (name: string): string => readFileSync(join(EXAMPLE, name), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'offhook-deployment-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const programs = await findPrometheus();
const hasSystemd = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
);

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: {
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
    };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}
const dashboard = JSON.parse(textOf('grafana/dashboard.json')) as Dashboard;
/** The expressions as Grafana fills them in. */
const expressions = dashboard.panels.flatMap(({ targets }) =>
  targets.map(({ expr }) => expr.replaceAll('$monitor', '.+')),
);

test('panels of the dashboard do not overlap, and fit the grid', () => {
  const taken = new Set<string>();
  for (const { title, gridPos } of dashboard.panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(taken.has(`${x} ${y}`), title).toBe(false);
        taken.add(`${x} ${y}`);
      }
    }
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

test('compose mounts files that are there', () => {
  const { services } = parse(textOf('compose.yaml')) as {
    services: Record<string, { volumes: string[] }>;
  };
  const mounted = Object.values(services)
    .flatMap(({ volumes }) => volumes)
    .filter((one) => one.startsWith('./'))
    .map((one) => one.split(':')[0] ?? '');
  expect(mounted).toHaveLength(4);
  for (const name of mounted) expect(() => readFileSync(join(EXAMPLE, name))).not.toThrow(/ENOENT/);
});

describe.skipIf(programs === undefined)('promtool', () => {
  const promtool = (args: readonly string[]) =>
    run(programs?.promtool ?? '', args, { cwd: EXAMPLE });

  test('takes configuration and rules', async () => {
    // The token is there only in the container.
    const { stdout } = await promtool(['check', 'config', '--syntax-only', 'prometheus.yml']);
    expect(stdout).toMatch(/SUCCESS/);
    expect((await promtool(['check', 'rules', 'alerts.yml'])).stdout).toMatch(/SUCCESS: 8 rules/);
  });

  test('finds that the rules alarm when they should', async () => {
    expect((await promtool(['test', 'rules', 'alerts.test.yml'])).stdout).toMatch(/SUCCESS/);
  });

  test('takes what the dashboard asks', async () => {
    const rules = expressions.map((expr, index) => ({ record: `panel_${index}`, expr }));
    const file = join(folder, 'panels.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    expect((await promtool(['check', 'rules', file])).stdout).toContain(`${rules.length} rules`);
  });
});

test.skipIf(!hasSystemd)('systemd takes the unit, and finds it well shut in', async () => {
  const unit = join(folder, 'offhook.service');
  const words = textOf('offhook.service');
  expect(words).toContain('/usr/local/bin/offhook serve');
  // Without capset, setpriv cannot ask the kernel to kill an agent whose run was killed.
  expect(words).toMatch(/^SystemCallFilter=~@privileged.*\n(#.*\n)*SystemCallFilter=capset$/m);
  writeFileSync(unit, words.replace('/usr/local/bin/offhook', process.execPath));
  const { stdout, stderr } = await run('systemd-analyze', ['verify', unit]);
  expect(stdout + stderr).toBe('');
  const security = await run('systemd-analyze', ['security', '--offline=true', unit]);
  const exposure = /exposure level for \S+: ([\d.]+)/.exec(security.stdout)?.[1];
  expect(Number(exposure)).toBeLessThanOrEqual(2);
});

const READ = 'read-token-of-sixteen-letters';
const OPERATE = 'operate-token-of-sixteen-letters';

/** Starts the monitor of the example, with another store and a free port. */
async function startServe(): Promise<{ url: string; stop: () => Promise<void> }> {
  const place = join(folder, 'project');
  cpSync(EXAMPLE, place, { recursive: true });
  const file = join(place, 'offhook.config.json');
  const settings = JSON.parse(readFileSync(file, 'utf8')) as object;
  const listen = { host: '127.0.0.1', port: 0 };
  writeFileSync(file, JSON.stringify({ ...settings, listen, store: join(folder, 'store') }));
  const child = spawn(process.execPath, [CLI_FILE, 'serve'], {
    cwd: place,
    env: { ...process.env, OFFHOOK_READ_TOKEN: READ, OFFHOOK_OPERATE_TOKEN: OPERATE },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /https?:\/\/[\d.]+:\d+/.exec(line)?.[0];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, stop };
  }
  throw new Error('offhook serve did not start');
}

describe.skipIf(programs === undefined)('Prometheus', () => {
  test('scrapes a monitor, and has all that rules and dashboard ask for', async () => {
    if (programs === undefined) return;
    const serve = await startServe();
    const token = join(folder, 'token');
    writeFileSync(token, READ);
    const configuration = textOf('prometheus.yml')
      .replace('127.0.0.1:8470', new URL(serve.url).host)
      .replace('/run/secrets/offhook_read_token', token)
      .replace('- alerts.yml', `- ${join(EXAMPLE, 'alerts.yml')}`)
      .replace('scrape_interval: 15s', 'scrape_interval: 1s');
    const server = await startPrometheus(programs, configuration);
    const ask = async (path: string): Promise<unknown> =>
      ((await (await fetch(`${server.url}/api/v1/${path}`)).json()) as { data: unknown }).data;
    const query = async (expr: string): Promise<{ metric: Record<string, string> }[]> => {
      const data = await ask(`query?query=${encodeURIComponent(expr)}`);
      return (data as { result: { metric: Record<string, string> }[] }).result;
    };
    try {
      const begin = await fetch(`${serve.url}/test/self/start`, {
        method: 'PUT',
        headers: { Authorization: `Bearer ${OPERATE}` },
      });
      expect(begin.ok).toBe(true);
      const passed = 'offhook_monitor_runs_total{monitor="self", outcome="passed"} >= 1';
      await vi.waitUntil(async () => (await query(passed)).length === 1, {
        timeout: 50_000,
        interval: 250,
      });
      expect(await query('up{job="offhook"} == 1')).toHaveLength(1);
      expect(await query('offhook_monitor_state{monitor="self", state="ok"} == 1')).toHaveLength(1);

      // Also those that have no value yet, such as uptimes of monitors that have just begun.
      const known = new Set(Object.keys((await ask('metadata')) as object));
      const asked = [...expressions, textOf('alerts.yml')].flatMap(
        (text) => text.match(/\b(?:offhook|process)_[a-z_]+\b/g) ?? [],
      );
      expect(new Set(asked).size).toBeGreaterThan(10);
      const families = new Set(asked.map((name) => name.replace(/_bucket$/, '')));
      expect([...families].filter((name) => !known.has(name))).toEqual([]);
      for (const measure of ['run_duration_seconds', 'post_dial_delay_seconds', 'mos']) {
        const count = `offhook_monitor_${measure}_count{monitor="self"} >= 1`;
        expect(await query(count), measure).toHaveLength(1);
      }

      // Nobody without a token sees anything.
      expect((await fetch(`${serve.url}/metrics`)).status).toBe(401);
    } finally {
      await server.stop();
      await serve.stop();
    }
  });
});
