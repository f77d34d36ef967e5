/**
 * `offhook serve`, put together: store, monitors, notifications, API and page. Knows no flags, no signals and no streams.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OffhookError } from '../errors.js';
import type { Api, ApiOptions } from './api/api-options.js';
import { assertOptions } from './api/listening.js';
import { startApi } from './api/start-api.js';
import { childRunner, type ChildPlace } from './core/child.js';
import { MACHINE_CLOCK } from './core/clock.js';
import { RunFolders } from './core/folders.js';
import { Reports } from './core/report.js';
import { Watch } from './core/watch.js';
import { monitorPage, statusPage } from './monitor-page.js';
import { noticesOf } from './notify/notice.js';
import { Notifier } from './notify/notifier.js';
import type { ServeSettings } from './settings/settings.js';
import { LINES_FILE, variablesOfLines } from '../settings/lines.js';
import { openStore } from './store/open-store.js';
import type { Store } from './store/store.js';

export interface ServiceParts {
  /** Program and first arguments that start Offhook: node and its file. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The version of Offhook, for the API. */
  readonly version: string;
  /** Called with each error that is a bug. */
  readonly onError: (error: unknown) => void;
}

const HISTORY = 'history.sqlite';

/** References that earlier parts read only when they need them: to a part made later, and to settings that a reload changes. */
interface Current {
  settings: ServeSettings;
  watch?: Watch;
}

interface Made {
  readonly current: Current;
  readonly store: Store;
  readonly watch: Watch;
  readonly notifier: Notifier;
  readonly folders: RunFolders;
  readonly api: Api;
}

export class Service {
  readonly #parts: ServiceParts;
  readonly #made: Made;
  #api: Api;

  private constructor(parts: ServiceParts, made: Made) {
    this.#parts = parts;
    this.#made = made;
    this.#api = made.api;
  }

  /** @throws OffhookError E_STORE, E_SETTINGS, E_LISTEN */
  static async start(settings: ServeSettings, parts: ServiceParts): Promise<Service> {
    await makeFolder(settings.store);
    const store = await openStore(settings.database ?? join(settings.store, HISTORY));
    const folders = new RunFolders(join(settings.store, 'runs'));
    const current: Current = { settings };
    const notifier = new Notifier(settings.notify, {
      store,
      environment: parts.environment,
      runUrl: (run) => runUrl(current.settings, run),
      watched: () =>
        (current.watch?.all() ?? []).map(({ settings: about, state, paused, in_maintenance }) => ({
          settings: about,
          state,
          quiet: paused || in_maintenance,
        })),
      changed: () => {
        const [problem] = notifier.problems();
        current.watch?.report('notify', problem?.text);
        current.watch?.tellUndelivered(notifier.undelivered());
      },
    });
    let watch: Watch | undefined;
    try {
      await notifier.start();
      watch = await Watch.start(
        {
          store,
          folders,
          clock: MACHINE_CLOCK,
          runner: childRunner(placeOf(settings, parts)),
          noticesOf: (transition, monitor) =>
            noticesOf(transition, monitor, current.settings.notify, Date.now()),
          noticed: (notices) => {
            notifier.told(notices);
          },
        },
        settings,
      );
      current.watch = watch;
      // An earlier process may have left some.
      watch.tellUndelivered(notifier.undelivered());
      const api = await startApi(watch, await apiOptions(settings, parts, { folders, notifier }));
      return new Service(parts, { current, store, watch, notifier, folders, api });
    } catch (error) {
      await watch?.close();
      await notifier.stop();
      await store.close();
      throw error;
    }
  }

  get url(): string {
    return this.#api.url;
  }

  get watch(): Watch {
    return this.#made.watch;
  }

  /**
   * Applies changed settings; states, histories and runs under way stay. Another store takes effect at the next start.
   * @returns a warning about settings that have no effect yet
   */
  async reload(settings: ServeSettings): Promise<string | undefined> {
    const { current, watch, notifier } = this.#made;
    const before = current.settings;
    current.settings = settings;
    await watch.reload(settings);
    await notifier.reconfigure(settings.notify);
    const ofApi = ({ listen, auth, status_page, notify }: ServeSettings): string =>
      JSON.stringify([listen, auth, status_page, notify.map(({ name }) => name)]);
    if (ofApi(before) !== ofApi(settings)) await this.#listenAnew(before, settings);
    const stays = before.store === settings.store && before.database === settings.database;
    return stays ? undefined : 'the new "store" takes effect only at the next start';
  }

