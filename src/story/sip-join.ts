/**
 * SIP messages as arrows: a message that two agents saw, the sender and the receiver, is one arrow between
 * them. Pure: takes seen messages, returns arrows.
 */
import type { SipMessage } from '../sip/sip-message.js';
import type { EventOf } from './story.js';

export interface SeenMessage {
  at: number;
  agent: string;
  message: SipMessage;
  /** Index of its event among those of the record, so that the event can be found again. */
  place?: number;
}

/** What a `sip` event shows, with the time at which the message was sent or received, not that at which it was read. */
export function seenMessage({ at, happened = at, agent, message }: EventOf<'sip'>): SeenMessage {
  return { at: happened, agent, message };
}

export interface Arrow {
  at: number;
  from: string;
  to: string;
  message: SipMessage;
  /** How often the sender had sent the same message before: above 0 it is a retransmission. */
  repeat: number;
  /** The arrow of the message that it repeats. */
  original?: Arrow;
  /** Where the end that was seen first stands in the record: without a place of its own, its index among the seen messages. */
  place: number;
  /** Whether the message went to an agent whose trace does not show it. */
  unseen: boolean;
}

interface OpenArrow extends Arrow {
  /** The end that has not been seen yet. */
  open: 'sender' | 'receiver' | 'none';
}

/** @param nameOf who is at "address:port", where that is known; agents come first. */
export function joinMessages(
  seen: readonly SeenMessage[],
  nameOf: (address: string) => string | undefined,
): Arrow[] {
  const agents = new Map(seen.map(({ agent, message }) => [message.local, agent]));
  agents.delete('');
  const traced = new Set(seen.map(({ agent }) => agent));
  const peer = (address: string): string =>
    agents.get(address) ?? nameOf(address) ?? (address === '' ? 'unknown' : address);
  const arrows: OpenArrow[] = [];
  const byKey = new Map<string, OpenArrow[]>();
  const ordered = seen.map((one, index) => ({ place: index, ...one })).sort((a, b) => a.at - b.at);
  for (const one of ordered) {
    const key = messageKey(one.message);
    const same = byKey.get(key) ?? [];
    byKey.set(key, same);
    if (joined(same, one)) continue;
    const arrow = newArrow(one, peer(one.message.remote));
    same.push(arrow);
    arrows.push(arrow);
  }
  for (const same of byKey.values()) countRepeats(same);
  for (const arrow of arrows) arrow.unseen = arrow.open === 'receiver' && traced.has(arrow.to);
  return arrows;
}

/** Completes the oldest arrow that lacks this end; a retransmission thus meets its own reception. */
function joined(same: readonly OpenArrow[], { agent, message }: SeenMessage): boolean {
  const wanted = message.direction === 'sent' ? 'sender' : 'receiver';
  const other = (arrow: OpenArrow): string => (wanted === 'sender' ? arrow.to : arrow.from);
  const fitting = same.filter((arrow) => arrow.open === wanted);
  const arrow = fitting.find((one) => other(one) !== agent) ?? fitting[0];
  if (arrow === undefined) return false;
  arrow.open = 'none';
  if (wanted === 'sender') arrow.from = agent;
  else arrow.to = agent;
  return true;
}

function newArrow(
  { at, agent, message, place }: SeenMessage & { place: number },
  peer: string,
): OpenArrow {
  const sent = message.direction === 'sent';
  const [from, to] = sent ? [agent, peer] : [peer, agent];
  const open = sent ? 'receiver' : 'sender';
  return { at, from, to, message, repeat: 0, place, unseen: false, open };
}

function countRepeats(same: readonly OpenArrow[]): void {
  const sent = new Map<string, { original: Arrow; times: number }>();
  for (const arrow of same) {
    const before = sent.get(arrow.from) ?? { original: arrow, times: 0 };
    arrow.repeat = before.times;
    if (before.times > 0) arrow.original = before.original;
    sent.set(arrow.from, { ...before, times: before.times + 1 });
  }
}

/** Key that is equal on both ends of a hop: each hop has its own branch (RFC 3261, 17.2.3). */
function messageKey(message: SipMessage): string {
  const { method, uri = '', code = '', reason = '', call_id, cseq } = message;
  return [method, uri, code, reason, call_id, cseq, topBranch(message)].join('\n');
}

/** The branch of the topmost Via, which names the hop; empty without one. */
export function topBranch({ headers }: SipMessage): string {
  const via = headers.find(([name]) => /^(?:via|v)$/i.test(name))?.[1] ?? '';
  return /;\s*branch\s*=\s*([^;,\s]+)/i.exec(via)?.[1] ?? '';
}
