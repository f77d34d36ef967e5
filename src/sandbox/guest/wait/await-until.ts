/**
 * Waiting: `await_until`, `wait` and their limit, and what expectations.ts builds on. All of it wakes on
 * events; nothing polls the agents.
 */
import { formatMs, durationMs, type Duration } from '../../../time.js';
import { agentStateName, openCalls, type AgentState } from '../../../model/agent-state.js';
import { describeEnded } from '../../../model/describe.js';
import { unmetHint } from '../../../model/unmet.js';
import type { BegunWait, SequencePart, WaitName } from '../../guest-protocol.js';
import { ask, callerStack } from '../host.js';
import { type ErrorData, said } from '../../../errors.js';
import { bracesHint, evaluateOnce, sourceOf, type Seen } from './condition.js';
import { failure, failureData } from '../failure.js';
import { noteWaited } from '../assert/late.js';
import { watchGaps } from './media-gaps.js';
import { otherEndHungUp } from './other-end.js';
import * as world from '../world.js';

const DEFAULT_TIMEOUT_MS = 5000;

let timeoutMs = DEFAULT_TIMEOUT_MS;

export function default_timeout(...args: unknown[]): void {
  ask('check', {
    on: 'global',
    fn: 'default_timeout',
    args,
    stack: callerStack(),
  });
  timeoutMs = durationMs(args[0] as Duration);
}

/** Limit of waits that set none. */
export function defaultMs(): number {
  return timeoutMs;
}

/** The agent whose method waits, the place of the condition in a sequence, and the limit where no argument gives one. */
interface WaitSubject {
  readonly agent?: string;
  readonly part?: SequencePart;
  readonly ms?: number;
}

/** Announces a wait, runs it, and says how it ended. */
export function waiting<T>(
  fn: WaitName,
  args: unknown[],
  run: (wait: BegunWait) => T,
  { agent, part, ms }: WaitSubject = {},
): T {
  const stack = callerStack();
  const in_condition = world.inCondition();
  const wait = ask('begin_wait', {
    fn,
    agent,
    args,
    part,
    default_ms: ms ?? timeoutMs,
    in_condition,
    stack,
  }) as BegunWait;
  noteWaited();
  let ok = false;
  let failed: ErrorData | undefined;
  try {
    world.receive(wait.entries);
    const value = run(wait);
    ok = true;
    return value;
  } catch (thrown) {
    failed = failureData(thrown);
    throw thrown;
  } finally {
    const { label, expected, actual } = failed ?? {};
    ask('end_wait', { fn, ok, called: wait.label, label, expected, actual });
  }
}

export function await_until(...args: unknown[]): unknown {
  return waiting('await_until', args, (wait) =>
    untilPassed(conditionIn(args), wait, { fn: 'await_until', place: '', ofMs: wait.ms }),
  );
}

/** The condition among checked arguments: the first one, or the second behind a label. */
export function conditionIn(args: readonly unknown[]): () => unknown {
  return (typeof args[0] === 'string' ? args[1] : args[0]) as () => unknown;
}

/** How messages name the wait: its function, a prefix such as "2 of 3: " or "both up: " if it has one, and its whole limit. */
interface Subject {
  fn: WaitName;
  place: string;
  ofMs: number;
}

export function untilPassed(
  condition: () => unknown,
  wait: BegunWait,
  { fn, place, ofMs }: Subject,
): unknown {
  const { what, label, at: began, ms } = wait;
  const source = label === undefined ? what : sourceOf(condition);
  const subject = { fn, ofMs, place: label === undefined ? place : `${place}${label}: ` };
  const deadline = began + ms;
  let at = began;
  let isMute = true;
  for (;;) {
    const evaluation = evaluateOnce(fn, wait, condition);
    failIfEnded(what);
    if (evaluation.passed) return evaluation.value;
    const { seen } = evaluation;
    isMute &&= 'mute' in seen && seen.mute;
    if (world.advance()) continue;
    if (at >= deadline) {
      const own = isMute ? bracesHint(condition) : {};
      throw timedOut({ what, source, began }, seen, subject, own);
    }
    at = world.awaitChange(at, Math.min(deadline, at + world.tickMs()));
  }
}

/** Agents whose end a wait has reported. */
const told = new Set<string>();

/**
 * A condition about an agent whose process died proves nothing: its Idle is no hang-up. The death of any
 * other agent fails the first wait that learns of it, for the scenario has failed by then; later waits, as in
 * a teardown, go on.
 */
