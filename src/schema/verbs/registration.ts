/** Verbs about the registration of an agent. */
import { AGENT_THROWS, type VerbRow } from '../rows.js';

export const REGISTRATION_VERBS = {
  register: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [],
    returns: 'void',
    doc: 'Sends a REGISTER with the account of the agent at once, even if it is already registered. `registered` and `registration` show the response of the registrar.',
    done: 'the REGISTER was sent',
    limit: '5s',
    throws: ['E_REGISTER', ...AGENT_THROWS],
    example: 'alice.register();\nawait_until(() => assert(alice.registered).is_true());',
    source: 'RFC 3261, 10.2',
  },
  unregister: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [],
    returns: 'void',
    doc: 'Removes the binding of the agent: a REGISTER with expiry 0.',
    done: 'the REGISTER was sent',
    limit: '5s',
    throws: ['E_REGISTER', ...AGENT_THROWS],
    example: 'alice.unregister();\nawait_until(() => assert(alice.registered).is_false());',
    source: 'RFC 3261, 10.2.2',
  },
} as const satisfies Record<string, VerbRow>;
