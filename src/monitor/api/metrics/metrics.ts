/**
 * What Prometheus scrapes. All but the histograms is read from the monitors at each scrape, so counters go on where they
 * were after a restart; histograms begin anew, as Prometheus expects of a process that was restarted.
 */
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from '@platformatic/prom-client';
import type { EndedRun } from '../../model/run.js';
import { isCounted, STATES } from '../../model/states.js';
import type { Change, Monitors, MonitorView } from '../../model/view.js';
import { labelsOf } from './metric-labels.js';

/** Seconds. Runs of scenarios take from less than one to some minutes. */
const DURATION_BUCKETS = [0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];
/** Seconds: ITU-T E.721 wants a post-dial delay of 3 to 11 s on average, from local to international. */
const CALL_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 11, 20];
/** Mean opinion scores: 3.6 and 4.03 are limits of ITU-T G.107 annex B, 4.4 is what G.711 reaches without loss. */
const MOS_BUCKETS = [1, 2, 2.6, 3.1, 3.6, 4.03, 4.2, 4.3, 4.4];

/** Gauges of the library with names that only counters may have (`promtool check metrics`); they exist without `_total` as well. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

interface Observed {
  readonly duration: Histogram<'monitor'>;
  readonly setup: Histogram<'monitor'>;
  readonly delay: Histogram<'monitor'>;
  readonly mos: Histogram<'monitor'>;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #monitors: Monitors;
  readonly #observed: Observed;
  readonly #unwatch: () => void;
  /** Id of the last run of each monitor that was counted. */
  readonly #seen = new Map<string, string | undefined>();

  constructor(monitors: Monitors, version: string) {
    this.#monitors = monitors;
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    this.#gauge('offhook_build_info', 'Version of Offhook and Node, always 1', [
      'version',
      'node',
    ]).set({ version, node: process.versions.node }, 1);
    this.#readStates();
    this.#readRuns();
    this.#readHealth();
    const histogram = (name: string, help: string, buckets: number[]): Histogram<'monitor'> =>
      new Histogram({ name, help, labelNames: ['monitor'], buckets, registers: [this.#registry] });
    this.#observed = {
      duration: histogram(
        'offhook_monitor_run_duration_seconds',
        'Length of counted runs',
        DURATION_BUCKETS,
      ),
      setup: histogram(
        'offhook_monitor_call_setup_seconds',
        'From the INVITE to the answer, the worst call of each run',
        CALL_BUCKETS,
      ),
      delay: histogram(
        'offhook_monitor_post_dial_delay_seconds',
        'From the INVITE to the first ringing, the worst call of each run',
        CALL_BUCKETS,
      ),
      mos: histogram(
        'offhook_monitor_mos',
        'Mean opinion score (ITU-T G.107), the worst call of each run',
        MOS_BUCKETS,
      ),
    };
    for (const { name, last } of monitors.all()) this.#seen.set(name, last?.id);
    this.#unwatch = monitors.watch((change) => {
      this.#take(change);
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    this.#readLabels();
    return this.#registry.metrics();
  }

  close(): void {
    this.#unwatch();
    this.#registry.clear();
  }

  #take(change: Change): void {
    if (change.type === 'removed') {
      this.#seen.delete(change.name);
      for (const one of Object.values(this.#observed) as Histogram<'monitor'>[]) {
        one.remove({ monitor: change.name });
      }
    }
    if (change.type !== 'monitor') return;
    const { name, last } = change.monitor;
    const isKnown = this.#seen.has(name);
    const before = this.#seen.get(name);
    this.#seen.set(name, last?.id);
    // What a monitor that has just been added brings from its history was counted when it ended.
    if (isKnown && last !== undefined && last.id !== before) this.#observe(last);
  }

  #observe({ monitor, outcome, duration_ms: duration, measures }: EndedRun): void {
    if (!isCounted(outcome)) return;
    const { setup, post_dial_delay: delay, mos } = measures;
    this.#observed.duration.observe({ monitor }, duration / 1000);
    if (setup !== undefined) this.#observed.setup.observe({ monitor }, setup / 1000);
    if (delay !== undefined) this.#observed.delay.observe({ monitor }, delay / 1000);
    if (mos !== undefined) this.#observed.mos.observe({ monitor }, mos);
  }

  #gauge<T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[],
    collect?: (gauge: Gauge<T>) => void,
  ): Gauge<T> {
    return new Gauge<T>({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      ...(collect === undefined
        ? {}
        : {
            collect(this: Gauge<T>) {
              this.reset();
              collect(this);
            },
          }),
    });
  }

  /** A gauge with one value for each monitor that has one. */
  #perMonitor(name: string, help: string, value: (view: MonitorView) => number | undefined): void {
    this.#gauge(name, help, ['monitor'], (gauge) => {
      for (const view of this.#monitors.all()) {
        const known = value(view);
        if (known !== undefined) gauge.set({ monitor: view.name }, known);
      }
    });
  }

  #readStates(): void {
    this.#gauge(
      'offhook_monitor_state',
      'State of the monitor: 1 for the one it is in',
      ['monitor', 'state'],
      (gauge) => {
        for (const { name, state } of this.#monitors.all()) {
          for (const one of STATES)
            gauge.set({ monitor: name, state: one }, +(state.state === one));
        }
      },
    );
    this.#perMonitor('offhook_monitor_running', 'Whether a run takes place', ({ running }) =>
      Number(running !== undefined),
    );
    this.#perMonitor(
      'offhook_monitor_waiting',
      'Whether it is due and waits for a place or a lock',
      ({ waiting_for: waitingFor }) => Number(waitingFor !== undefined),
    );
    this.#perMonitor('offhook_monitor_paused', 'Whether its schedule is paused', ({ paused }) =>
      Number(paused),
    );
    this.#perMonitor(
      'offhook_monitor_in_maintenance',
      'Whether it is in a maintenance window',
      (view) => Number(view.in_maintenance),
    );
    this.#perMonitor(
      'offhook_monitor_consecutive_failures',
      'Bad runs in a row',
      ({ state }) => state.bad,
    );
    this.#gauge(
      'offhook_monitor_uptime_ratio',
      'Share of the time in known states in which it was not failed',
      ['monitor', 'window'],
      (gauge) => {
        for (const { name, uptime } of this.#monitors.all()) {
          for (const [window, share] of Object.entries(uptime) as [string, number][]) {
            gauge.set({ monitor: name, window }, share);
          }
        }
      },
    );
  }

  #readRuns(): void {
    const monitors = this.#monitors;
    new Counter({
      name: 'offhook_monitor_runs_total',
      help: 'Ended runs by outcome; failed: also runs in which Offhook or its environment failed; uncounted: stopped or lost',
      labelNames: ['monitor', 'outcome'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { name, state } of monitors.all()) {
          const { n_run: all, n_fail: failed, n_flaky: flaky } = state;
          const { n_degraded: degraded, n_uncounted: uncounted } = state;
          const passed = Math.max(0, all - failed - flaky - degraded - uncounted);
          const counts = { passed, flaky, degraded, failed, uncounted };
          for (const [outcome, count] of Object.entries(counts)) {
            this.inc({ monitor: name, outcome }, count);
          }
        }
      },
    });
    this.#perMonitor(
      'offhook_monitor_last_run_timestamp_seconds',
      'When the last run ended',
      ({ last }) => seconds(last?.ended_at),
    );
    this.#perMonitor(
      'offhook_monitor_last_run_duration_seconds',
      'Length of the last run',
      ({ last }) => seconds(last?.duration_ms),
    );
    this.#perMonitor(
      'offhook_monitor_next_run_timestamp_seconds',
      'When it runs next by schedule',
      ({ next_at: next }) => seconds(next),
    );
  }

  #readHealth(): void {
    this.#gauge('offhook_healthy', 'Whether the monitor program itself is well', [], (gauge) => {
      gauge.set(Number(this.#monitors.problems().length === 0));
    });
    this.#gauge(
      'offhook_problems',
      'Problems of the monitor program itself, by what they are about',
      ['about'],
      (gauge) => {
        for (const { about } of this.#monitors.problems()) gauge.inc({ about });
      },
    );
  }

  /** Its labels are those of all monitors together, which a reload may change: the metric is made anew each time. */
  #readLabels(): void {
    const name = 'offhook_monitor_info';
    const rows = this.#monitors.all().map((view) => ({
      ...labelsOf(view.settings.labels),
      monitor: view.name,
    }));
    const labelNames = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    this.#registry.removeSingleMetric(name);
    const gauge = this.#gauge(name, 'Labels of the settings of the monitor, always 1', labelNames);
    for (const row of rows) gauge.set(row, 1);
  }
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
