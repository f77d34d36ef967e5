/** Verbs outside of calls: text messages, OPTIONS. */
import { AGENT_THROWS, type ParamRow, type VerbRow } from '../rows.js';
import { CALL_PARAM, HEADER_OPTIONS } from './calls.js';

const TARGET = {
  name: 'target',
  kind: 'target',
  doc: 'Another agent, a SIP or tel URI, or a number or user name in the domain of this agent.',
} as const satisfies ParamRow;

/** A request of the script that a proxy in front of the agent sends. */
const OF_SCRIPT = {
  on: 'Agent',
  side: 'host',
  effect: 'effect',
  cursor: 'issued',
  caller: 'nobody',
  returns: 'Transaction',
  done: 'the request was sent',
  limit: '5s',
} as const satisfies Partial<VerbRow>;

export const MESSAGE_VERBS = {
  message: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    caller: 'nobody',
    params: [
      TARGET,
      {
        name: 'text',
        kind: 'text',
        doc: 'Plain text of up to 1015 bytes in UTF-8; line breaks are sent as they are. It must not begin with blanks, because baresip drops them.',
      },
      {
        name: 'options',
        kind: 'text_options',
        optional: true,
        doc: '`{ content_type, headers }`. Needs the option `proxy` of the agent.',
      },
    ],
    returns: 'void',
    doc: 'Sends a text message (SIP MESSAGE, outside of any call).',
    done: 'the MESSAGE was answered with 2xx',
    limit: '5s',
    throws: [
      'E_TARGET',
      'E_SIP_DENIED',
      'E_ARGUMENT',
      'E_MESSAGE',
      'E_CAPABILITY',
      'E_BARESIP_UNUSABLE',
      ...AGENT_THROWS,
    ],
    example:
      'alice.message(bob, "lunch?");\nawait_until(() => assert(bob.messages.at(-1)?.text).equals("lunch?"));',
    source: 'RFC 3428',
  },
  ping: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    caller: 'nobody',
    params: [TARGET, HEADER_OPTIONS],
    returns: 'PingAnswer',
    doc: 'Sends OPTIONS and returns the code and the delay of the response, whatever its code is.',
    done: 'OPTIONS was answered',
    limit: '5s',
    throws: ['E_TARGET', 'E_SIP_DENIED', 'E_PING', 'E_ARGUMENT', 'E_CAPABILITY', ...AGENT_THROWS],
    example: 'assert(alice.ping("sip:pbx.example").status).equals(200);',
    source: 'RFC 3261, 11',
  },
  request: {
    ...OF_SCRIPT,
    params: [
      {
        name: 'method',
        kind: 'sip_method',
        doc: 'Any method that neither begins nor ends a call: INFO, OPTIONS, NOTIFY, PUBLISH, UPDATE, ...',
      },
      { ...TARGET, optional: true, doc: `${TARGET.doc} Default: the other side of the call.` },
      { name: 'options', kind: 'outgoing_options', optional: true, doc: 'Headers and body.' },
      CALL_PARAM,
    ],
    doc: 'Sends a request in addition to those of baresip: in the current call, or to a target outside of calls. Its responses go only to the script, not to baresip. Needs the option `proxy` of the agent.',
    throws: [
      'E_TARGET',
      'E_SIP_DENIED',
      'E_ARGUMENT',
      'E_CALL_STATE',
      'E_PEER',
      'E_CAPABILITY',
      ...AGENT_THROWS,
    ],
    example:
      'const info = alice.request("INFO", { body: "Signal=5\\r\\nDuration=160", content_type: "application/dtmf-relay" });\nawait_until(() => assert(info.final?.code).equals(200));\nalice.request("OPTIONS", bob, { headers: { Accept: "application/sdp" } });',
    source: 'RFC 3261, 8.1 and 12.2',
  },
  subscribe: {
    ...OF_SCRIPT,
    params: [
      {
        name: 'event',
        kind: 'event_package',
        doc: 'Event package: "dialog", "presence", "message-summary".',
      },
      TARGET,
      { name: 'options', kind: 'outgoing_options', optional: true, doc: 'Expiry, headers, body.' },
    ],
    doc: 'Subscribes to an event package of the target. Its NOTIFYs are answered with 200 and can be read in `sip`; `dialog_info` and similar values of a message show their contents. The subscription is not refreshed. Needs the option `proxy` of the agent.',
    throws: ['E_TARGET', 'E_SIP_DENIED', 'E_ARGUMENT', 'E_PEER', 'E_CAPABILITY', ...AGENT_THROWS],
    example:
      'alice.subscribe("dialog", "600", { expires: 60 });\nawait_until(() => assert(alice.sip.received("NOTIFY").at(-1)?.dialog_info?.dialogs[0]?.state).equals("early"));',
    source: 'RFC 6665; RFC 4235; RFC 3856',
  },
  publish: {
    ...OF_SCRIPT,
    params: [
      { name: 'event', kind: 'event_package', doc: 'Event package: "presence".' },
      TARGET,
      { name: 'options', kind: 'outgoing_options', optional: true, doc: 'Expiry, headers, body.' },
    ],
    doc: 'Publishes the state of an event package. Needs the option `proxy` of the agent.',
    throws: ['E_TARGET', 'E_SIP_DENIED', 'E_ARGUMENT', 'E_PEER', 'E_CAPABILITY', ...AGENT_THROWS],
    example:
      'alice.publish("presence", alice.aor, { body: "<presence/>", content_type: "application/pidf+xml" });',
    source: 'RFC 3903',
  },
} as const satisfies Record<string, VerbRow>;
