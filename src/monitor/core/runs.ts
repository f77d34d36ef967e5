/** Runs of monitors: asked for, waiting for a place, under way, ended. */
import type { BegunRun, EndedRun, Outcome, Trigger } from '../model/run.js';
import type { MonitorSettings } from '../model/settings.js';
import { isBad } from '../model/states.js';
import type { Ended, Runner } from './child.js';
import type { Clock } from './clock.js';
import { nextDue } from './due.js';
import { type RunFolders, runId } from './folders.js';
import { reasonOf, type Health } from './health.js';
import type { Ledger } from './ledger.js';
import type { Places } from './places.js';
import { judged } from './result.js';
import type { Roster } from './roster.js';
import type { Running, Watched } from './watched.js';

export interface RunsParts {
  readonly clock: Clock;
  readonly folders: RunFolders;
  readonly health: Health;
  readonly ledger: Ledger;
  readonly places: Places;
  readonly roster: Roster;
  readonly runner: Runner;
}

/** Files of a passed run are kept for comparison, and replaced by those of a run that begins at least this much later. */
const GOOD_FILES_MS = 60 * 60_000;

const NOTHING: Omit<Ended, 'outcome'> = {
  codes: [],
  measures: {},
  scenarios: 0,
  scenarios_failed: 0,
  locks: [],
  timed_out: false,
};

export class Runs {
  readonly #parts: RunsParts;
  readonly #active = new Set<Promise<void>>();
  readonly #ends = new Map<string, ((run: EndedRun | undefined) => void)[]>();
  #isClosing = false;

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  /** Asks for a place. false: it runs or waits already. */
  ask(watched: Watched, trigger: Trigger): boolean {
    const { places, roster } = this.#parts;
    const { name } = watched;
    if (this.#isClosing || watched.running !== undefined || places.isWaiting(name)) return false;
    const begin = (): void => {
      const run = this.#perform(watched, trigger);
      this.#active.add(run);
      void run.finally(() => this.#active.delete(run));
    };
    places.ask({ name, locks: watched.locks, begin });
    if (places.isWaiting(name)) roster.show(watched);
    return true;
  }

  /** Calls back with the end of the run that runs or waits; undefined: it was taken out of the queue. */
  onEnd(name: string, ended: (run: EndedRun | undefined) => void): void {
    this.#ends.set(name, [...(this.#ends.get(name) ?? []), ended]);
  }

  /** Ends its run, or takes it out of the queue. false: there is none. */
  stop(watched: Watched): boolean {
    const { places, roster } = this.#parts;
    if (watched.running !== undefined) return end(watched.running, { kind: 'stopped' });
    if (!places.withdraw(watched.name)) return false;
    this.#tellEnd(watched.name, undefined);
    this.#schedule(watched);
    roster.show(watched);
    return true;
  }

  /** Ends its run and lets it count as failed; without one, that is noted as a run of its own. */
  async fail(watched: Watched, note: string): Promise<void> {
    if (watched.running !== undefined) {
      end(watched.running, { kind: 'failed', note });
      return;
    }
    if (this.#parts.places.withdraw(watched.name)) this.#tellEnd(watched.name, undefined);
    const begun = this.#begun(watched, 'request');
    await this.#parts.ledger.begin(begun);
    const ended: Ended = { ...NOTHING, outcome: 'failed', note };
    const run = runOf(begun, ended, { ended_at: begun.started_at, kept: false });
    await this.#parts.ledger.take(watched, run).stored;
  }

  /** Stops all runs and waits until they are gone and stored. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const watched of this.#parts.roster.values()) this.stop(watched);
    await Promise.all(this.#active);
    await this.#parts.ledger.settled();
  }

  async #perform(watched: Watched, trigger: Trigger): Promise<void> {
    const { ledger, places, roster, clock, folders } = this.#parts;
    const begun = this.#begun(watched, trigger);
    const running: Running = { ...begun, abort: new AbortController() };
    const { due } = watched;
    watched.running = running;
    if (due !== undefined && due <= begun.started_at) this.#schedule(watched);
    await ledger.begin(begun);
    roster.show(watched);
    const ended = await this.#run(watched, running);
    this.#noteBaresip(ended);
    const now = Math.round(clock.now());
    const verdict = verdictOf(ended, running, { now, settings: watched.settings });
    const kept = !folders.isElsewhere(begun.id) && this.#keeps(watched, verdict.outcome, begun);
    if (isBad(verdict.outcome)) this.#sooner(watched, begun.started_at);
    const run = runOf(begun, { ...ended, ...verdict }, { ended_at: now, kept });
    if (!kept) await folders.remove(begun.id).catch(() => undefined);
    const { stored, free } = ledger.take(watched, run, ended.locks);
    await free;
    // This is done at once: whoever asks from now on gets a run of its own, with a place of its own.
    watched.running = undefined;
    places.release(watched.name);
    const tell = this.#endsOf(watched.name);
    void stored.then(() => {
      tell(run);
    });
    roster.show(watched);
  }

  async #run(watched: Watched, { id, abort, started_at }: Running): Promise<Ended> {
    const { folders, health, runner, clock } = this.#parts;
    try {
      const { folder, problem } = await folders.make(id);
      if (problem === undefined) health.clear('disk', 'folder');
      else health.set('disk', 'folder', problem, Math.round(clock.now()));
      const keep_all = this.#wantsFiles(watched, started_at);
      return await runner(watched.settings, { folder, keep_all, signal: abort.signal });
    } catch (error) {
      const note = `the folder of the run could not be made: ${reasonOf(error)}`;
      health.set('disk', 'folder', note, Math.round(clock.now()));
      return { ...NOTHING, outcome: 'errored', note };
    }
  }

  #tellEnd(name: string, run: EndedRun | undefined): void {
    this.#endsOf(name)(run);
  }

  /** Takes the callbacks that wait for the end of the monitor's run; returns a function that calls them. */
  #endsOf(name: string): (run: EndedRun | undefined) => void {
    const ends = this.#ends.get(name) ?? [];
    this.#ends.delete(name);
    return (run) => {
      for (const ended of ends) ended(run);
    };
  }

  #begun({ name }: Watched, trigger: Trigger): BegunRun {
    const started_at = Math.round(this.#parts.clock.now());
    return { id: runId(started_at), monitor: name, trigger, started_at };
  }

  #schedule(watched: Watched): void {
    if (watched.due === undefined) return;
    const past = { due_at: watched.due, is_bad: false };
    watched.due = nextDue(watched.settings, this.#parts.clock.now(), past);
  }

  /** After a bad run the next one may come sooner than its schedule says. */
  #sooner(watched: Watched, started: number): void {
    if (watched.due === undefined) return;
    const past = { started_at: started, is_bad: true };
    const soon = nextDue(watched.settings, this.#parts.clock.now(), past);
    if (watched.settings.every_when_failing_ms !== undefined && soon !== undefined) {
      watched.due = Math.min(watched.due, soon);
    }
  }

  /** Whether all files of a run that begins now are kept although it passes: those for comparison are missing, or old. */
  #wantsFiles({ stored: { last_passed: good } }: Watched, started: number): boolean {
    return good?.kept !== true || started - good.started_at >= GOOD_FILES_MS;
  }

  #keeps(watched: Watched, outcome: Outcome, { started_at }: BegunRun): boolean {
    if (outcome === 'stopped') return false;
    return isBad(outcome) || this.#wantsFiles(watched, started_at);
  }

