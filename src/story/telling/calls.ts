/** The calls of an attempt, told apart by their Call-IDs. */
import type { RunEvent } from '../../model/run-event.js';
import { shortCallIds } from '../sip-words.js';
import type { Call } from '../story.js';

/** Methods of requests outside of calls: their Call-IDs name no call (RFC 3261, 10.2 and 11). */
const OUTSIDE_OF_CALLS: ReadonlySet<string> = new Set(['REGISTER', 'OPTIONS']);

export class Calls {
  readonly all: readonly Call[];
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(events: readonly RunEvent[]) {
    const ids = new Set(events.flatMap((event) => callIdOf(event) ?? []));
    const marks = shortCallIds(ids);
    this.all = [...ids].map((id) => ({ id, mark: marks.get(id) ?? id }));
    this.#indexes = new Map([...ids].map((id, index) => [id, index]));
  }

  /** @returns the field `call` of a row, to be spread into it; nothing for a message outside of any call */
  field(id: string | undefined): { call?: number } {
    const call = this.#indexes.get(id ?? '');
    return call === undefined ? {} : { call };
  }
}

function callIdOf(event: RunEvent): string | undefined {
  if (event.type === 'agent')
    return 'call' in event.entry.event ? event.entry.event.call : undefined;
  if (event.type !== 'sip') return undefined;
  const { method, call_id: id } = event.message;
  return OUTSIDE_OF_CALLS.has(method) || id === '' ? undefined : id;
}
