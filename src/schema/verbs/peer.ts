/** Verbs of a raw SIP peer: calls with a will of their own, single requests, octets. */
import type { ParamRow, PeerRow } from '../rows.js';
import { CALL_PARAM } from './calls.js';

const TARGET = {
  name: 'target',
  kind: 'target',
  doc: 'An agent or a peer, a `sip:`, `sips:` or `tel:` URI, or a number or user name in the domain of this peer.',
} as const satisfies ParamRow;

const OPTIONS = {
  name: 'options',
  kind: 'request_options',
  optional: true,
  doc: 'Headers, body and more.',
} as const satisfies ParamRow;

const RESPONSE = {
  name: 'options',
  kind: 'response_options',
  optional: true,
  doc: 'Headers, body, tag and more.',
} as const satisfies ParamRow;

/** What can go wrong with anything a peer sends. */
const SENDS = ['E_SIP_DENIED', 'E_PEER', 'E_AGENT_GONE', 'E_ARGUMENT'] as const;

const FILE_THROWS = ['E_AUDIO_FILE', 'E_READ_DENIED', 'E_READ_FAILED'] as const;

const REQUEST = {
  on: 'SipPeer',
  side: 'host',
  effect: 'effect',
  cursor: 'issued',
  returns: 'Transaction',
  done: 'the request was sent',
  limit: '5s',
} as const satisfies Partial<PeerRow>;

const IN_CALL = {
  ...REQUEST,
  params: [OPTIONS, CALL_PARAM],
  throws: ['E_CALL_STATE', ...SENDS],
} as const satisfies Partial<PeerRow>;

