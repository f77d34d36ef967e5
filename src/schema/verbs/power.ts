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
    doc: `Switches the agent off as a phone is switched off properly: BYE to its calls, un-REGISTER, end of the process. What a dead peer does not answer within a second is given up. ${OFF} Not needed at the end of a scenario.`,
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
    doc: `Unplugs the agent: its process is killed and sends nothing any more, no BYE and no un-REGISTER. The registrar keeps its binding until that expires, and the other side of a call notices what it notices. For the agent itself its calls have ended: \`ended\` has \`how: "stopped"\`. ${OFF}`,
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
    doc: 'Switches the agent on again after `stop()` or `kill()`: a new process with the same account, address and ports. It registers when `register()` tells it to. It sends silence, and `respond_incoming` is forgotten. baresip 1.x invents a new user part of its Contact, so that the binding of a killed agent stays beside the new one.',
    done: 'the process answers on its control connection',
    limit: '5s',
    throws: ['E_AGENT_START', 'E_AGENT_CRASHED', 'E_AGENT_GONE'],
    example: 'bob.kill();\nbob.start();\nbob.register();',
  },
} as const satisfies Record<string, VerbRow>;