export function failIfEnded(
  what: string,
  read = world.agentsRead(),
  stateOf: (name: string) => AgentState = world.cursorOf,
): void {
  for (const name of world.agentNames()) {
    const { exit } = stateOf(name);
    if (exit === undefined || (exit.expected && exit.denial === undefined)) continue;
    if (told.has(name) && !read.includes(name)) continue;
    told.add(name);
    if (exit.denial !== undefined) throw failure(exit.denial);
    throw failure({
      code: 'E_AGENT_CRASHED',
      ...said({
        subject: `agent "${name}"`,
        what: `its baresip ended while the script waited for ${what}`,
        seen: exit.reason,
      }),
      hint: 'see its last log lines with --logs',
      agents: [name],
    });
  }
}

/** @param own a hint about the condition itself, which goes before what its agents explain. */
function timedOut(
  { what, source, began }: { what: string; source: string; began: number },
  seen: Seen,
  { fn, place, ofMs }: Subject,
  own: { hint?: string },
): Error {
  const read = world.agentsRead();
  const about = {
    code: 'E_AWAIT_TIMEOUT' as const,
    agents: read.length === 0 ? world.agentNames() : read,
    ...hintOf(read, source, began, ofMs),
    ...own,
  };
  const waited = `(waited ${formatMs(ofMs)})`;
  if ('value' in seen) {
    const message = `${fn}(): ${what}: still ${seen.value} ${waited}`;
    return failure({ message, actual: seen.value, ...about });
  }
  if ('noAnswer' in seen) {
    const { message, hint } = seen.noAnswer;
    const why = hint === undefined ? {} : { hint };
    return failure({ ...about, ...why, message: `${fn}(): ${place}${message} ${waited}` });
  }
  const { expected = '', actual = '', sides } = seen.assertion;
  const label = seen.assertion.label ?? (ask('label', { stack: seen.stack }) as string);
  const message = `${fn}(): ${place}${label}: never ${expected}: last ${actual} ${waited}`;
  const brief = `${fn}(): ${place}${label}: never held ${waited}`;
  const both = { expected, actual, ...(sides === undefined ? {} : { sides }) };
  return failure({ message, brief, label, ...both, ...about });
}

/** What stands out in any agent of the scenario explains most conditions that never hold. */
function hintOf(
  read: readonly string[],
  source: string,
  began: number,
  ms: number,
): { hint?: string } {
  const agents = world
    .agentNames()
    .map((name) => ({ name, state: world.cursorOf(name), read: read.includes(name) }));
  const hint = unmetHint(source, agents, { began, ms });
  return hint === undefined ? {} : { hint };
}

export function wait(...args: unknown[]): void {
  waiting('wait', args, ({ at: began, ms }) => {
    const held = heldCalls(began);
    const { media } = (args[1] ?? {}) as { media?: boolean };
    const failIfSilent = media === true ? watchGaps(began, ms) : undefined;
    for (let at = began; at < began + ms; at = world.awaitEntries(began + ms)) {
      failIfEnded('wait', [], world.headOf);
      failIfDropped(held, at - began, ms);
      failIfSilent?.(at);
    }
    failIfDropped(held, ms, ms);
  });
}

interface HeldCall {
  agent: string;
  call: string;
}

/** Calls that are established and not about to end. */
function heldCalls(now: number): readonly HeldCall[] {
  return world.agentNames().flatMap((agent) =>
    openCalls(world.headOf(agent))
      .filter((call) => call.state === 'Established' && !otherEndHungUp(agent, call, now))
      .map((call) => ({ agent, call: call.id })),
  );
}

function failIfDropped(held: readonly HeldCall[], afterMs: number, ofMs: number): void {
  for (const { agent, call } of held) {
    const state = world.headOf(agent);
    const dropped = state.calls.find((one) => one.id === call);
    if (dropped !== undefined && dropped.state !== 'Idle') continue;
    const how = dropped?.ended === undefined ? agentStateName(state) : describeEnded(dropped.ended);
    throw failure({
      code: 'E_WAIT_DROPPED',
      ...said({
        subject: `agent "${agent}"`,
        what: 'the call dropped during wait',
        seen: `${how} (after ${formatMs(afterMs)} of ${formatMs(ofMs)})`,
      }),
      hint: 'if the call is to end, wait for its end: await_until(() => assert(agent.state).equals(State.Idle))',
      agents: [agent],
    });
  }
}
