/** Verbs that send DTMF. */
import { AGENT_THROWS, type VerbRow } from '../rows.js';

export const DTMF_VERBS = {
  dtmf: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [
      { name: 'digits', kind: 'digits', doc: 'One to 64 of 0-9, *, #, A-D.' },
      {
        name: 'gap',
        kind: 'duration',
        optional: true,
        default: '240 ms, the time baresip takes for a digit; 250 ms by INFO',
        doc: 'From the start of one digit to the start of the next; at least 240 ms.',
      },
      {
        name: 'call',
        kind: 'call',
        optional: true,
        doc: 'One of `calls`; default: the current call.',
      },
    ],
    returns: 'void',
    doc: 'Sends DTMF digits in the current call, which must be answered, or dialled and with early media. They go by RTP (telephone-events) or SIP INFO, according to the option `dtmf_mode`. The time that the digits themselves take does not count towards the time limit.',
    done: 'the last digit was sent or, by INFO, answered with 200',
    limit: '5s',
    throws: ['E_CALL_STATE', 'E_DTMF', 'E_ARGUMENT', ...AGENT_THROWS],
    example:
      'caller.dtmf("1234#");\ncaller.dtmf("12", "500ms");\nawait_until(() => assert(callee.received_digits).equals("1234#12"));',
    source: 'RFC 4733; RFC 6086; libre telev.c',
  },
} as const satisfies Record<string, VerbRow>;
