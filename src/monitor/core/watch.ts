/** The monitors at work: what the API, the page and the command line ask of them, and how they begin, change and end. */
import { OffhookError } from '../../errors.js';
import type { Day } from '../model/days.js';
import type { EndedRun } from '../model/run.js';
import type { MonitorSettings } from '../model/settings.js';
import type {
  Bucket,
  Change,
  HealthProblem,
  Monitors,
  MonitorView,
  Undelivered,
} from '../model/view.js';
import type { Retention } from '../store/store.js';
import type { Runner } from './child.js';
import { Health } from './health.js';
import { Ledger, type LedgerParts } from './ledger.js';
import { Places } from './places.js';
import { Roster } from './roster.js';
import { Runs } from './runs.js';
import { Timetable } from './timetable.js';
import { newMonitor, Watched } from './watched.js';

/** The part of the configuration that the monitors need. */
export interface WatchSettings {
  readonly monitors: readonly MonitorSettings[];
  /** Most runs at a time. */
  readonly max_parallel: number;
  readonly retention: Retention;
}

export interface WatchParts extends Omit<LedgerParts, 'health' | 'roster'> {
  readonly runner: Runner;
}

export class Watch implements Monitors {
  readonly #parts: WatchParts;
  readonly #health: Health;
  readonly #roster: Roster;
  readonly #places: Places;
  readonly #ledger: Ledger;
  readonly #runs: Runs;
  readonly #timetable: Timetable;
  #retention: Retention;
  #undelivered: Undelivered = { dead: 0, late: 0 };

  private constructor(parts: WatchParts, settings: WatchSettings) {
    this.#parts = parts;
    this.#retention = settings.retention;
    const places = new Places(settings.max_parallel);
    const roster = new Roster({
      now: () => this.#now(),
      waitsFor: (name) => places.waitsFor(name),
    });
    const health = new Health((problems) => {
      roster.tell({ type: 'health', problems });
    });
    const ledger = new Ledger({ ...parts, health, roster });
    const runs = new Runs({ ...parts, health, roster, places, ledger });
    const keepHouse = (): Promise<void> => ledger.keepHouse(this.#retention);
    this.#timetable = new Timetable({ ...parts, health, roster, places, runs, keepHouse });
    this.#places = places;
    this.#roster = roster;
    this.#health = health;
    this.#ledger = ledger;
    this.#runs = runs;
  }

  /** @throws OffhookError E_STORE when what is stored cannot be read */
  static async start(parts: WatchParts, settings: WatchSettings): Promise<Watch> {
    const watch = new Watch(parts, settings);
    await watch.#recover(settings.monitors);
    await watch.#ledger.keepHouse(settings.retention);
    watch.#timetable.look();
    return watch;
  }

  all(): readonly MonitorView[] {
    return this.#roster.values().map((one) => this.#roster.view(one));
  }

  find(name: string): MonitorView | undefined {
    const watched = this.#roster.get(name);
    return watched === undefined ? undefined : this.#roster.view(watched);
  }

  start(name: string): Promise<boolean | undefined> {
    const watched = this.#roster.get(name);
    return Promise.resolve(watched === undefined ? undefined : this.#runs.ask(watched, 'request'));
  }

  async runOnce(name: string, signal: AbortSignal): Promise<EndedRun | 'running' | undefined> {
    const watched = this.#roster.get(name);
    if (watched === undefined) return undefined;
    return new Promise((resolve, reject) => {
      if (!this.#runs.ask(watched, 'request')) {
        resolve('running');
        return;
      }
      this.#runs.onEnd(name, (run) => {
        resolve(run ?? 'running');
      });
      const gone = (): void => {
        const what = 'nobody waits for its run any more';
        reject(new OffhookError('E_INTERRUPTED', { subject: `monitor "${name}"`, what }));
      };
      if (signal.aborted) gone();
      signal.addEventListener('abort', gone, { once: true });
    });
  }

