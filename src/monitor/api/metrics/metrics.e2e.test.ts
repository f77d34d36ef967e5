import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monitor, startMonitorApi, type MonitorApi } from '../../../testing/monitor/monitor-api.js';
import { leastMs } from '../../../testing/timing.js';

let made: MonitorApi;

beforeAll(async () => {
  made = await startMonitorApi([
    monitor('good', 'pass.js', { labels: { site: 'Bonn', 'a-b': 'x"y\\z\n' } }),
    monitor('bad "one"', 'fail.js'),
    ...['slow', 'stopped', 'full'].map((name) => monitor(name, 'slow.js')),
  ]);
});

afterAll(async () => {
  expect(made.bugs).toEqual([]);
  await made.close();
});

/** Values by name and labels, as Prometheus reads them. */
async function scrape(url = made.api.url): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return valuesOf(await answer.text());
}

function valuesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

const run = (name: string): Promise<Response> =>
  fetch(`${made.api.url}/run/${encodeURIComponent(name)}`, { method: 'POST' });

function until(fits: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!fits()) return;
      stop();
      resolve();
    };
    const stop = made.watch.watch(look);
    look();
  });
}

describe('/metrics', () => {
  it('states, counters, times and histograms; each run is counted once', async () => {
    await run('good');
    await run('good');
    await run('bad "one"');
    const values = await scrape();
    const bad = 'monitor="bad \\"one\\""';
    expect(values.get('offhook_monitor_state{monitor="good",state="ok"}')).toBe(1);
    expect(values.get('offhook_monitor_state{monitor="good",state="failed"}')).toBe(0);
    expect(values.get(`offhook_monitor_state{${bad},state="failing"}`)).toBe(1);
    expect(values.get('offhook_monitor_runs_total{monitor="good",outcome="passed"}')).toBe(2);
    expect(values.get(`offhook_monitor_runs_total{${bad},outcome="failed"}`)).toBe(1);
    expect(values.get('offhook_monitor_run_duration_seconds_count{monitor="good"}')).toBe(2);
    const sum = values.get('offhook_monitor_run_duration_seconds_sum{monitor="good"}') ?? 0;
    const took = made.watch.find('good')?.strip.map(({ duration_ms: ms }) => ms / 1000) ?? [];
    expect(sum).toBeCloseTo(
      took.reduce((one, two) => one + two, 0),
      6,
    );
    const ended = made.watch.find('good')?.last?.ended_at ?? 0;
    expect(values.get('offhook_monitor_last_run_timestamp_seconds{monitor="good"}')).toBe(
      ended / 1000,
    );
    expect(
      values.get(
        'offhook_monitor_info{label_site="Bonn",label_a_b="x\\"y\\\\z\\n",monitor="good"}',
      ),
    ).toBe(1);
    expect(values.get(`offhook_build_info{version="1.2.3",node="${process.versions.node}"}`)).toBe(
      1,
    );
    expect(values.get('offhook_healthy')).toBe(1);
    expect([...values.keys()].some((key) => key.startsWith('process_resident_memory_bytes'))).toBe(
      true,
    );
  });

  it('counters go on where they were in another API of the same history; histograms begin anew', async () => {
    const again = await made.again({});
    const values = await scrape(again.url);
    expect(values.get('offhook_monitor_runs_total{monitor="good",outcome="passed"}')).toBe(2);
    expect(values.has('offhook_monitor_run_duration_seconds_count{monitor="good"}')).toBe(false);
    await run('good');
    const later = await scrape(again.url);
    expect(later.get('offhook_monitor_run_duration_seconds_count{monitor="good"}')).toBe(1);
    expect(later.get('offhook_monitor_runs_total{monitor="good",outcome="passed"}')).toBe(3);
    await again.close();
  });

  it('what is wrong with the monitor itself', async () => {
    made.watch.report('notify', 'two messages could not be delivered');
    const values = await scrape();
    expect(values.get('offhook_healthy')).toBe(0);
    expect(values.get('offhook_problems{about="notify"}')).toBe(1);
    made.watch.report('notify', undefined);
    expect((await scrape()).has('offhook_problems{about="notify"}')).toBe(false);
  });

  it('each name is documented once, with base units, and counters end in _total', async () => {
    const text = await (await fetch(`${made.api.url}/metrics`)).text();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [
      name,
      type,
    ]);
    const names = types.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name?.startsWith('offhook_')).length).toBeGreaterThan(16);
    for (const [name = '', type = ''] of types) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      expect(name).not.toMatch(/_ms$|milliseconds/);
    }
  });
});

describe('/probe', () => {
  const probe = async (target: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${made.api.url}/probe?target=${encodeURIComponent(target)}`, {
      headers,
    });
    return { status: answer.status, values: valuesOf(await answer.text()) };
  };

  it('runs the monitor now: success, or not', async () => {
    const good = await probe('good');
    expect([good.status, good.values.get('probe_success')]).toEqual([200, 1]);
    expect(good.values.get('probe_duration_seconds')).toBeGreaterThan(0.05);
    expect(good.values.get('offhook_probe_scenarios')).toBe(1);
    const bad = await probe('bad "one"');
    expect([bad.status, bad.values.get('probe_success')]).toEqual([200, 0]);
    expect(bad.values.get('offhook_probe_scenarios_failed')).toBe(1);
  });

  it('two at once share a run', async () => {
    const before = made.watch.find('good')?.state.n_run ?? 0;
    const both = await Promise.all([probe('good'), probe('good')]);
    expect(both.map(({ values }) => values.get('probe_success'))).toEqual([1, 1]);
    expect(made.watch.find('good')?.state.n_run).toBe(before + 1);
  });

  it('answers before the scraper gives up; the run goes on', async () => {
    const took = await leastMs(1500, async () => {
      const began = performance.now();
      const { values } = await probe('slow', { 'x-prometheus-scrape-timeout-seconds': '1.5' });
      const elapsed = performance.now() - began;
      expect(values.get('probe_success')).toBe(0);
      expect(values.get('offhook_probe_timed_out')).toBe(1);
      return elapsed;
    });
    expect(took).toBeLessThan(1500);
    expect(made.watch.find('slow')?.running).toBeDefined();
    const joined = await probe('slow', { 'x-prometheus-scrape-timeout-seconds': '1' });
    expect(joined.values.get('offhook_probe_timed_out')).toBe(1);
    await made.watch.stop('slow');
    await until(() => made.watch.find('slow')?.running === undefined);
  });

  it('stopped meanwhile: no success', async () => {
    const waiting = probe('stopped');
    await until(() => made.watch.find('stopped')?.running !== undefined);
    await made.watch.stop('stopped');
    expect((await waiting).values.get('probe_success')).toBe(0);
  });

  it('without a target, for one that is not there, with a time that is none', async () => {
    expect((await fetch(`${made.api.url}/probe`)).status).toBe(400);
    expect((await probe('')).status).toBe(400);
    expect((await probe('nobody')).status).toBe(404);
    expect((await probe('__proto__')).status).toBe(404);
    expect((await probe('good', { 'x-prometheus-scrape-timeout-seconds': 'soon' })).status).toBe(
      400,
    );
  });

  it('no more wait than may', async () => {
    const few = await made.again({ limits: { waiting: 1 } });
    const first = fetch(`${few.url}/probe?target=full`);
    await until(() => made.watch.find('full')?.running !== undefined);
    const second = await fetch(`${few.url}/run/good`, { method: 'POST' });
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '10']);
    await made.watch.stop('full');
    expect((await first).status).toBe(200);
    await few.close();
  });
});
