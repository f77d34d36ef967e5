/** Verbs that send the other side of a call elsewhere. */
import { AGENT_THROWS, type ParamRow, type VerbRow } from '../rows.js';
import { HEADER_OPTIONS } from './calls.js';

const TARGET = {
  name: 'target',
  kind: 'target',
  doc: 'The target of the transfer: another agent, a SIP or tel URI, or a number or user name in the domain of this agent; as in `dial`.',
} as const satisfies ParamRow;

const ANSWERED_CALL = {
  name: 'call',
  kind: 'call',
  optional: true,
  doc: 'One of `calls`; default: the current call.',
} as const satisfies ParamRow;

export const TRANSFER_VERBS = {
  transfer: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    caller: 'peer',
    params: [TARGET, HEADER_OPTIONS, ANSWERED_CALL],
    returns: 'void',
    doc: 'Blind transfer: asks the other side of the call to call the target instead. `transfer_state` shows the outcome; when the target has answered, the call ends as `transferred`. If the transfer fails, baresip before 2.0 ends the call, too (`ended.by` is then `error`); newer versions keep it.',
    done: 'the REFER was accepted',
    limit: '5s',
    throws: [
      'E_ARGUMENT',
      'E_CAPABILITY',
      'E_TARGET',
      'E_SIP_DENIED',
      'E_CALL_STATE',
      'E_TRANSFER',
      'E_CALL_TIMEOUT',
      ...AGENT_THROWS,
    ],
    example:
      'alice.transfer(carol);\ncarol.accept();\nawait_until(() => assert(alice.ended).contains({ how: "transferred" }));\nawait_until(() => assert(bob.peer?.number).equals("carol"));',
    source: 'RFC 3515; RFC 5589, 6',
  },
  attended_transfer: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    caller: 'agent',
    params: [TARGET, ANSWERED_CALL],
    returns: 'void',
    doc: 'Begins an attended transfer: puts the call on hold and places a consultation call to the target, which becomes the current call. `complete_transfer` connects the other two parties; `abort_transfer` returns to the first call.',
    done: 'the first call is on hold and the INVITE of the consultation call was sent',
    limit: '10s',
    throws: [
      'E_ARGUMENT',
      'E_TARGET',
      'E_SIP_DENIED',
      'E_CALL_STATE',
      'E_CALL_REFUSED',
      'E_CALL_TIMEOUT',
      ...AGENT_THROWS,
    ],
    example:
      'alice.attended_transfer(carol);\ncarol.accept();\nawait_until(() => assert(alice.state).equals(State.Established));\nalice.complete_transfer();',
    source: 'RFC 5589, 7',
  },
  complete_transfer: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [],
    returns: 'void',
    doc: 'Completes an attended transfer: sends a REFER whose Refer-To names the consultation call in Replaces. Before baresip 2.0 this works with a PBX, which replaces the call itself, but between agents that dial each other directly only if all of them have `proxy: true`.',
    done: 'the REFER was accepted',
    limit: '5s',
    throws: ['E_CAPABILITY', 'E_CALL_STATE', 'E_TRANSFER', 'E_CALL_TIMEOUT', ...AGENT_THROWS],
    example:
      'alice.complete_transfer();\nawait_until(() => assert(alice.transfer_state?.final).equals(200));',
    source: 'RFC 3891; RFC 5589, 7.1',
  },
  abort_transfer: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [],
    returns: 'void',
    doc: 'Ends the consultation call of an attended transfer, if it has not already ended, and resumes the first call, which becomes the current call.',
    done: 'the consultation call is closed and the first call resumed',
    limit: '5s',
    throws: ['E_CALL_STATE', 'E_CALL_REFUSED', 'E_CALL_TIMEOUT', ...AGENT_THROWS],
    example: 'alice.abort_transfer();\nassert(alice.peer?.number).equals("bob");',
    source: 'RFC 5589, 7.3',
  },
} as const satisfies Record<string, VerbRow>;
