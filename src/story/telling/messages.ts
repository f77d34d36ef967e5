/** SIP messages as rows from lane to lane: joined, retransmissions and repeated exchanges folded. */
import { messageText } from '../../sip/sip-message.js';
import type { Attempt, Placed, TimeOf } from './attempt.js';
import type { Calls } from './calls.js';
import { foldExchanges } from '../exchanges.js';
import { agentsOf, type Lanes } from './lanes.js';
import { addressNames, type Addresses } from '../address-names.js';
import { joinMessages, type Arrow } from '../sip-join.js';
import { messageLabel, messageNote } from '../sip-words.js';
import type { MessageRow } from '../story.js';

interface Joined {
  arrows: readonly Arrow[];
  /** Who is no agent, with the address. */
  peers: ReadonlyMap<string, string>;
}

/** The messages of the agents' traces as arrows. */
export function arrowsOf({ events }: Attempt, timeOf: TimeOf, addresses: Addresses): Joined {
  const agents = new Map([...agentsOf(events)].map(([name, address]) => [address, name]));
  agents.delete('');
  const seen = events.flatMap((event, place) => {
    if (event.type !== 'sip') return [];
    return [{ at: timeOf(event), agent: event.agent, message: event.message, place }];
  });
  const nameOf = addressNames(addresses);
  const arrows = joinMessages(seen, (address) => agents.get(address) ?? nameOf(address));
  return { arrows, peers: peersOf(arrows, new Set(agents.values())) };
}

function peersOf(arrows: readonly Arrow[], agents: ReadonlySet<string>): Map<string, string> {
  const peers = new Map<string, string>();
  for (const { from, to, message } of arrows) {
    const { direction, remote } = message;
    const peer = direction === 'sent' ? to : from;
    if (!agents.has(peer) && !peers.has(peer)) peers.set(peer, remote);
  }
  return peers;
}

export function messageRows(
  { events }: Attempt,
  arrows: readonly Arrow[],
  lanes: Lanes,
  calls: Calls,
): Placed<MessageRow>[] {
  const rows = new Map<number, Placed<MessageRow>>();
  const repeats = new Map<number, number[]>();
  for (const arrow of arrows) {
    const { at } = arrow;
    if (arrow.original !== undefined) {
      repeats.get(arrow.original.place)?.push(at);
      continue;
    }
    const { message, place, unseen } = arrow;
    const event = events[place];
    const raw = event?.type === 'sip' ? event.raw : '';
    const again: number[] = [];
    repeats.set(place, again);
    const note = messageNote(message);
    const row: MessageRow = {
      kind: 'message',
      at,
      from: lanes.party(arrow.from) ?? 0,
      to: lanes.party(arrow.to) ?? 0,
      message,
      raw: raw === '' ? messageText(message) : raw,
      ...calls.field(message.call_id),
      label: messageLabel(message),
      ...(note === '' ? {} : { note }),
      repeats: again,
      unseen,
    };
    rows.set(place, { row, place });
  }
  return folded([...rows.values()]);
}

/** Folds between each two lanes by themselves: agents register side by side. */
function folded(rows: readonly Placed<MessageRow>[]): Placed<MessageRow>[] {
  const pairs = new Map<string, Placed<MessageRow>[]>();
  for (const one of rows) {
    const { from, to } = one.row;
    const key = `${Math.min(from, to)} ${Math.max(from, to)}`;
    pairs.set(key, [...(pairs.get(key) ?? []), one]);
  }
  return [...pairs.values()].flatMap((some) =>
    foldExchanges(some, isExchange, isSame).flatMap((exchange): Placed<MessageRow>[] => {
      if (!('second' in exchange)) return [exchange.first];
      const { first, second, times } = exchange;
      return [{ ...first, row: { ...first.row, folded: times - 1 } }, second];
    }),
  );
}

function isExchange(
  { row: first }: Placed<MessageRow>,
  { row: second }: Placed<MessageRow>,
): boolean {
  const isAnswered = first.message.code === undefined && second.message.code !== undefined;
  return isAnswered && first.from === second.to && first.message.method === second.message.method;
}

/** Compares what a ladder shows. The Call-ID of a REGISTER does not matter (RFC 3261, 10.2). */
function isSame(one: Placed<MessageRow>, other: Placed<MessageRow>): boolean {
  const shown = ({ row }: Placed<MessageRow>): string => {
    const { from, to, label, note, call, repeats, unseen, message } = row;
    return JSON.stringify([
      from,
      to,
      label,
      message.uri,
      message.body,
      note,
      call,
      repeats.length,
      unseen,
    ]);
  };
  return shown(one) === shown(other);
}
