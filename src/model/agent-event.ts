/**
 * The log's vocabulary: everything that can happen to an agent, the same words on every baresip
 * version. Pure data; also used inside QuickJS.
 */

/** Whom a call is with. Incoming: the From header (RFC 3261, 20.20); outgoing: what was dialled. */
export interface Peer {
  /** SIP URI without parameters of the name-addr form. */
  uri: string;
  /** User part, unescaped; the number, where the peer is one. Empty when the URI has none. */
  number: string;
  /** Display name, when there was one. */
  name?: string;
}

/** A header field of a SIP message, name as on the wire. */
export type HeaderField = readonly [name: string, value: string];

type EndedBy = 'local' | 'remote' | 'network' | 'error';
/**
 * `bye` after answer, `cancel` before it by the caller, `rejected` a final response of 300 or more,
 * `timeout` no answer in time, `unreachable` no transport, `media` no working audio,
 * `replaced`/`transferred` by REFER, `crashed` the agent's process ended.
 */
type EndedHow =
  | 'bye'
  | 'cancel'
  | 'rejected'
  | 'timeout'
  | 'unreachable'
  | 'media'
  | 'transferred'
  | 'replaced'
  | 'crashed'
  | 'stopped';

/** How a call ended. */
export interface Ended {
  by: EndedBy;
  how: EndedHow;
  /** Final response code of the INVITE (RFC 3261, 21), where one ended the call (487 for a CANCEL). */
  code?: number;
  /** Reason phrase as on the wire, else the driver's words. */
  reason?: string;
  /** Cause of a Reason header (RFC 3326): "Q.850;cause=17" style value. */
  cause?: string;
}

/** What an agent's account and call state is made of. `call` is the SIP Call-ID everywhere. */
export type AgentEvent =
  | { type: 'started'; version: string; aor: string; address: string }
  | { type: 'registering' }
  | { type: 'registered'; code: number; reason: string }
  | { type: 'register_failed'; code?: number; reason: string }
  | { type: 'unregistering' }
  | { type: 'unregistered'; code?: number; reason?: string }
  /** Local effect of dial(): the INVITE was sent. */
  | { type: 'call_dialed'; call: string; peer: Peer }
  | {
      type: 'call_incoming';
      call: string;
      peer: Peer;
      headers: readonly HeaderField[];
    }
  /** Caller: an 18x other than 100 was received. */
  | { type: 'call_ringing'; call: string; code: number; reason: string }
  /** Local effect of accept(): the 200 was sent. */
  | { type: 'call_accepted'; call: string }
  /** Answered and acknowledged. */
  | { type: 'call_established'; call: string }
  | { type: 'call_closed'; call: string; ended: Ended }
  /** Made by the guest at dial(): an old call with the caller that this agent has not yet seen end. */
  | { type: 'call_superseded'; call: string }
  | {
      type: 'exited';
      code: number | null;
      signal: string | null;
      expected: boolean;
      reason: string;
    }
  /** Something worth telling that is no state: garbage on the control port, a missing module. */
  | { type: 'warning'; text: string }
  /** A baresip event this driver has no word for; kept, never dropped. */
  | { type: 'other'; name: string; fields: Readonly<Record<string, string>> };

/** One entry of the run's log: `seq` orders entries of a scenario, `at` is ms since the scenario began. */
export interface LogEntry {
  seq: number;
  at: number;
  agent: string;
  event: AgentEvent;
}

/** A SIP message seen in an agent's trace. */
export interface SipMessage {
  direction: 'sent' | 'received';
  transport: 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';
  /** "address:port" of both ends as the trace shows them; empty when it does not. */
  local: string;
  remote: string;
  /** Request method, or the method of the CSeq for a response. */
  method: string;
  /** Request-URI of a request. */
  uri?: string;
  /** Status code and reason phrase of a response. */
  code?: number;
  reason?: string;
  call_id: string;
  cseq: number;
  headers: readonly HeaderField[];
  body: string;
}
