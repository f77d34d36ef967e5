/** `offhook serve` without its command line, on scenario files and a history that a test makes. Never shipped. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndedRun, Outcome } from '../../monitor/model/run.js';
import type { MonitorSettings } from '../../monitor/model/settings.js';
import { FIRST_STATE, isBad, stateAfter, type MonitorState } from '../../monitor/model/states.js';
import { Service } from '../../monitor/service.js';
import { readSettings } from '../../monitor/settings/settings.js';
import { openStore } from '../../monitor/store/open-store.js';
import type { Store } from '../../monitor/store/store.js';
import { watchLeftovers, type LeftoverWatch } from '../cli/leftovers.js';
import { CLI_FILE } from '../cli/run-cli.js';
import { endedRun, runId } from './sample-monitor.js';

/** Not the name of a project file: runs would read that, too. */
const CONFIG = 'monitors.json';
const RULES = {
  warn_after: 1,
  fail_after: 2,
  recover_after: 1,
  ignore_until_first_success: false,
} satisfies Partial<MonitorSettings>;

export interface ServedOptions {
  /** Scenario files, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** What stands in the configuration; where it listens and stores is added. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Fills the history before the service starts. */
  readonly seed?: (store: Store) => Promise<void>;
}

export class ServedMonitors {
  readonly #leftovers: LeftoverWatch;
  readonly #path: string;
  #service: Service;
  readonly url: string;

  private constructor(leftovers: LeftoverWatch, path: string, service: Service) {
    this.#leftovers = leftovers;
    this.#path = path;
    this.#service = service;
    this.url = `${service.url}/`;
  }

  static async start({ files = {}, config, seed }: ServedOptions): Promise<ServedMonitors> {
    const leftovers = await watchLeftovers();
    const folder = join(leftovers.folder, 'monitored');
    await mkdir(join(folder, 'store'), { recursive: true });
    const path = join(folder, CONFIG);
    const whole = { listen: { port: 0 }, store: 'store', ...config };
    await writeFile(path, JSON.stringify(whole));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    if (seed !== undefined) {
      const store = await openStore(join(folder, 'store', 'history.sqlite'));
      await seed(store);
      await store.close();
    }
    const service = await startService(path, leftovers);
    return new ServedMonitors(leftovers, path, service);
  }

  /** Ends the service; `again` starts it at the same address. */
  async stop(): Promise<void> {
    await this.#service.close();
  }

  async again(): Promise<void> {
    this.#service = await startService(this.#path, this.#leftovers, Number(new URL(this.url).port));
  }

  async close(): Promise<void> {
    await this.#service.close();
    await this.#leftovers.assertNothingLeft();
  }
}

async function startService(
  path: string,
  { folder }: LeftoverWatch,
  port?: number,
): Promise<Service> {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder };
  const settings = readSettings(path, environment);
  const { listen } = settings;
  return Service.start(
    { ...settings, listen: { ...listen, ...(port === undefined ? {} : { port }) } },
    {
      program: [process.execPath, CLI_FILE],
      environment,
      version: '0.0.0',
      onError: (error) => {
        throw error;
      },
    },
  );
}

export interface Past {
  readonly monitor: string;
  /** The newest last. */
  readonly outcomes: readonly Outcome[];
  /** When the last of them began, in ms since 1970. */
  readonly until: number;
  readonly every_ms: number;
  /** The note that each bad run gets. */
  readonly note?: string;
  /** Six letters and digits, another one for each monitor. */
  readonly tail: string;
}

/** Runs that a monitor has had, with the states that followed from them. */
export async function storePast(store: Store, past: Past): Promise<MonitorState> {
  const { monitor: name, outcomes, until, every_ms: every, note = 'it failed', tail } = past;
  let state = FIRST_STATE;
  let good: EndedRun | undefined;
  for (const [index, outcome] of outcomes.entries()) {
    const at = until - (outcomes.length - 1 - index) * every;
    const run = endedRun({
      id: runId(at, tail),
      monitor: name,
      started_at: at,
      outcome,
      duration_ms: 2000 + 300 * (index % 7),
      measures: { post_dial_delay: 300 + 40 * (index % 5), mos: 4.4 - 0.05 * (index % 9) },
      ...(isBad(outcome) ? { note, scenarios_failed: 1 } : {}),
    });
    const before = state.state;
    const told = isBad(outcome) ? { note } : {};
    ({ state } = stateAfter(state, { outcome, at: run.ended_at, run: run.id, ...told }, RULES));
    if (outcome === 'passed') good = run;
    await store.end(run, {
      name,
      state,
      last: run,
      ...(good === undefined ? {} : { last_passed: good }),
      learned_locks: [],
    });
    await store.spent(name, before, at, at + every);
  }
  return state;
}
