/** A monitor with its API, as tests ask it: real runs by the built program, a real store, real HTTP on a loopback address. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Api, ApiOptions } from '../../monitor/api/api-options.js';
import { startApi } from '../../monitor/api/start-api.js';
import { childRunner } from '../../monitor/core/child.js';
import { MACHINE_CLOCK } from '../../monitor/core/clock.js';
import { RunFolders } from '../../monitor/core/folders.js';
import { Watch, type WatchSettings } from '../../monitor/core/watch.js';
import type { MonitorSettings } from '../../monitor/model/settings.js';
import { openStore } from '../../monitor/store/open-store.js';
import { monitorSettings, RETENTION } from './sample-monitor.js';
import { CLI_FILE } from '../cli/run-cli.js';

export const READER = 'reader-token-0123456789';
export const OPERATOR = 'operator-token-0123456789';

export const SCENARIOS = {
  'pass.js': "scenario('passes', () => { assert(1).equals(1); });",
  'fail.js': "scenario('fails', () => { assert(env('PASSWORD', '')).equals('no'); });",
  'slow.js': "scenario('waits', () => { wait('60s'); assert(1).equals(1); });",
};

/** Notifications that are all delivered. */
export const NO_LETTERS = {
  test: () => Promise.resolve(undefined),
  letters: () => [],
  sendAgain: () => Promise.resolve(false),
  discard: () => Promise.resolve(false),
};

export interface MonitorApi {
  readonly api: Api;
  readonly watch: Watch;
  readonly runs: RunFolders;
  /** The folder with the scenarios. */
  readonly folder: string;
  /** Errors that were bugs. */
  readonly bugs: readonly unknown[];
  /** Closes the API, and opens another one to the same monitors. */
  readonly again: (options: Partial<ApiOptions>) => Promise<Api>;
  readonly close: () => Promise<void>;
}

/** A monitor that runs only when somebody asks. */
export function monitor(
  name: string,
  file: keyof typeof SCENARIOS,
  settings: Partial<MonitorSettings> = {},
): MonitorSettings {
  return monitorSettings({ name, run: [file], fail_after: 3, ...settings });
}

/** @param options of the API: without tokens unless given */
export async function startMonitorApi(
  monitors: readonly MonitorSettings[],
  options: Partial<ApiOptions> = {},
): Promise<MonitorApi> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-monitor-'));
  for (const [name, text] of Object.entries(SCENARIOS)) await writeFile(join(folder, name), text);
  const store = await openStore(join(folder, 'history.sqlite'));
  const runs = new RunFolders(join(folder, 'runs'));
  const settings: WatchSettings = { monitors, max_parallel: 3, retention: RETENTION };
  const watch = await Watch.start(
    {
      store,
      folders: runs,
      clock: MACHINE_CLOCK,
      runner: childRunner({
        program: [process.execPath, CLI_FILE],
        cwd: folder,
        environment: { PATH: process.env['PATH'] ?? '', HOME: folder },
      }),
    },
    settings,
  );
  const bugs: unknown[] = [];
  const start = (more: Partial<ApiOptions>): Promise<Api> =>
    startApi(watch, {
      host: '127.0.0.1',
      port: 0,
      tokens: [],
      version: '1.2.3',
      filesOf: (id) => runs.find(id),
      reportOf: () => Promise.resolve(undefined),
      onError: (error) => bugs.push(error),
      ...options,
      ...more,
    });
  let api: Api;
  try {
    api = await start({});
  } catch (error) {
    await watch.close();
    await store.close();
    throw error;
  }
  const opened = [api];
  return {
    api,
    watch,
    runs,
    folder,
    bugs,
    again: async (more) => {
      const another = await start(more);
      opened.push(another);
      return another;
    },
    close: async () => {
      for (const one of opened) await one.close();
      await watch.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