  async close(): Promise<void> {
    const { watch, notifier, store } = this.#made;
    await this.#api.close();
    await watch.close();
    await notifier.stop();
    await store.close();
  }

  /** Starts the API again; if the new settings cannot be used, it goes on with the old ones. */
  async #listenAnew(before: ServeSettings, settings: ServeSettings): Promise<void> {
    await this.#api.close();
    try {
      this.#api = await this.#startApi(settings);
    } catch (error) {
      this.#api = await this.#startApi(before);
      throw error;
    }
  }

  async #startApi(settings: ServeSettings): Promise<Api> {
    return startApi(this.#made.watch, await apiOptions(settings, this.#parts, this.#made));
  }

  /** A reload that failed is shown as bad health until one succeeds. */
  reportSettings(problem: string | undefined): void {
    this.#made.watch.report('settings', problem);
  }
}

/** Secrets of the monitor program are not for its scenarios. */
function placeOf(settings: ServeSettings, { program, environment: all }: ServiceParts): ChildPlace {
  // A line needs the variables it names, even if a secret of the monitor is taken from the same variable.
  const needed = new Set(variablesOfLines(settings.lines));
  const hidden = new Set(settings.variables.filter((name) => !needed.has(name)));
  const visible = Object.entries(all).filter(([name]) => !hidden.has(name));
  // Without it, a run would look for its lines beside its scenarios, and miss a file of another name or find a nearer one.
  const environment = { ...Object.fromEntries(visible), [LINES_FILE]: settings.file };
  return { program, cwd: settings.folder, environment };
}

async function apiOptions(
  settings: ServeSettings,
  parts: ServiceParts,
  { folders, notifier }: Pick<Made, 'folders' | 'notifier'>,
): Promise<ApiOptions> {
  const { status_page: status, notify } = settings;
  const reports = new Reports(placeOf(settings, parts));
  return {
    ...(await listening(settings)),
    version: parts.version,
    page: monitorPage(),
    ...(status === undefined ? {} : { status_page: { title: status.title, page: statusPage() } }),
    filesOf: (run) => folders.find(run),
    reportOf: async (run) => {
      const folder = folders.find(run);
      return folder === undefined ? undefined : reports.of(folder);
    },
    notifications: {
      names: notify.map(({ name }) => name),
      test: async (target) => {
        const result = await notifier.test(target);
        return result === undefined || result.ok ? undefined : result.said;
      },
      letters: () => notifier.letters(),
      sendAgain: (id) => notifier.sendAgain(id),
      discard: (id) => notifier.discard(id),
    },
    onError: parts.onError,
  };
}

/** @throws OffhookError E_SETTINGS for files that cannot be used, and where strangers could come in */
export async function assertListening(settings: ServeSettings): Promise<void> {
  assertOptions(await listening(settings));
}

async function listening({
  listen: { host, port, tls },
  auth,
}: ServeSettings): Promise<Pick<ApiOptions, 'host' | 'port' | 'tokens' | 'tls'>> {
  const pair =
    tls === undefined ? {} : { tls: { cert: await pem(tls.cert), key: await pem(tls.key) } };
  return { host, port, tokens: auth, ...pair };
}

function runUrl({ listen }: ServeSettings, run: string): string | undefined {
  return listen.public_url === undefined ? undefined : `${listen.public_url}/runs/${run}`;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new OffhookError(
      'E_STORE',
      { subject: `store "${path}"`, what: 'cannot be made', seen: (error as Error).message },
      { hint: 'name another folder as "store"' },
    );
  }
}

async function pem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OffhookError(
      'E_SETTINGS',
      { subject: `listen: "${path}"`, what: 'cannot be read', seen: (error as Error).message },
      { hint: 'name the files of a certificate and its key, as PEM' },
    );
  }
}