export const PEER_CALL_VERBS = {
  register: {
    ...REQUEST,
    params: [
      {
        name: 'options',
        kind: 'register_options',
        optional: true,
        doc: 'Headers, contact and expiry.',
      },
    ],
    doc: 'Sends a REGISTER with the account of the peer. What the registrar answers shows in `registered` and `registration`. The binding is not refreshed.',
    throws: ['E_REGISTER', ...SENDS],
    example:
      'p.register({ headers: { Supported: "outbound" }, contact: \'<sip:p@127.0.0.1:5099>;reg-id=1;+sip.instance="<urn:uuid:1>";q=0.5\' });\nawait_until(() => assert(p.registered).is_true());',
    source: 'RFC 3261, 10.2; RFC 5626',
  },
  unregister: {
    ...REQUEST,
    params: [],
    doc: 'Removes the binding of the peer: a REGISTER with expiry 0.',
    throws: ['E_REGISTER', ...SENDS],
    source: 'RFC 3261, 10.2.2',
  },
  dial: {
    ...REQUEST,
    caller: 'agent',
    params: [
      TARGET,
      { name: 'options', kind: 'call_options', optional: true, doc: 'What the INVITE holds.' },
    ],
    doc: 'Places a call. The peer acknowledges the answer, and leaves everything else to the script: a 3xx is not followed, a second call may be placed beside the first.',
    done: 'the INVITE was sent',
    throws: ['E_TARGET', 'E_CALL_LIMIT', 'E_PORTS', ...SENDS],
    example:
      'const call = p.dial(bob, { late_offer: true, ack: "800ms", headers: { "X-Campaign": "42" } });\nbob.accept();\nawait_until(() => assert(call.final?.code).equals(200));',
    source: 'RFC 3261, 13.2',
  },
  record_session: {
    ...REQUEST,
    caller: 'agent',
    params: [
      { ...TARGET, doc: `The recorder. ${TARGET.doc}` },
      {
        name: 'options',
        kind: 'record_options',
        optional: true,
        doc: 'Streams, metadata, and what else the INVITE holds.',
      },
    ],
    doc: 'Begins a recording session as the recording client: it sends an INVITE with `Require: siprec`, `+sip.src` in the Contact, and a body that holds metadata and a session description with one labelled stream for each recorded stream. The session is a call of the peer: `reinvite` and `update` change its streams (`sdp`) and its `metadata`, and `bye` ends it.',
    done: 'the INVITE was sent',
    throws: ['E_TARGET', 'E_CALL_LIMIT', 'E_PORTS', ...FILE_THROWS, ...SENDS],
    example:
      'const session = p.record_session(recorder, {\n  streams: [\n    { label: "caller", audio: tone(440) },\n    { label: "agent", audio: tone(620), delay: "500ms" },\n  ],\n  metadata: { participants: [{ aor: "sip:anna@pbx.example", name: "Anna" }, { aor: "sip:bert@pbx.example" }] },\n});\nawait_until(() => assert(session.final?.code).equals(200));\np.update({ metadata: { session: { stop_time: "2026-05-01T10:05:00Z" } } });\np.bye();',
    source: 'RFC 7866, 6.1 and 7.1.1; RFC 7865; RFC 4574',
  },
  answer: {
    ...REQUEST,
    returns: 'void',
    params: [
      RESPONSE,
      { ...CALL_PARAM, doc: 'One of `calls`; default: the call that has waited longest.' },
    ],
    doc: 'Answers the call that has waited longest with 200 and, unless `sdp` says otherwise, with an offer or an answer of the peer; if no call is waiting, waits for one.',
    done: 'the 200 was sent',
    throws: ['E_CALL_STATE', 'E_CALL_TIMEOUT', 'E_PORTS', ...SENDS],
    example: 'p.answer({ sdp: { codecs: ["PCMA"] }, headers: { "X-Node": "b" } });',
    source: 'RFC 3261, 13.3.1.4',
  },
  on_invite: {
    ...REQUEST,
    returns: 'void',
    params: [
      {
        name: 'steps',
        kind: 'invite_steps',
        type: 'readonly InviteStep[]',
        doc: 'Each `[code]`, `[code, options]`, or with a delay in front: `["2s", 200, { tag: "b" }]`. An empty array leaves further calls to the script again.',
      },
    ],
    doc: 'Answers every INVITE that comes in from now on, and every INVITE that is already waiting, with these responses, one after another.',
    done: 'the steps are set',
    throws: ['E_ARGUMENT', 'E_AGENT_GONE'],
    example:
      'p.on_invite([[180, { tag: "a" }], [183, { tag: "b", sdp: {} }], ["2s", 200, { tag: "b" }]]);\np.on_invite([[302, { headers: { Contact: ["<sip:600@pbx>;q=0.9", "<sip:601@pbx>;q=0.1"] } }]]);',
    source: 'RFC 3261, 13.3.1 and 19.3',
  },
  respond: {
    ...REQUEST,
    returns: 'void',
    params: [
      { name: 'code', kind: 'status_code', doc: 'From 100 to 699.' },
      {
        name: 'reason',
        kind: 'reason_phrase',
        optional: true,
        doc: 'Reason phrase. Default: the standard one for the code.',
      },
      RESPONSE,
    ],
    doc: 'Answers the INVITE that has waited longest, or else the other request that has waited longest; if no request is waiting, waits for one. Any code and any header may be sent, and provisional responses any number of times.',
    done: 'the response was sent',
    throws: ['E_CALL_STATE', 'E_CALL_TIMEOUT', ...SENDS],
    example:
      'p.respond(503, "Overloaded", { headers: { "Retry-After": "30" } });\np.respond(183, undefined, { reliable: true, sdp: {} });',
    source: 'RFC 3261, 8.2.6 and 21; RFC 3262',
  },
  hangup: {
    ...REQUEST,
    returns: 'void',
    ends_call: true,
    params: [CALL_PARAM],
    doc: 'Ends the current call: with BYE after the answer, CANCEL before it, or 486 if it is an incoming call that is waiting.',
    done: 'the call is closed',
    throws: ['E_CALL_STATE', 'E_CALL_TIMEOUT', ...SENDS],
    example: 'p.hangup();',
    source: 'RFC 3261, 9.1 and 15.1',
  },
  bye: {
    ...IN_CALL,
    ends_call: true,
    doc: 'Sends BYE in the current call.',
    example: 'p.bye({ headers: { Reason: \'Q.850;cause=16;text="Normal"\' } });',
    source: 'RFC 3261, 15.1; RFC 3326',
  },
  cancel: {
    ...IN_CALL,
    ends_call: true,
    doc: 'Sends CANCEL for the INVITE of the current call.',
    example:
      'p.cancel({ headers: { Reason: \'SIP;cause=200;text="Call completed elsewhere"\' } });',
    source: 'RFC 3261, 9.1',
  },
  reinvite: {
    ...IN_CALL,
    doc: 'Sends an INVITE inside the current call, with an offer of the peer unless `sdp` says otherwise.',
    example:
      'const hold = p.reinvite({ sdp: { direction: "sendonly" } });\nawait_until(() => assert(hold.final?.code).equals(200));',
    source: 'RFC 3261, 14; RFC 3264, 8',
  },
  update: {
    ...IN_CALL,
    doc: 'Sends UPDATE in the current call; with an offer only where `sdp` gives one.',
    example: 'p.update({ headers: { "Session-Expires": "90;refresher=uac" } });',
    source: 'RFC 3311; RFC 4028',
  },
  info: {
    ...IN_CALL,
    doc: 'Sends INFO in the current call.',
    example:
      'p.info({ body: "Signal=5\\r\\nDuration=160", content_type: "application/dtmf-relay" });',
    source: 'RFC 6086',
  },
  refer: {
    ...IN_CALL,
    params: [TARGET, OPTIONS, CALL_PARAM],
    caller: 'peer',
    doc: 'Asks the other side of the current call to call the target. `transfer_state` shows the outcome.',
    example: 'p.refer(carol);\nawait_until(() => assert(p.transfer_state?.final).equals(200));',
    source: 'RFC 3515',
  },
  notify: {
    ...IN_CALL,
    doc: 'Sends NOTIFY in the dialog of the current call, or in the dialog of a subscription that `in` gives.',
    example:
      'const subscribe = p.expect("SUBSCRIBE");\np.notify({ in: subscribe, event: "dialog", headers: { "Subscription-State": "active;expires=60" }, body: "<dialog-info/>", content_type: "application/dialog-info+xml" });',
    source: 'RFC 6665',
  },
  dtmf: {
    ...REQUEST,
    returns: 'void',
    params: [
      {
        name: 'digits',
        kind: 'digits',
        doc: 'One to 64 of 0-9, *, #, A-D.',
      },
      {
        name: 'duration',
        kind: 'duration',
        optional: true,
        default: '"100ms"',
        doc: 'Duration of each digit. The pause after it is 100 ms.',
      },
      CALL_PARAM,
    ],
    doc: 'Sends digits as telephone-events in the current call. To send digits by INFO, use `info()`.',
    done: 'the last digit was sent',
    throws: ['E_DTMF', 'E_CALL_STATE', 'E_AGENT_GONE', 'E_ARGUMENT'],
    example:
      'p.dtmf("42#", "60ms");\nawait_until(() => assert(bob.received_digits).equals("42#"));',
    source: 'RFC 4733',
  },
  replay: {
    ...REQUEST,
    returns: 'void',
    params: [
      {
        name: 'capture',
        kind: 'capture',
        doc: 'Path of a pcap or pcapng file, relative to the scenario file.',
      },
      {
        name: 'port',
        kind: 'integer',
        optional: true,
        doc: 'UDP port of either end of the stream; default: that of the stream with the most packets.',
      },
      CALL_PARAM,
    ],
    doc: 'Sends an RTP stream of a capture in the current call, in the place of what is played: payloads, times and payload types as they were, under the SSRC and the numbers of this call.',
    done: 'its last packet was sent',
    throws: [
      'E_AUDIO',
      'E_AUDIO_FILE',
      'E_CALL_STATE',
      'E_READ_DENIED',
      'E_READ_FAILED',
      'E_AGENT_GONE',
      'E_ARGUMENT',
    ],
    example: 'p.replay("captures/fax-tone.pcap");\np.replay("captures/both-ways.pcapng", 40000);',
    source: 'RFC 3550',
  },
  subscribe: {
    ...REQUEST,
    params: [
      {
        name: 'event',
        kind: 'event_package',
        doc: 'Event package: "dialog", "presence", "message-summary".',
      },
      TARGET,
      OPTIONS,
    ],
    caller: 'nobody',
    doc: 'Subscribes to an event package of the target. Its NOTIFYs are answered with 200 and stand in `sip`.',
    throws: ['E_TARGET', ...SENDS],
    example:
      'p.subscribe("dialog", "600", { expires: 60, headers: { Accept: "application/dialog-info+xml" } });\nassert(p.expect("NOTIFY").body).contains("dialog-info");',
    source: 'RFC 6665; RFC 4235',
  },
  publish: {
    ...REQUEST,
    params: [
      { name: 'event', kind: 'event_package', doc: 'Event package: "presence".' },
      TARGET,
      OPTIONS,
    ],
    caller: 'nobody',
    doc: 'Publishes the state of an event package.',
    throws: ['E_TARGET', ...SENDS],
    example:
      'p.publish("presence", p.aor, { body: "<presence/>", content_type: "application/pidf+xml", expires: 60 });',
    source: 'RFC 3903',
  },
  message: {
    ...REQUEST,
    params: [
      TARGET,
      { name: 'text', kind: 'string', doc: 'The body, in UTF-8.' },
      { ...OPTIONS, doc: 'Headers, content type (default: text/plain) and more.' },
    ],
    caller: 'nobody',
    doc: 'Sends a MESSAGE outside of any call.',
    throws: ['E_TARGET', ...SENDS],
    example:
      'const sent = p.message(center, alarm, { content_type: "application/scaip+xml" });\nawait_until(() => assert(sent.final?.code).equals(200));',
    source: 'RFC 3428',
  },
  ping: {
    ...REQUEST,
    params: [TARGET],
    caller: 'nobody',
    returns: 'PingAnswer',
    doc: 'Sends OPTIONS and returns the code and the delay of the response, whatever its code is.',
    done: 'OPTIONS was answered',
    throws: ['E_TARGET', 'E_PING', ...SENDS],
    example: 'assert(p.ping("sip:pbx.example").status).equals(200);',
    source: 'RFC 3261, 11',
  },
  request: {
    ...REQUEST,
    params: [
      { name: 'method', kind: 'sip_method', doc: 'Any token, also that of a non-standard method.' },
      {
        ...TARGET,
        doc: `${TARGET.doc} With \`in\` it may be left out; the default is then the target of the dialog.`,
        optional: true,
      },
      OPTIONS,
    ],
    caller: 'nobody',
    doc: 'Sends a request outside a dialog, or inside the dialog that `in` gives. An INVITE sent in this way is not a call of the peer: its responses are in the transaction, and `ack()` acknowledges it.',
    throws: ['E_TARGET', 'E_CALL_LIMIT', 'E_CALL_STATE', ...SENDS],
    example:
      'const probe = p.request("OPTIONS", bob, { headers: { "Max-Forwards": "0" } });\nawait_until(() => assert(probe.final?.code).equals(483));',
    source: 'RFC 3261, 8.1 and 12.2',
  },
  ack: {
    ...REQUEST,
    returns: 'void',
    params: [
      {
        name: 'transaction',
        kind: 'transaction',
        doc: 'The transaction of an INVITE that was answered with 2xx.',
      },
      OPTIONS,
    ],
    doc: 'Acknowledges a 2xx: for a peer with `automatic: { ack: false }`, or a call dialled with `ack: "drop"`. The same as `ack()` of the transaction.',
    done: 'the ACK was sent',
    throws: ['E_CALL_STATE', ...SENDS],
    example: 'p.ack(call, { sdp: false });',
    source: 'RFC 3261, 13.2.2.4',
  },
  send: {
    ...REQUEST,
    returns: 'void',
    params: [
      {
        name: 'raw',
        kind: 'raw_message',
        type: 'string | readonly string[]',
        doc: 'Text that is sent in UTF-8 as it is, with nothing added. Each text of an array is sent by a write of its own: as a TCP segment or a datagram.',
      },
      {
        name: 'to',
        kind: 'target',
        doc: 'An agent, a peer, or a SIP URI: "sip:127.0.0.1:5060;transport=tcp".',
      },
      {
        name: 'encoding',
        kind: 'encoding',
        optional: true,
        type: '"utf8" | "latin1"',
        default: '"utf8"',
        doc: '"latin1" sends a character below 256 as one octet.',
      },
    ],
    caller: 'nobody',
    doc: 'Sends raw octets. Messages that come back can be read in `sip`.',
    done: 'the octets were sent',
    throws: ['E_TARGET', 'E_CALL_LIMIT', ...SENDS],
    example:
      'p.send(p.message_text({ start: "OPTIONS sip:x@127.0.0.1 SIP/2.0", headers: [["Via", "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx"], ["f", "<sip:a@b>;tag=1"]] }), bob);',
    source: 'RFC 3261, 7',
  },
} as const satisfies Record<string, PeerRow>;
