/** Verbs that switch an agent off and on: the phone is unplugged, and comes back. */
import { AGENT_THROWS, type VerbRow } from '../rows.js';

const OFF = 'Until `start()` its verbs fail with `E_AGENT_GONE`, and its values stay readable.';

export const POWER_VERBS = {
  stop: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    ends_call: true,
    switches_off: true,
    params: [],
    returns: 'void',
    doc: `Switches the agent off properly, like a phone: it sends BYE in its calls and un-REGISTER, and its process ends. An answer that does not come within a second is not waited for. ${OFF} Not needed at the end of a scenario.`,
    done: 'the process has ended',
    limit: '2s',
    throws: AGENT_THROWS,
    example: 'bob.stop();\nassert(bob.registered).is_false();\nbob.start();',
    source: 'RFC 3261, 10.2.2 and 15.1',
  },
  kill: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    switches_off: true,
    params: [],
    returns: 'void',
    doc: `Unplugs the agent: its process is killed and sends nothing any more, neither BYE nor un-REGISTER. The registrar keeps its binding until that expires, and the other side of a call gets no message that it has ended. For the agent itself its calls have ended: \`ended\` has \`how: "stopped"\`. ${OFF}`,
    done: 'the process has ended',
    limit: '2s',
    throws: AGENT_THROWS,
    example: 'bob.kill();\nalice.verify_no_media("1s");\nbob.start();\nbob.register();',
  },
  start: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [],
    returns: 'void',
    doc: 'Switches the agent on again after `stop()` or `kill()`: a new process with the same account, address and ports. It does not register until `register()` is called. It sends silence, and `respond_incoming` is no longer in force. baresip 1.x chooses a new user part for its Contact, so the binding of a killed agent stays beside the new one.',
    done: 'the process answers on its control connection',
    limit: '5s',
    throws: ['E_AGENT_START', 'E_AGENT_CRASHED', 'E_AGENT_GONE'],
    example: 'bob.kill();\nbob.start();\nbob.register();',
  },
} as const satisfies Record<string, VerbRow>;
