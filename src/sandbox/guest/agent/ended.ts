/** `a.ended`: how the last call ended, with the message that ended it. */
import type { Ended } from '../../../model/agent-event.js';
import type { AgentState } from '../../../model/agent-state.js';
import { define } from '../primordials.js';
import { sipMessageAt, type SipMessage } from './sip-log.js';

export interface EndedValue extends Ended {
  readonly message?: SipMessage;
}

export function endedOf(agent: string, { ended, final }: AgentState): EndedValue | undefined {
  if (ended === undefined) return undefined;
  const value: EndedValue = { ...ended };
  if (value.causes !== undefined) {
    value.causes = Object.freeze(value.causes.map((one) => Object.freeze({ ...one })));
  }
  // Not enumerable: a whole message would hide the few words that are compared and shown.
  define(value, 'message', {
    get: () => (final === undefined ? undefined : sipMessageAt(agent, final)),
  });
  return Object.freeze(value);
}
