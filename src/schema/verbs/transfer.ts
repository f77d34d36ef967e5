/** Verbs that send the other side of a call elsewhere. */
import { AGENT_THROWS, type ParamRow, type VerbRow } from '../rows.js';
import { HEADER_OPTIONS } from './calls.js';

const TARGET = {
  name: 'target',
  kind: 'target',
  doc: 'Where to: another agent, a SIP or tel URI, or a number or user name in the domain of this agent; as in `dial`.',
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
    doc: 'Blind transfer: asks the other side of the call to call the target instead. What becomes of it shows in `transfer_state`; the call ends as `transferred` when the target has answered. When the target does not answer, baresip 1.0 ends the call too (`ended.by` is then `error`), newer ones go on with it.',
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
    doc: 'Begins an attended transfer: takes the call on hold and places a consultation call to the target, which becomes the current call. `complete_transfer` joins the two others, `abort_transfer` goes back.',
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
    doc: 'Completes an attended transfer: a REFER whose Refer-To carries Replaces with the consultation call. Before baresip 2.0 that works with a PBX, which replaces the call itself, but not with agents that were dialled directly.',
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
    doc: 'Ends the consultation call of an attended transfer, if it has not ended by itself, and resumes the first one, which becomes the current call.',
    done: 'the consultation call is closed and the first one resumed',
    limit: '5s',
    throws: ['E_CALL_STATE', 'E_CALL_REFUSED', 'E_CALL_TIMEOUT', ...AGENT_THROWS],
    example: 'alice.abort_transfer();\nassert(alice.peer?.number).equals("bob");',
    source: 'RFC 5589, 7.3',
  },
} as const satisfies Record<string, VerbRow>;
