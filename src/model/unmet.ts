/**
 * Explains why a condition may not have come true, by what stands out in the states of a scenario's agents. For a
 * call it looks at both sides, whichever side the condition reads.
 */
import { formatMs } from '../time.js';
import { openCalls, waitingCalls, type AgentState, type CallState } from './agent-state.js';
import { describeEnded, registrationHint } from './describe.js';

export interface Bystander {
  name: string;
  state: AgentState;
  /** Whether the condition has read it. */
  read: boolean;
}

/** How long the condition was waited for, in ms since the scenario began. */
export interface Waited {
  began: number;
  ms: number;
}

/** Conditions that name the end of a call themselves, or are not about a call. */
const NOT_OF_A_CALL = /\b(ended|status_code|reason|messages|mwi|registered|registration)\b/;
const OF_A_REGISTRATION = /\b(registered|registration|mwi)\b/;
/** More hints would hide the hint that matters. */
const MOST_HINTS = 3;

/** `what`: the source text of the condition. Undefined when nothing stands out. */
export function unmetHint(
  what: string,
  agents: readonly Bystander[],
  waited: Waited,
): string | undefined {
  const ofCall = !NOT_OF_A_CALL.test(what);
  const concerned = agents.filter(({ read }) => read || ofCall);
  const hints = agents.map(offHint);
  hints.push(...concerned.map(({ name, state }) => registrationHint(name, state.registration)));
  if (ofCall) {
    hints.push(...concerned.map((agent) => endedHint(agent, waited)));
    hints.push(...agents.map(ringingHint));
    if (agents.some(({ state }) => isUnanswered(state))) {
      hints.push(...agents.filter(({ state }) => state.calls.length === 0).map(unregisteredHint));
    }
  } else if (OF_A_REGISTRATION.test(what)) {
    hints.push(...concerned.map((agent) => unregisteredHint(agent) ?? serverlessHint(agent)));
  }
  const given = hints.filter((hint) => hint !== undefined).slice(0, MOST_HINTS);
  return given.length === 0 ? undefined : given.join('; ');
}

function offHint({ name, state }: Bystander): string | undefined {
  const isOff = !state.alive && state.exit?.expected === true && state.exit.denial === undefined;
  return isOff ? `${name} is off: nobody called ${name}.start()` : undefined;
}

function ringingHint({ name, state }: Bystander): string | undefined {
  return waitingCalls(state).length === 0
    ? undefined
    : `${name} is ringing: nobody called ${name}.accept()`;
}

/**
 * Says how the last call ended. For an agent that the condition does not read, only if the call ended during the
 * wait, and the agent did not end it.
 */
function endedHint({ name, state, read }: Bystander, { began, ms }: Waited): string | undefined {
  const { ended } = state;
  if (ended === undefined || openCalls(state).length > 0) return undefined;
  const closed = Math.max(...state.calls.map(({ facts }) => facts.times.closed ?? -Infinity));
  const after = closed - began;
  if (!read && (after < 0 || ended.by === 'local')) return undefined;
  const { code, reason = '' } = ended;
  const how =
    code === undefined ? describeEnded(ended) : `ended with ${`${code} ${reason}`.trimEnd()}`;
  return after >= 0
    ? `${name}'s call ${how} after ${formatMs(after)} of ${formatMs(ms)}`
    : `${name}'s call had ${how} before the wait began`;
}

/** Whether the last outgoing call is not answered, or has ended without an answer. */
function isUnanswered(state: AgentState): boolean {
  const dialled = state.calls.filter((call) => call.direction === 'outgoing').at(-1);
  return dialled !== undefined && !wasAnswered(dialled);
}

function wasAnswered({ state, facts }: CallState): boolean {
  return state === 'Established' || facts.times.established !== undefined;
}

function unregisteredHint({ name, state }: Bystander): string | undefined {
  const { registration, serverless, alive } = state;
  const never =
    registration.state === 'none' && registration.count === 0 && registration.reason === undefined;
  return alive && serverless === false && never
    ? `${name} has a domain but never registered: call ${name}.register()`
    : undefined;
}

function serverlessHint({ name, state }: Bystander): string | undefined {
  return state.serverless === true
    ? `${name} has no domain: give agent("${name}") one, and call ${name}.register()`
    : undefined;
}
