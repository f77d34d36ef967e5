/** The events of every attempt that runs, gathered until it ends. */
import type { RunEvent } from '../../model/run-event.js';
import { AttemptRecord } from './attempt-record.js';

/** The end of an attempt, or of setup_file or teardown_file. */
export type Finished = Extract<RunEvent, { type: 'scenario_finished' | 'file_part_finished' }>;

export class AttemptRecords {
  /** The record of each attempt; the key is its id. */
  readonly #records = new Map<string, AttemptRecord>();

  /** Takes any event of a run but the end of an attempt, which `end` takes. */
  on(event: RunEvent): void {
    switch (event.type) {
      case 'scenario_started':
      case 'file_part_started':
        this.#recordOf(event.scenario.id).add(event);
        return;
      case 'scenario_restarted':
        this.#records.get(event.scenario)?.restart();
        return;
      default:
        if ('scenario' in event && typeof event.scenario === 'string')
          this.#records.get(event.scenario)?.add(event);
    }
  }

  /** @returns the events of the attempt that has ended, its end included; they are not held any longer */
  end(event: Finished): readonly RunEvent[] {
    const record = this.#recordOf(event.scenario.id);
    this.#records.delete(event.scenario.id);
    record.add(event);
    return record.events();
  }

  /** @returns the events of the attempts that have no end, by id, as when a run breaks off; they are not held any longer */
  takeOpen(): readonly (readonly [id: string, events: readonly RunEvent[]])[] {
    const open = [...this.#records].map(([id, record]) => [id, record.events()] as const);
    this.#records.clear();
    return open;
  }

  #recordOf(id: string): AttemptRecord {
    const record = this.#records.get(id) ?? new AttemptRecord();
    this.#records.set(id, record);
    return record;
  }
}
