/** Verbs that place, answer and end calls. */
import { AGENT_THROWS, type ParamRow, type VerbRow } from '../rows.js';

/** Every verb about a call acts on the current one, unless it is given another. */
export const CALL_PARAM = {
  name: 'call',
  kind: 'call',
  optional: true,
  doc: 'One of `calls`; default: the current call.',
} as const satisfies ParamRow;

/** Header fields of one request or response. */
export const HEADER_OPTIONS = {
  name: 'options',
  kind: 'header_options',
  optional: true,
  doc: '`{ headers }`: further header fields. Needs the option `proxy` of the agent.',
} as const satisfies ParamRow;

const WAITING_CALL = {
  ...CALL_PARAM,
  doc: 'One of `calls`; default: the call that has waited longest.',
} as const satisfies ParamRow;

export const CALL_VERBS = {
  dial: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    caller: 'agent',
    params: [
      {
        name: 'target',
        kind: 'target',
        doc: 'Another agent, a `sip:`, `sips:` or `tel:` URI, or a number or user name in the domain of this agent. Blanks, dots, dashes and parentheses in a number are ignored.',
      },
      HEADER_OPTIONS,
    ],
    returns: 'void',
    doc: 'Places a call. When it returns, `state` is `Calling`, and the values of the previous call are cleared. A call on hold stays on hold; a call that is not on hold must be held or ended first.',
    done: 'the INVITE was sent',
    limit: '5s',
    throws: [
      'E_TARGET',
      'E_SIP_DENIED',
      'E_CALL_LIMIT',
      'E_CALL_STATE',
      'E_CALL_REFUSED',
      'E_ARGUMENT',
      'E_CAPABILITY',
      ...AGENT_THROWS,
    ],
    example:
      'alice.dial(bob);\nalice.dial("sip:600@pbx.example");\nalice.dial("+1 (555) 010-0199");',
    source: 'RFC 3261, 13.2; RFC 3966',
  },
  accept: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [WAITING_CALL],
    returns: 'void',
    doc: 'Answers the call that has waited longest; if no call is waiting, waits for one. If the agent is already in a call, that call is put on hold first.',
    done: 'the 200 was sent',
    limit: '5s',
    throws: ['E_CALL_STATE', 'E_CALL_REFUSED', 'E_CALL_TIMEOUT', ...AGENT_THROWS],
    example: 'bob.accept();\nawait_until(() => assert(bob.state).equals(State.Established));',
    source: 'RFC 3261, 13.3.1.4',
  },
  hangup: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    ends_call: true,
    params: [HEADER_OPTIONS, CALL_PARAM],
    returns: 'void',
    doc: 'Ends the current call: with BYE after the answer, CANCEL before it, or 486 if it is an incoming call that is waiting. If the other side hung up first, that is not an error.',
    done: 'the call is closed',
    limit: '5s',
    throws: ['E_CALL_STATE', 'E_CALL_TIMEOUT', 'E_ARGUMENT', 'E_CAPABILITY', ...AGENT_THROWS],
    example: 'alice.hangup();\nawait_until(() => assert(bob.state).equals(State.Idle));',
    source: 'RFC 3261, 9.1 and 15.1',
  },
} as const satisfies Record<string, VerbRow>;
