/** Verbs outside of calls: text messages, OPTIONS. */
import { AGENT_THROWS, type ParamRow, type VerbRow } from '../rows.js';

const TARGET = {
  name: 'target',
  kind: 'target',
  doc: 'Another agent, a SIP or tel URI, or a number or user name in the domain of this agent.',
} as const satisfies ParamRow;

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
        doc: 'Plain text of up to 1015 bytes in UTF-8; line breaks are sent as they are. baresip drops blanks at its beginning, so there may be none.',
      },
    ],
    returns: 'void',
    doc: 'Sends a text message (SIP MESSAGE, outside of any call).',
    done: 'it was answered with 2xx',
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
    params: [TARGET],
    returns: 'PingAnswer',
    doc: 'Sends OPTIONS and returns the code and the delay of the answer, whatever it is.',
    done: 'OPTIONS was answered',
    limit: '5s',
    throws: ['E_TARGET', 'E_SIP_DENIED', 'E_PING', ...AGENT_THROWS],
    example: 'assert(alice.ping("sip:pbx.example").status).equals(200);',
    source: 'RFC 3261, 11',
  },
} as const satisfies Record<string, VerbRow>;