  stop(name: string): Promise<boolean | undefined> {
    const watched = this.#roster.get(name);
    return Promise.resolve(watched === undefined ? undefined : this.#runs.stop(watched));
  }

  async fail(name: string, note: string): Promise<boolean | undefined> {
    const watched = this.#roster.get(name);
    if (watched === undefined) return undefined;
    await this.#runs.fail(watched, note);
    return true;
  }

  async pause(name: string, paused: boolean): Promise<boolean | undefined> {
    const watched = this.#roster.get(name);
    if (watched === undefined) return undefined;
    if (watched.isPaused === paused) return false;
    await this.#ledger.save(watched, { paused });
    watched.restart(this.#now());
    this.#roster.show(watched);
    this.#timetable.look();
    return true;
  }

  async history(
    name: string,
    before: number,
    limit: number,
  ): Promise<readonly EndedRun[] | undefined> {
    if (this.#roster.get(name) === undefined) return undefined;
    return this.#parts.store.history(name, before, limit);
  }

  async run(id: string): Promise<EndedRun | undefined> {
    return this.#parts.folders.find(id) === undefined ? undefined : this.#parts.store.run(id);
  }

  async buckets(
    name: string,
    size: 'hour' | 'day',
    from: number,
    to: number,
  ): Promise<readonly Bucket[] | undefined> {
    if (this.#roster.get(name) === undefined) return undefined;
    return this.#parts.store.buckets(name, size, from, to);
  }

  days(from: number): Promise<ReadonlyMap<string, readonly Day[]>> {
    return this.#parts.store.days(from);
  }

  problems(): readonly HealthProblem[] {
    return this.#health.problems;
  }

  undelivered(): Undelivered {
    return this.#undelivered;
  }

  watch(listener: (change: Change) => void): () => void {
    return this.#roster.watch(listener);
  }

  /** What other parts found wrong; without a text all is well again. */
  report(about: 'settings' | 'notify', text: string | undefined): void {
    if (text === undefined) this.#health.clear(about, '');
    else this.#health.set(about, '', text, this.#now());
  }

  /** Takes the numbers of undelivered messages; listeners are told while there are any, and once when there are none left. */
  tellUndelivered(undelivered: Undelivered): void {
    const isAny = ({ dead, late }: Undelivered): boolean => dead + late > 0;
    if (!isAny(undelivered) && !isAny(this.#undelivered)) return;
    this.#undelivered = undelivered;
    this.#roster.tell({ type: 'undelivered', undelivered });
  }

  /** Takes another configuration: states, histories and runs of monitors that stay go on. */
  async reload({ monitors, max_parallel, retention }: WatchSettings): Promise<void> {
    const known = await this.#ledger.known();
    const now = this.#now();
    this.#retention = retention;
    const names = new Set(monitors.map(({ name }) => name));
    const before = this.#roster.values();
    const gone = before.filter(({ name }) => !names.has(name));
    for (const watched of gone) this.#runs.stop(watched);
    this.#roster.replace(
      monitors.map((settings) => {
        const watched = before.find(({ name }) => name === settings.name);
        if (watched === undefined) return new Watched(settings, now, known.get(settings.name));
        const changed = JSON.stringify(watched.settings) !== JSON.stringify(settings);
        watched.settings = settings;
        if (changed) watched.restart(now);
        return watched;
      }),
    );
    for (const { name } of gone) {
      this.#health.clear('overdue', name);
      this.#roster.tell({ type: 'removed', name });
    }
    this.#places.most = max_parallel;
    for (const watched of this.#roster.values()) this.#roster.show(watched);
    this.#timetable.look();
  }

  /** Stops all runs, which do not count, and waits until they are gone and stored. */
  async close(): Promise<void> {
    await this.#timetable.close();
    this.#ledger.close();
    await this.#runs.close();
    await this.#ledger.keepHouse(this.#retention);
  }

  /** Records runs that were under way when the program last ended as lost. */
  async #recover(monitors: readonly MonitorSettings[]): Promise<void> {
    const known = await this.#ledger.known();
    const now = this.#now();
    this.#roster.replace(
      monitors.map((settings) => new Watched(settings, now, known.get(settings.name))),
    );
    await this.#sweepFolders();
    for (const begun of await this.#parts.store.begun()) {
      const watched = this.#roster.get(begun.monitor);
      const { store, folders } = this.#parts;
      const lost: EndedRun = {
        ...begun,
        ended_at: begun.started_at,
        outcome: 'lost',
        duration_ms: 0,
        measures: {},
        scenarios: 0,
        scenarios_failed: 0,
        note: 'the monitor program ended during the run',
        kept: false,
      };
      if (watched === undefined) {
        const stored = known.get(begun.monitor)?.stored ?? newMonitor(begun.monitor);
        await store.end(lost, stored);
      } else {
        await this.#ledger.take(watched, lost).stored;
      }
      await folders.remove(begun.id);
    }
  }

  /** Removes folders that belong to no kept run: the program was killed before it removed them. */
  async #sweepFolders(): Promise<void> {
    const { store, folders } = this.#parts;
    for (const id of await folders.ids()) {
      if ((await store.run(id))?.kept !== true) await folders.remove(id);
    }
  }

  #now(): number {
    return Math.round(this.#parts.clock.now());
  }
}
