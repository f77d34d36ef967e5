/** Methods of a peer that only look or build a text, and what a transaction shows. */
import type { FunctionRow, GetterRow } from '../rows.js';

export const PEER_ONLY_METHODS = {
  message_text: {
    on: 'SipPeer',
    side: 'guest',
    effect: 'none',
    params: [
      {
        name: 'parts',
        kind: 'message_parts',
        type: 'MessageParts',
        doc: '`start`: the first line; `headers`: an array of `[name, value]` in order, repeated and folded as written, a text alone is a whole line; `body`; `eol`: the line break, CR LF by default.',
      },
    ],
    returns: 'string',
    doc: 'Builds the text of a message for `send`. Nothing is corrected and nothing is added, except a missing Content-Length if there is a body.',
    throws: ['E_ARGUMENT'],
    example:
      'const text = p.message_text({\n  start: "REGISTER sip:pbx SIP/2.0",\n  headers: [["Via", "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1"], ["CSeq", "-1 REGISTER"], "Max-Forwards"],\n});',
    source: 'RFC 3261, 7; RFC 4475',
  },
} as const satisfies Record<string, FunctionRow>;

export const TRANSACTION_VALUES = {
  method: { type: 'string', doc: 'Method of the request.' },
  call_id: { type: 'string', doc: 'Its Call-ID.' },
  cseq: {
    type: 'number',
    doc: 'Its CSeq number; it grows by one with each repetition with credentials.',
    source: 'RFC 3261, 20.16',
  },
  request: {
    type: 'SipMessage | undefined',
    doc: 'The request as it was sent; if it was repeated with credentials, the last repetition.',
  },
  provisional: {
    type: 'readonly SipMessage[]',
    doc: 'Its provisional responses, 100 included, in order.',
    source: 'RFC 3261, 21.1',
  },
  final: {
    type: 'SipMessage | undefined',
    doc: 'Its final response; absent until one has come. If the request was repeated with credentials, the response to the last repetition; of several responses, the first.',
    source: 'RFC 3261, 17.1',
  },
  finals: {
    type: 'readonly SipMessage[]',
    doc: 'Every final response, in order. There are several if the request forked, or if a 200 is not acknowledged.',
    source: 'RFC 3261, 13.2.2.4',
  },
} as const satisfies Record<string, GetterRow>;

export const TRANSACTION_METHODS = {
  ack: {
    on: 'Transaction',
    side: 'guest',
    effect: 'effect',
    params: [
      {
        name: 'options',
        kind: 'request_options',
        optional: true,
        doc: 'Headers and body; `sdp` gives the answer to a late offer.',
      },
    ],
    returns: 'void',
    doc: 'Acknowledges the 2xx of an INVITE.',
    done: 'the ACK was sent',
    throws: ['E_CALL_STATE', 'E_SIP_DENIED', 'E_PEER', 'E_AGENT_GONE', 'E_ARGUMENT'],
    example:
      'const call = p.dial(bob, { ack: "drop" });\nawait_until(() => assert(call.finals.length).at_least(3), "10s");\ncall.ack();',
    source: 'RFC 3261, 13.2.2.4',
  },
} as const satisfies Record<string, FunctionRow>;
