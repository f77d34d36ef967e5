/** `agent()` and the objects it returns: verbs go to the driver. */
import type { AgentInfo } from '../../../model/agent-view.js';
import type { AgentMethod, AgentVerb } from '../../../schema/verbs.js';
import { said } from '../../../errors.js';
import { failure } from '../failure.js';
import { callerStack } from '../host.js';
import { Transaction, type SentRequest } from '../peer/transaction.js';
import { begin, metadataOf, Party, seal } from './party.js';
import { carryOut } from './verbs.js';
import { VERBS, type GuestVerb } from './verbs.gen.js';

/** An agent of a script; its verbs are added from their rows. */
class Agent extends Party implements Readonly<Record<AgentMethod, unknown>> {
  #verb(verb: AgentVerb, row: GuestVerb, args: readonly unknown[], stack: string): unknown {
    const value = carryOut({ verb, agent: this.name, row, args, stack });
    if (row.sends !== true || value === undefined) return value;
    return new Transaction(this.name, value as SentRequest, refuseAck);
  }

  /** A method for each verb: a verb is written down in its row alone. */
  static {
    for (const [verb, row] of Object.entries(VERBS) as [AgentVerb, GuestVerb][]) {
      const method = {
        [verb](this: Agent, ...args: unknown[]): unknown {
          return this.#verb(verb, row, args, callerStack());
        },
      }[verb];
      Object.defineProperty(this.prototype, verb, { value: method });
    }
  }

  info(): AgentInfo {
    return this.to_json();
  }
}

/** No request of an agent waits for an ACK of the script: baresip acknowledges its INVITEs itself. */
function refuseAck(): never {
  throw failure({
    code: 'E_CALL_STATE',
    ...said({
      subject: 'transaction',
      verb: 'ack()',
      what: 'an agent acknowledges its INVITEs itself',
    }),
    hint: 'use a peer() to decide about the ACK of an INVITE',
  });
}

seal(Agent, 'Agent');

/** agent(name, options?): starts the process and returns when it is ready. */
export function agent(...args: unknown[]): Agent {
  const name = begin('agent', args, callerStack());
  return new Agent(name, metadataOf(args[1]));
}
