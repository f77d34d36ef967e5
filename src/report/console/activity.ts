/** What runs at the moment, and what it waits for: the live line and the lines of a long wait tell it. */
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import { oneLine } from '../../story/printable.js';
import { conditionText } from '../../story/wording.js';

/** Something that takes its time. Times of the clock that was given, in ms. */
export interface Doing {
  what: string;
  kind: 'verb' | 'wait' | 'lock' | 'kept';
  since: number;
  /** How long it may take; absent = no limit known. */
  limit?: number;
}

export interface Running {
  scenario: ScenarioId;
  since: number;
  /** What the scenario does. Of these three fields, the last one that is set says most, because a lock is taken within a verb. */
  verb?: Doing;
  wait?: Doing;
  lock?: Doing;
}

export class Activity {
  /** The scenarios that run, the oldest first; the key is the id of the attempt. */
  readonly running = new Map<string, Running>();
  readonly #now: () => number;
  /** The number of scenarios in the run; `done` counts the finished ones, `failed` those of them that failed. */
  planned = 0;
  /** When the run is likely to end, as earlier runs went. */
  endsAt: number | undefined;
  done = 0;
  failed = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  on(event: RunEvent): void {
    switch (event.type) {
      case 'run_started':
        this.planned = event.scenarios * (event.repeat ?? 1);
        if (event.estimate_ms !== undefined) this.endsAt = this.#now() + event.estimate_ms;
        return;
      case 'scenario_started':
      case 'file_part_started': {
        const { scenario } = event;
        this.running.set(scenario.id, { scenario, since: this.#now() });
        return;
      }
      case 'scenario_finished':
        this.running.delete(event.scenario.id);
        if (event.retried === true) return;
        this.done += 1;
        if (event.verdict === 'failed' || event.verdict === 'errored') this.failed += 1;
        return;
      case 'file_part_finished':
        this.running.delete(event.scenario.id);
        return;
      case 'scenario_restarted':
        this.running.delete(event.scenario);
        return;
      case 'run_finished':
        this.running.clear();
        return;
      default: {
        const running = 'scenario' in event ? this.running.get(event.scenario ?? '') : undefined;
        if (running !== undefined) this.#within(running, event);
      }
    }
  }

  #within(running: Running, event: RunEvent): void {
    const since = this.#now();
    switch (event.type) {
      case 'phase':
        // A scenario that was stopped leaves its waits and verbs unfinished.
        delete running.verb;
        delete running.wait;
        delete running.lock;
        return;
      case 'waiting': {
        const limit = event.until - event.at;
        // as a wait, it would be shown as "still waiting for wait(12 s)"
        const kind = event.by === 'wait' ? 'verb' : 'wait';
        running.wait = { kind, what: conditionText(event.what), since, limit };
        return;
      }
      case 'waited':
        delete running.wait;
        return;
      case 'verb_started': {
        const what = event.agent === undefined ? event.verb : `${event.agent}.${event.verb}`;
        running.verb = { kind: 'verb', what, since };
        return;
      }
      case 'verb_finished':
        delete running.verb;
        return;
      case 'lock_waiting': {
        const what = oneLine(`${event.lock}, held by ${event.holder}`);
        running.lock = { kind: 'lock', what, since: running.lock?.since ?? since };
        return;
      }
      case 'locks_taken':
        delete running.lock;
        return;
      case 'scenario_kept':
        running.wait = { kind: 'kept', what: 'kept until Ctrl-C', since };
        return;
      default:
        return;
    }
  }
}

/** What the scenario is busy with. */
export function doing(running: Running): Doing | undefined {
  return running.lock ?? running.wait ?? running.verb;
}
