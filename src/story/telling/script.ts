/** What the script did, as rows: verbs, assertions, waits, steps, phases, its log. */
import type { Attempt, Placed } from './attempt.js';
import type { Lanes } from './lanes.js';
import { oneLine, plain } from '../printable.js';
import type { AssertionRow, EventOf, TextRow, VerbRow, WaitRow } from '../story.js';
import { assertionText, conditionText, verbText } from '../wording.js';

type ScriptRow = VerbRow | AssertionRow | WaitRow | TextRow;

export function scriptRows(attempt: Attempt, lanes: Lanes): Placed<ScriptRow>[] {
  const telling = new Script(attempt.startedAt, lanes);
  attempt.events.forEach((event, place) => {
    telling.on(event, place);
  });
  return telling.rows;
}

class Script {
  readonly rows: Placed<ScriptRow>[] = [];
  readonly #startedAt: number;
  readonly #lanes: Lanes;
  readonly #verbs = new Map<number, VerbRow>();
  readonly #waits: { by: string; what: string; row: WaitRow }[] = [];
  readonly #steps: { name: string; depth: number; row: TextRow }[] = [];

  constructor(startedAt: number, lanes: Lanes) {
    this.#startedAt = startedAt;
    this.#lanes = lanes;
  }

  on(event: Attempt['events'][number], place: number): void {
    const at = event.at - this.#startedAt;
    const text = (kind: TextRow['kind'], words: string, more: Partial<TextRow> = {}): TextRow =>
      this.#add({ kind, at, depth: this.#steps.length, ok: true, text: words, ...more }, place);
    switch (event.type) {
      case 'phase':
        // A part that was stopped leaves its steps unfinished.
        this.#steps.length = 0;
        text('phase', event.phase, { phase: event.phase });
        return;
      case 'step_started': {
        const { name, depth } = event;
        this.#steps.push({ name, depth, row: text('step', oneLine(name), { depth }) });
        return;
      }
      case 'step_finished':
        this.#stepFinished(event, at);
        return;
      case 'verb_started':
        this.#verbs.set(event.call, this.#add(this.#verb(event, at), place));
        return;
      case 'verb_finished':
        this.#verbFinished(event, at);
        return;
      case 'assertion':
        this.#add({ ...assertion(event), at }, place);
        return;
      case 'waiting': {
        const { by, what, until } = event;
        const row: WaitRow = {
          kind: 'wait',
          at,
          limit: until - this.#startedAt,
          by,
          what: conditionText(what),
        };
        this.#waits.push({ by, what, row: this.#add(row, place) });
        return;
      }
      case 'waited':
        this.#waited(event, at);
        return;
      case 'log':
        text('log', plain(event.text), located(event));
        return;
      case 'warning':
        text('warning', plain(event.text));
        return;
      case 'lock_waiting':
        text('log', oneLine(`waits for the lock "${event.lock}", which ${event.holder} holds`));
        return;
      default:
        return;
    }
  }

  #add<R extends ScriptRow>(row: R, place: number): R {
    this.rows.push({ row, place });
    return row;
  }

  #verb(event: EventOf<'verb_started'>, at: number): VerbRow {
    const { agent, verb, args } = event;
    const lane = this.#lanes.agent(agent ?? '') ?? this.#lanes.http(agent ?? '');
    const whose = agent === undefined ? '' : `${oneLine(agent)}.`;
    return {
      kind: 'verb',
      at,
      ...(lane === undefined ? {} : { lane }),
      text: whose + verbText(verb, args),
      ...located(event),
    };
  }

  #verbFinished({ call, result, error }: EventOf<'verb_finished'>, at: number): void {
    const row = this.#verbs.get(call);
    if (row === undefined) return;
    row.until = at;
    if (result !== undefined) row.result = result;
    if (error !== undefined) row.error = error;
  }

  #waited({ by, what, ok }: EventOf<'waited'>, at: number): void {
    const index = this.#waits.findIndex((one) => one.by === by && one.what === what);
    const [ended] = index < 0 ? [] : this.#waits.splice(index, 1);
    if (ended === undefined) return;
    ended.row.until = at;
    ended.row.ok = ok;
  }

  #stepFinished({ name, depth, ok }: EventOf<'step_finished'>, at: number): void {
    const index = this.#steps.findLastIndex((one) => one.name === name && one.depth === depth);
    const [ended] = index < 0 ? [] : this.#steps.splice(index);
    if (ended === undefined) return;
    ended.row.until = at;
    ended.row.ok = ok;
  }
}

function assertion(event: EventOf<'assertion'>): Omit<AssertionRow, 'at'> {
  const { ok, expected, actual } = event;
  return {
    kind: 'assertion',
    ok,
    text: assertionText(event),
    ...(expected === undefined ? {} : { expected }),
    actual,
    ...located(event),
  };
}

function located({ location }: Pick<EventOf<'log'>, 'location'>): Pick<TextRow, 'location'> {
  return location === undefined ? {} : { location };
}
