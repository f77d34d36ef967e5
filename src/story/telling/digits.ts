/** DTMF as rows from the agent that sends it to the one that receives it. */
import type { AgentEvent, DtmfWay } from '../../model/agent-event.js';
import type { Attempt, Placed, TimeOf } from './attempt.js';
import type { Calls } from './calls.js';
import type { Lanes } from './lanes.js';
import type { DigitsRow, MessageRow } from '../story.js';

/** Digits that come further apart are not of one sequence, where nobody tells what was sent. */
const LONGEST_PAUSE_MS = 2000;

/** Digits an agent sends one after the other, or that come so. */
interface Presses {
  agent: string;
  call: string;
  via: DtmfWay;
  place: number;
  at: number;
  until: number;
  sent?: string;
  received: Map<string, string>;
}

export function digitRows(
  attempt: Attempt,
  timeOf: TimeOf,
  messages: readonly Placed<MessageRow>[],
  lanes: Lanes,
  calls: Calls,
): Placed<DigitsRow>[] {
  const others = new Others(attempt, messages, lanes, calls);
  const sent = sentBy(attempt, timeOf);
  const unclaimed: Presses[] = [];
  for (const came of received(attempt, timeOf)) {
    const { agent, call, at, digit } = came;
    const presses =
      sent.findLast((one) => one.agent !== agent && one.call === call && one.at <= at) ??
      unclaimed.findLast(
        (one) => one.agent === agent && one.call === call && at - one.until <= LONGEST_PAUSE_MS,
      ) ??
      add(unclaimed, { ...came, until: at, received: new Map() });
    presses.until = Math.max(presses.until, at);
    presses.received.set(agent, (presses.received.get(agent) ?? '') + digit);
  }
  const rowOf = ({
    place,
    at,
    until,
    via,
    call,
  }: Presses): Pick<Placed<DigitsRow>, 'place'> & {
    row: Pick<DigitsRow, 'kind' | 'at' | 'until' | 'via' | 'call'>;
  } => ({
    place,
    row: {
      kind: 'digits',
      at,
      until,
      via,
      ...calls.field(call),
    },
  });
  return [
    ...sent.flatMap((presses): Placed<DigitsRow>[] => {
      const from = lanes.agent(presses.agent);
      if (from === undefined) return [];
      const { place, row } = rowOf(presses);
      const digits = presses.sent ?? '';
      // Forked or bridged, they may come at several agents.
      const came = [...presses.received];
      if (came.length === 0)
        return [
          {
            place,
            row: { ...row, from, to: others.of(presses.agent, presses.call) ?? from, digits },
          },
        ];
      return came.map(([agent, got]) => ({
        place,
        row: {
          ...row,
          from,
          to: lanes.agent(agent) ?? from,
          digits,
          ...(got === digits ? {} : { received: got }),
        },
      }));
    }),
    ...unclaimed.flatMap((presses): Placed<DigitsRow>[] => {
      const to = lanes.agent(presses.agent);
      if (to === undefined) return [];
      const { place, row } = rowOf(presses);
      const digits = presses.received.get(presses.agent) ?? '';
      return [
        { place, row: { ...row, from: others.of(presses.agent, presses.call) ?? to, to, digits } },
      ];
    }),
  ];
}

function add<T>(list: T[], one: T): T {
  list.push(one);
  return one;
}

/** What dtmf() sent: `dtmf_sent` comes with the last digit, the verb began with the first one. */
function sentBy({ events }: Attempt, timeOf: TimeOf): Presses[] {
  const begun = new Map<string, { place: number; at: number }>();
  return events.flatMap((event, place) => {
    if (event.type === 'verb_started' && event.verb === 'dtmf' && event.agent !== undefined) {
      // A half more places the row behind that of the verb.
      begun.set(event.agent, { place: place + 0.5, at: timeOf(event) });
    }
    if (event.type !== 'agent' || event.entry.event.type !== 'dtmf_sent') return [];
    const { agent } = event.entry;
    const { call, digits, via } = event.entry.event;
    const start = begun.get(agent) ?? { place, at: timeOf(event) };
    return [
      { agent, call, via, ...start, until: timeOf(event), sent: digits, received: new Map() },
    ];
  });
}

function received(
  { events }: Attempt,
  timeOf: TimeOf,
): (Omit<Presses, 'until' | 'received'> & { digit: string })[] {
  return events.flatMap((event, place) => {
    if (event.type !== 'agent' || event.entry.event.type !== 'dtmf_received') return [];
    const { call, digit, via } = event.entry.event;
    return [{ agent: event.entry.agent, call, via, digit, place, at: timeOf(event) }];
  });
}

/** Who is at the other end of a call. */
class Others {
  readonly #agents: ReadonlyMap<string, readonly string[]>;
  readonly #messages: readonly MessageRow[];
  readonly #lanes: Lanes;
  readonly #calls: Calls;

  constructor(
    { events }: Attempt,
    messages: readonly Placed<MessageRow>[],
    lanes: Lanes,
    calls: Calls,
  ) {
    const talking = new Map<string, string[]>();
    for (const event of events) {
      if (event.type !== 'agent' || !isAnswered(event.entry.event)) continue;
      const { call } = event.entry.event;
      const agents = talking.get(call) ?? [];
      if (!agents.includes(event.entry.agent)) talking.set(call, [...agents, event.entry.agent]);
    }
    this.#agents = talking;
    this.#messages = messages.map(({ row }) => row);
    this.#lanes = lanes;
    this.#calls = calls;
  }

  /** The other agent with an answered call of that Call-ID, else whom this one exchanges its messages with. */
  of(agent: string, id: string): number | undefined {
    const own = this.#lanes.agent(agent);
    const other = this.#agents.get(id)?.find((one) => one !== agent);
    if (other !== undefined) return this.#lanes.agent(other);
    const { call } = this.#calls.field(id);
    const last = this.#messages.findLast(
      ({ from, to, call: its }) =>
        its !== undefined && its === call && (from === own || to === own),
    );
    if (last === undefined) return undefined;
    return last.from === own ? last.to : last.from;
  }
}

function isAnswered(
  event: AgentEvent,
): event is Extract<AgentEvent, { type: 'call_established' | 'call_accepted' }> {
  return event.type === 'call_established' || event.type === 'call_accepted';
}
