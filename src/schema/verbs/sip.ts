/** `agent.sip`: the SIP log, and the messages it gives. */
import type { FunctionRow, GetterRow, ParamRow } from '../rows.js';

const METHOD_OR_CODE: ParamRow = {
  name: 'method_or_code',
  kind: 'method_or_code',
  doc: 'A method, in upper or lower case, selects requests: `"INVITE"`; a number selects responses with that code: `183`.',
};

const HEADER_NAME: ParamRow = {
  name: 'name',
  kind: 'text',
  doc: 'Header name, any case, long or compact form.',
};

export const SIP_LOG = {
  received: {
    on: 'SipLog',
    side: 'guest',
    effect: 'none',
    params: [METHOD_OR_CODE],
    returns: 'readonly SipMessage[]',
    doc: 'Messages that the agent received, oldest first, retransmissions included. A condition sees the messages up to the event for which it is evaluated: each message is an event of its own.',
    throws: ['E_ARGUMENT'],
    example: `// P-Asserted-Identity and Diversion of the call that came in
const invite = await_until(() => assert(bob.sip.received("INVITE")[0]).is_present().value());
assert(invite.header("P-Asserted-Identity")).contains("sip:+15550100@");
assert(invite.headers("Diversion").length).equals(2);
// forwarded, then early media
await_sequence([
  () => assert(alice.sip.received(181)).is_not_empty(),
  () => assert(alice.sip.received(183)[0]?.sdp).is_present(),
]);
// why the call was cleared
const bye = await_until(() => assert(alice.sip.received("BYE").at(-1)).is_present().value());
assert(bye.header("Reason")).matches(/Q\\.850;cause=16/);
// progress of a transfer: message/sipfrag
await_until(() => assert(bob.sip.received("NOTIFY").map((one) => one.body).join()).contains("200 OK"));
// session refreshes: INVITE or UPDATE with a tag in To
const refreshes = alice.sip.received("UPDATE").filter((one) => one.header("Session-Expires"));
assert(refreshes.length).at_least(1);`,
    source: 'RFC 3261, 7',
  },
  sent: {
    on: 'SipLog',
    side: 'guest',
    effect: 'none',
    params: [METHOD_OR_CODE],
    returns: 'readonly SipMessage[]',
    doc: 'Messages the agent sent, oldest first, retransmissions included.',
    throws: ['E_ARGUMENT'],
    example: `// the offer
const offer = alice.sip.sent("INVITE")[0]?.sdp;
assert(offer?.media[0]?.codecs.map((one) => one.name)).contains("PCMU");
assert(alice.sip.sent("CANCEL")).is_empty();`,
    source: 'RFC 3261, 7',
  },
  all: {
    on: 'SipLog',
    side: 'guest',
    effect: 'none',
    params: [],
    returns: 'readonly SipMessage[]',
    doc: 'The newest 5000 messages of the agent, sent and received, in order.',
    throws: ['E_ARGUMENT'],
    example: `const call = bob.sip.all().filter((one) => one.call_id === bob.calls[0]?.id);
log(call.map((one) => one.code ?? one.method).join(" "));`,
  },
} as const satisfies Record<string, FunctionRow>;

export const SIP_MESSAGE_VALUES = {
  at: { type: 'number', doc: 'When it was seen, in ms since the scenario began.' },
  direction: {
    type: '"sent" | "received"',
    doc: 'Whether this agent sent or received the message.',
  },
  method: {
    type: 'string',
    doc: 'Method of a request; for a response, the method of its CSeq.',
    source: 'RFC 3261, 7.1',
  },
  code: {
    type: 'number | undefined',
    doc: 'Status code of a response; a request has none.',
    source: 'RFC 3261, 7.2',
  },
  reason: { type: 'string | undefined', doc: 'Reason phrase of a response, as on the wire.' },
  uri: { type: 'string | undefined', doc: 'Request-URI; a response has none.' },
  call_id: { type: 'string', doc: 'The Call-ID: the `id` of a call.', source: 'RFC 3261, 20.8' },
  body: { type: 'string', doc: 'The body as text; empty without one.' },
  sdp: {
    type: 'Sdp | undefined',
    doc: 'The session description in the body, if there is one; also if it is a part of a multipart body.',
    source: 'RFC 8866',
  },
  parts: {
    type: 'readonly BodyPart[] | undefined',
    doc: 'The parts of a multipart body, in order; absent if the body is not multipart.',
    source: 'RFC 2046, 5.1; RFC 5621',
  },
  dialog_info: {
    type: 'DialogInfo | undefined',
    doc: 'The calls of a watched user, if the body is application/dialog-info+xml: what a busy lamp field shows.',
    source: 'RFC 4235',
  },
  presence: {
    type: 'Presence | undefined',
    doc: 'The presence of a user, if the body is application/pidf+xml.',
    source: 'RFC 3863',
  },
  message_summary: {
    type: 'MessageSummary | undefined',
    doc: 'The state of a mailbox, where the body is application/simple-message-summary.',
    source: 'RFC 3842',
  },
} as const satisfies Record<string, GetterRow>;

export const SIP_MESSAGE_METHODS = {
  header: {
    on: 'SipMessage',
    side: 'guest',
    effect: 'none',
    params: [HEADER_NAME],
    returns: 'string | undefined',
    doc: 'Value of a header of the message; several of one name joined with ", ".',
    throws: ['E_ARGUMENT'],
    example: 'assert(bob.sip.received("INVITE")[0]?.header("m")).contains("sip:alice@");',
    source: 'RFC 3261, 7.3.1 and 7.3.3',
  },
  headers: {
    on: 'SipMessage',
    side: 'guest',
    effect: 'none',
    params: [HEADER_NAME],
    returns: 'readonly string[]',
    doc: 'Every value of a header of the message, in order.',
    throws: ['E_ARGUMENT'],
    example: 'assert(bob.sip.received("INVITE")[0]?.headers("Via").length).equals(2);',
    source: 'RFC 3261, 7.3.1',
  },
} as const satisfies Record<string, FunctionRow>;