  /** Reports a missing or unusable baresip as a problem of this machine: runs then say nothing about a line. */
  #noteBaresip({ codes, note, outcome }: Ended): void {
    const { health, clock } = this.#parts;
    if (codes.some((code) => code === 'E_BARESIP_MISSING' || code === 'E_BARESIP_UNUSABLE')) {
      health.set('baresip', 'program', note ?? 'no baresip was found', Math.round(clock.now()));
    } else if (outcome === 'passed' || outcome === 'flaky') {
      health.clear('baresip', 'program');
    }
  }
}

function end(running: Running, verdict: NonNullable<Running['verdict']>): true {
  running.verdict ??= verdict;
  running.abort.abort();
  return true;
}

/** Outcome of a run: the first that applies of a verdict from outside, its time limit, and its process with its thresholds. */
function verdictOf(
  ended: Ended,
  { verdict, started_at }: Running,
  { now, settings }: { readonly now: number; readonly settings: MonitorSettings },
): { readonly outcome: Outcome; readonly note?: string } {
  if (verdict?.kind === 'stopped') return { outcome: 'stopped', note: 'stopped' };
  if (verdict?.kind === 'failed') return { outcome: 'failed', note: verdict.note };
  if (ended.timed_out) {
    const note = `the run took longer than ${settings.timeout_ms / 1000} s and was ended`;
    return { outcome: 'failed', note };
  }
  const measured = { ...ended.measures, duration: now - started_at };
  const { outcome, note = ended.note } = judged(ended.outcome, measured, settings.degraded);
  return { outcome, ...(note === undefined ? {} : { note }) };
}

function runOf(
  begun: BegunRun,
  { outcome, note, measures, scenarios, scenarios_failed }: Ended,
  { ended_at, kept }: Pick<EndedRun, 'ended_at' | 'kept'>,
): EndedRun {
  return {
    ...begun,
    ended_at,
    outcome,
    duration_ms: Math.max(0, ended_at - begun.started_at),
    measures,
    scenarios,
    scenarios_failed,
    ...(note === undefined ? {} : { note }),
    kept,
  };
}
