/** `offhook serve` and `offhook monitors` as people use them: the built program, real runs, a real store. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { EndedRun } from '../../monitor/model/run.js';
import type { MonitorView } from '../../monitor/model/view.js';
import { leavingNothing } from '../../testing/cli/leftovers.js';
import { STORE_TROUBLES } from '../../testing/monitor/store-troubles.js';
import { runCli, startCli, type CliResult, type RunningCli } from '../../testing/cli/run-cli.js';
import { type FilesRun, runFiles, steer, writeFiles } from '../../testing/cli/run-files.js';

const SCENARIOS = {
  'pass.js': `scenario('passes', () => { assert(1).equals(1); });`,
  'toggle.js': `scenario('as the file says', () => { assert(env('LINE', 'up')).equals('up'); });`,
  'call.js': `
    scenario('a call', () => {
      const [a, b] = [agent('a'), agent('b')];
      a.dial(b);
      b.accept();
      await_until(() => assert(a.state).equals(State.Established));
      if (env('HOLD', '') !== '') wait('60s');
      a.hangup();
    });`,
  'endless.js': `scenario('waits', { timeout: '10m' }, () => { wait('9m'); assert(1).equals(1); });`,
};

const READY = /https?:\/\/127\.0\.0\.1:\d+\//;
/** When the monitor is killed, its runs hang up and tear down: all their processes have ended after this time. */
const GONE_MS = 15_000;

type Config = Readonly<Record<string, unknown>>;

function files(config: Config): Record<string, string> {
  return { ...SCENARIOS, 'offhook.config.json': json(config) };
}

/** The configuration as text, with a server on any free port. */
function json(config: Config): string {
  return JSON.stringify({ listen: { port: 0 }, ...config });
}

async function ready(cli: RunningCli): Promise<string> {
  await cli.waitFor(READY);
  const [url = ''] = READY.exec(cli.stdout()) ?? [];
  return url.replace(/\/$/, '');
}

async function get<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

/** Asks until the answer is as wanted. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  return vi.waitFor(
    async () => {
      const answer = await ask();
      expect(wanted(answer), JSON.stringify(answer)).toBe(true);
      return answer;
    },
    { timeout: 30_000 },
  );
}

const view = (url: string, name: string): Promise<MonitorView> => get(`${url}/monitors/${name}`);

function monitors(run: FilesRun, url: string, ...words: readonly string[]): Promise<CliResult> {
  const { folder, leftovers } = run;
  return runCli(['monitors', ...words, '--url', url], { cwd: folder, leftovers });
}

/** The command says this on stdout, and nothing on stderr. */
async function expectSaid(
  run: FilesRun,
  url: string,
  words: readonly string[],
  stdout: string,
): Promise<void> {
  expect(await monitors(run, url, ...words)).toMatchObject({ stdout, stderr: '' });
}

async function ended(cli: RunningCli): Promise<CliResult> {
  cli.kill('SIGTERM');
  return cli.done;
}

