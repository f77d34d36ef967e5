/** Verbs that refuse received calls. */
import { AGENT_THROWS, type ParamRow, type VerbRow } from '../rows.js';
import { HEADER_OPTIONS } from './calls.js';

const REASON = {
  name: 'reason',
  kind: 'string',
  optional: true,
  doc: 'Reason phrase; default: that of baresip. Needs baresip 3.19, or the option `proxy` of the agent.',
} as const satisfies ParamRow;

export const INBOUND_VERBS = {
  reject: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [
      {
        name: 'code',
        kind: 'integer',
        optional: true,
        default: '486',
        doc: 'Final response, 400 to 699. A code other than 486 needs baresip 3.19 or the option `proxy` of the agent; with `proxy`, 300 to 399 are allowed, too.',
      },
      REASON,
      HEADER_OPTIONS,
    ],
    returns: 'void',
    doc: 'Refuses the call that has waited longest; if no call is waiting, waits for one.',
    done: 'the call is closed',
    limit: '5s',
    throws: ['E_ARGUMENT', 'E_CAPABILITY', 'E_CALL_STATE', 'E_CALL_TIMEOUT', ...AGENT_THROWS],
    example:
      'bob.reject();\nawait_until(() => assert(alice.status_code).equals(486));\ncarol.reject(603, "Not Here");',
    source: 'RFC 3261, 21.4 to 21.6',
  },
  respond_incoming: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [
      {
        name: 'code',
        kind: 'integer',
        doc: 'Final response, 400 to 699. A code other than 486 needs baresip 3.19 or the option `proxy` of the agent; with `proxy`, 300 to 399 are allowed, too.',
      },
      REASON,
      HEADER_OPTIONS,
    ],
    returns: 'void',
    doc: 'Refuses every further call as soon as it comes in, until `stop_responding`. If it is used again, the newest settings apply. Not allowed for an agent with `answer: "auto"`.',
    done: 'it is in force for the next call',
    limit: '5s',
    throws: ['E_ARGUMENT', 'E_CAPABILITY', ...AGENT_THROWS],
    example:
      'bob.respond_incoming(503, "Overloaded", { headers: { "Retry-After": "30" } });\nbob.respond_incoming(486);\nalice.dial(bob);\nawait_until(() => assert(alice.status_code).equals(486));',
    source: 'RFC 3261, 21.4 to 21.6',
  },
  deflect: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    caller: 'nobody',
    params: [
      {
        name: 'target',
        kind: 'target',
        doc: 'Where callers are sent: another agent, a SIP or tel URI, or a number or user name in the domain of this agent.',
      },
      {
        name: 'options',
        kind: 'deflect_options',
        optional: true,
        doc: 'Further contacts, another code, headers.',
      },
    ],
    returns: 'void',
    doc: 'Answers every further call with 302 and with the target as Contact, until `stop_responding`. Needs the option `proxy` of the agent; not allowed for an agent with `answer: "auto"`.',
    done: 'it is in force for the next call',
    limit: '5s',
    throws: ['E_TARGET', 'E_SIP_DENIED', 'E_ARGUMENT', 'E_CAPABILITY', ...AGENT_THROWS],
    example:
      'bob.deflect(carol, { contacts: ["<sip:bob@mobile.example>;q=0.5"] });\nalice.dial(bob);\ncarol.accept();',
    source: 'RFC 3261, 21.3.3',
  },
  stop_responding: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [],
    returns: 'void',
    doc: 'Ends `respond_incoming` and `deflect`: further calls ring again. It does nothing if neither is in force.',
    done: 'the next call would ring again',
    limit: '5s',
    throws: [...AGENT_THROWS],
    example: 'bob.stop_responding();\nalice.dial(bob);\nbob.accept();',
  },
} as const satisfies Record<string, VerbRow>;
