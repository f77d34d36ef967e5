/** Messages an agent got outside of calls: MESSAGEs (RFC 3428) and the state of its mailbox (RFC 3842). */
import type { Peer } from '../sip/peer.js';
import type { AgentEvent } from './agent-event.js';

export interface ReceivedMessage {
  from: Peer;
  text: string;
  content_type: string;
  /** ms since the scenario began. */
  at: number;
}

export interface Mwi {
  waiting: boolean;
  new: number;
  old: number;
}

export interface AgentMessages {
  received: readonly ReceivedMessage[];
  mwi?: Mwi;
}

export const NO_MESSAGES: AgentMessages = { received: [] };

const MOST_MESSAGES = 1000;

export function foldMessages(
  messages: AgentMessages,
  event: Extract<AgentEvent, { type: 'message_received' | 'message_sent' | 'mwi' }>,
  at: number,
): AgentMessages {
  switch (event.type) {
    case 'message_received': {
      const { from, text, content_type } = event;
      const received = [...messages.received, { from, text, content_type, at }];
      return { ...messages, received: received.slice(-MOST_MESSAGES) };
    }
    case 'message_sent':
      return messages;
    case 'mwi':
      return { ...messages, mwi: { waiting: event.waiting, new: event.new, old: event.old } };
  }
}