test('runs what is due, tells changes, answers, and ends without a trace', async () => {
  const config = {
    monitors: {
      good: { run: 'pass.js', every: '2s' },
      bad: { run: 'toggle.js', every: 'never', set: { LINE: 'down' }, fail_after: 1 },
      call: { run: 'call.js', every: 'never', info: 'two agents' },
    },
  };
  await steer(files(config), ['serve'], async (cli, run) => {
    const url = await ready(cli);
    await until(
      () => view(url, 'good'),
      ({ state }) => state.n_run >= 2,
    );
    const failed = await monitors(run, url, 'run', 'bad');
    expect(failed).toMatchObject({ code: 1, stderr: '' });
    expect(failed.stdout).toMatch(
      /^bad: failed in [\d.]+ s: env\('LINE', 'up'\): does not hold: equals "up": was "down"\n$/,
    );
    await cli.waitFor(/Z bad: unknown -> failed: env\('LINE', 'up'\)/);
    const call = await monitors(run, url, 'run', 'call', '--json');
    expect(call.code).toBe(0);
    const { id, measures, outcome } = JSON.parse(call.stdout) as EndedRun;
    expect(outcome).toBe('passed');
    expect(measures.setup).toBeGreaterThan(0);
    // The report is made on request; the files that explain the run are kept.
    const report = await fetch(`${url}/runs/${id}`, { headers: { accept: 'text/html' } });
    expect(await report.text()).toContain('a call');
    const kept = await readdir(join(run.folder, '.offhook/monitor/runs', id));
    expect(kept).toEqual(expect.arrayContaining(['run.ndjson', 'report.html', 'files']));
    const list = await monitors(run, url, 'list');
    expect(list).toMatchObject({ code: 1, stderr: '' });
    expect(list.stdout).toMatch(/^good +ok +\d+ runs, 0 failed, (next |running$)/m);
    expect(list.stdout).toMatch(/^bad +failed +1 runs, 1 failed, on request {2}env\(/m);
    const { code, stdout, stderr } = await ended(cli);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('ending: runs under way are stopped and do not count');
  });
});

test('Ctrl-C in a call: it is ended, does not count, and nothing is left', async () => {
  const config = { monitors: { call: { run: 'call.js', every: 'never', set: { HOLD: 'yes' } } } };
  await steer(files(config), ['serve'], async (cli, run) => {
    const url = await ready(cli);
    await expectSaid(run, url, ['start', 'call'], 'call: started\n');
    await expectSaid(run, url, ['start', 'call'], 'call: is already running\n');
    const record = async (): Promise<string> => {
      const { running } = await view(url, 'call');
      const file = join(run.folder, '.offhook/monitor/runs', running?.id ?? '', 'run.ndjson');
      return readFile(file, 'utf8').catch(() => '');
    };
    await until(record, (text) => text.includes('"by":"wait"'));
    const { code } = await ended(cli);
    expect(code).toBe(0);
    expect(run.leftovers.processes()).toEqual([]);
    expect(await readdir(join(run.folder, '.offhook/monitor/runs'))).toEqual([]);
  });
});

test('stop and fail from outside; a run that takes too long is ended with all it started', async () => {
  const config = {
    monitors: {
      // Longer than the five seconds that requests of Node.js have by default.
      endless: { run: 'endless.js', every: 'never', fail_after: 1, timeout: '6s' },
      held: { run: 'call.js', every: 'never', set: { HOLD: 'yes' } },
    },
  };
  await steer(files(config), ['serve'], async (cli, run) => {
    const url = await ready(cli);
    const late = await monitors(run, url, 'run', 'endless');
    expect(late.stdout).toMatch(
      /^endless: failed in [\d.]+ s: the run took longer than 6 s and was ended\n$/,
    );
    // Ctrl-C in `monitors run` ends the waiting, and the run goes on.
    const { folder, leftovers } = run;
    const waits = startCli(['monitors', 'run', 'held', '--url', url], { cwd: folder, leftovers });
    await until(
      () => view(url, 'held'),
      ({ running }) => running !== undefined,
    );
    expect((await monitors(run, url, 'run', 'held')).stderr).toContain('wait for a run under way');
    waits.kill('SIGINT');
    expect(await waits.done).toMatchObject({
      code: 130,
      stderr:
        'interrupted: the run of "held" goes on\n  hint: offhook monitors stop held ends it\n',
    });
    expect((await monitors(run, url, 'stop', 'held')).stdout).toBe(
      'held: stopped: this run does not count\n',
    );
    const stopped = await until(
      () => view(url, 'held'),
      ({ running }) => running === undefined,
    );
    expect(stopped.state).toMatchObject({ state: 'unknown', n_run: 1, n_uncounted: 1 });
    await expectSaid(run, url, ['stop', 'held'], 'held: is not running\n');
    await expectSaid(run, url, ['fail', 'held'], 'held: marked as failed\n');
    expect((await view(url, 'held')).state).toMatchObject({ state: 'failing', n_fail: 1 });
    await expectSaid(run, url, ['pause', 'held'], 'held: paused\n');
    await expectSaid(run, url, ['resume', 'held'], 'held: resumed\n');
    const unknown = await monitors(run, url, 'start', 'none');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(
      'hint: offhook monitors list shows the monitors of this server',
    );
    await ended(cli);
  });
});

test('kill -9 in a call: the next start knows all that was shown, and no process is left', async () => {
  const config = {
    monitors: {
      good: { run: 'pass.js', every: 'never' },
      held: { run: 'call.js', every: 'never', set: { HOLD: 'yes' } },
    },
  };
  const run = await writeFiles(files(config));
  const { folder, leftovers } = run;
  await leavingNothing(
    leftovers,
    async () => {
      const first = startCli(['serve'], { cwd: folder, leftovers });
      const url = await ready(first);
      await monitors(run, url, 'run', 'good');
      const shown = await view(url, 'good');
      await monitors(run, url, 'pause', 'good');
      await monitors(run, url, 'start', 'held');
      await until(
        () => view(url, 'held'),
        ({ running }) => running !== undefined,
      );
      first.kill('SIGKILL');
      await first.done.catch(() => undefined);
      expect(await leftovers.processesGone(GONE_MS)).toBe(true);
      const second = startCli(['serve'], { cwd: folder, leftovers });
      const again = await ready(second);
      expect(await view(again, 'good')).toMatchObject({
        state: shown.state,
        paused: true,
        strip: shown.strip,
      });
      const held = await view(again, 'held');
      expect(held.last?.outcome).toBe('lost');
      expect(held.state).toMatchObject({ n_run: 1, n_uncounted: 1, state: 'unknown' });
      await ended(second);
    },
    GONE_MS,
  );
});

describe.each(STORE_TROUBLES)('the store fails: $what', ({ says, possible, prepare, begin }) => {
  test.runIf(possible)('runs go on, and what they found is there when it works again', async () => {
    const config = { monitors: { good: { run: 'pass.js', every: '1s' } }, store: 'store' };
    const { folder, leftovers } = await writeFiles(files(config));
    const store = join(folder, 'store');
    await leavingNothing(leftovers, async () => {
      const undo = prepare(store);
      try {
        const cli = startCli(['serve'], { cwd: folder, leftovers });
        const url = await ready(cli);
        const good = (): Promise<MonitorView> => view(url, 'good');
        await until(good, ({ state }) => state.n_run >= 2);
        const mend = begin(store);
        const problems = async (): Promise<string> => {
          const { problems: all } = await get<{ problems?: { text: string }[] }>(`${url}/healthz`);
          return (all ?? []).map(({ text }) => text).join(' ');
        };
        await until(problems, (text) => says.every((one) => one.test(text)));
        await cli.waitFor(/health: .*cannot be stored/);
        const shown = await good();
        const begun = new Set<number>();
        await until(good, ({ running }) => {
          if (running !== undefined) begun.add(running.started_at);
          return begun.size >= 4;
        });
        expect((await good()).state.n_run - shown.state.n_run).toBeLessThanOrEqual(1);
        mend();
        await until(problems, (text) => !text.includes('cannot be stored'));
        const runs = await until(
          () => get<readonly EndedRun[]>(`${url}/monitors/good/runs?limit=100`),
          (all) => [...begun].slice(0, 3).every((at) => all.some((run) => run.started_at === at)),
        );
        expect(new Set(runs.map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
        expect((await good()).state.n_run).toBeGreaterThanOrEqual(shown.state.n_run + 3);
        const { code } = await ended(cli);
        expect(code).toBe(0);
      } finally {
        undo();
      }
    });
  });
});

test('the configuration is read again by SIGHUP and when the file changes; a wrong one changes nothing', async () => {
  const config = { monitors: { one: { run: 'pass.js', every: 'never' } } };
  await steer(files(config), ['serve'], async (cli, { folder }) => {
    const url = await ready(cli);
    const file = join(folder, 'offhook.config.json');
    await writeFile(file, json({ monitors: { one: { run: 'pass.js', evry: '5s' } } }));
    cli.kill('SIGHUP');
    await cli.waitFor('The monitors go on with the configuration they had.');
    expect(cli.stderr()).toContain('monitors.one.evry: is not a setting');
    expect(cli.stderr()).toContain('did you mean "every"?');
    const health = await fetch(`${url}/healthz`);
    expect(health.status).toBe(503);
    expect(await health.text()).toContain('the configuration could not be read again');
    const names = async (): Promise<readonly string[]> =>
      (await get<readonly MonitorView[]>(`${url}/monitors`)).map(({ name }) => name);
    expect(await names()).toEqual(['one']);
    await writeFile(
      file,
      json({ monitors: { ...config.monitors, two: { run: 'pass.js', every: 'never' } } }),
    );
    await until(names, (all) => all.length === 2);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await ended(cli);
  });
});

test('a program of the configuration calls the scenario that waits', async () => {
  const scenario = `
    import { wait_mode } from 'offhook/modes';
    scenario('somebody calls', () => {
      const [callee, caller] = [agent('callee'), agent('caller')];
      const asked = http('POST', env('OFFHOOK_TRIGGER') + '?number=%2B49301');
      assert(asked.status).equals(200);
      assert(asked.body.trim()).equals('calls +49301');
      caller.dial(callee);
      wait_mode(callee);
    });`;
  const exec = [process.execPath, '-e', 'console.log("calls", process.argv[1])', '{number}'];
  const config = { monitors: { one: { run: 'in.js', every: 'never', trigger: { exec } } } };
  await steer({ ...files(config), 'in.js': scenario }, ['serve'], async (cli, run) => {
    const url = await ready(cli);
    const { stdout } = await monitors(run, url, 'run', 'one');
    expect(stdout).toMatch(/^one: passed in /);
    await ended(cli);
  });
});

test('a second monitor with the same store is refused', async () => {
  const config = { monitors: { one: { run: 'pass.js', every: 'never' } } };
  await steer(files(config), ['serve'], async (cli, { folder, leftovers }) => {
    await ready(cli);
    const second = await runCli(['serve'], { cwd: folder, leftovers });
    expect(second.code).toBe(3);
    expect(second.stderr).toMatch(/^offhook: store ".*": another monitor uses it\n {2}hint: /);
    await ended(cli);
  });
});

test('secrets of the monitor reach neither its scenarios nor its outputs', async () => {
  const token = 'a-token-of-the-monitor';
  const config = {
    monitors: {
      one: { run: 'env.js', every: 'never', set: { LINE_PASSWORD: '${PASSWORD_OF_LINE}' } },
    },
    auth: [{ name: 'me', token: '${MONITOR_TOKEN}', role: 'operate' }],
  };
  const scenario = `scenario('sees', () => {
    assert(env('MONITOR_TOKEN', 'nothing')).equals('nothing');
    assert(env('LINE_PASSWORD')).equals('swordfish-42');
    log(env('LINE_PASSWORD'));
  });`;
  const env = { MONITOR_TOKEN: token, PASSWORD_OF_LINE: 'swordfish-42' };
  await steer(
    { ...files(config), 'env.js': scenario },
    ['serve'],
    async (cli, { folder, leftovers }) => {
      const url = await ready(cli);
      expect((await fetch(`${url}/monitors`)).status).toBe(401);
      const options = { cwd: folder, leftovers, env: { ...env, OFFHOOK_TOKEN: token } };
      const { code, stdout } = await runCli(
        ['monitors', 'run', 'one', '--json', '--url', url],
        options,
      );
      expect({ code, stdout }).toMatchObject({ code: 0 });
      const { id } = JSON.parse(stdout) as EndedRun;
      const record = await readFile(
        join(folder, '.offhook/monitor/runs', id, 'run.ndjson'),
        'utf8',
      );
      expect(record).not.toContain('swordfish');
      const headers = { authorization: `Bearer ${token}` };
      const all = await (await fetch(`${url}/monitors`, { headers })).text();
      expect(all).not.toContain('swordfish');
      const dump = await runCli(['monitors', 'dump'], options);
      expect(dump.stdout).toContain('"${PASSWORD_OF_LINE}"');
      expect(dump.stdout + cli.stdout()).not.toMatch(/swordfish|a-token-of/);
      await ended(cli);
    },
    { env },
  );
});

test('monitors without a server, or with the wrong words', async () => {
  const nobody = await runFiles({}, ['monitors', 'list', '--url', 'http://127.0.0.1:9']);
  expect(nobody.code).toBe(2);
  expect(nobody.stderr).toMatch(
    /^offhook: http:\/\/127\.0\.0\.1:9: does not answer: .*\n {2}hint: start offhook serve/,
  );
  const noAddress = await runFiles({}, ['monitors', 'list', '--url', 'localhost']);
  expect(noAddress.stderr).toMatch(/^offhook: --url "localhost": is no address\n {2}hint: /);
  expect((await runFiles({}, ['monitors', 'start'])).stderr).toContain(
    'needs the name of a monitor',
  );
  expect((await runFiles({}, ['monitors', 'list', 'x'])).stderr).toContain('takes no name');
});
