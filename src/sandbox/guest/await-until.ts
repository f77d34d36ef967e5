/** Waiting: `await_until`, `wait` and their limit. Both wake on events; neither polls the agents. */
import { formatMs, durationMs, type Duration } from '../../time.js';
import type { ErrorData } from '../../errors.js';
import { agentStateName, openCalls } from '../../model/agent-state.js';
import { describeEnded, registrationHint } from '../../model/describe.js';
import type { BegunWait } from '../protocol.js';
import { ask, callerStack } from './host.js';
import { failure, failureData } from './failure.js';
import { show } from './show.js';
import * as world from './world.js';

/** A condition may read the clock: it is evaluated again at least this often. */
const TICK_MS = 100;
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

function now(): number {
  return ask('now', {}) as number;
}

/** Outcome of one evaluation: a value, or the assertion failure (or falsy value) that says not yet. */
type Evaluation = { passed: true; value: unknown } | { passed: false; seen: ErrorData | string };

function evaluateOnce(condition: () => unknown): Evaluation {
  let value: unknown;
  try {
    value = world.evaluate(condition);
  } catch (thrown) {
    const data = failureData(thrown);
    if (data?.code !== 'E_ASSERT') throw thrown;
    return { passed: false, seen: data };
  }
  if (value instanceof Promise) {
    throw failure({
      code: 'E_CONDITION',
      message: 'await_until(): the condition returned a promise: it can never be looked at twice',
      hint: 'make the condition a plain function: all verbs and getters are synchronous',
    });
  }
  if (value === false || value === null) return { passed: false, seen: show(value) };
  return { passed: true, value };
}

export function await_until(...args: unknown[]): unknown {
  const stack = callerStack();
  ask('check', { on: 'global', fn: 'await_until', args, stack });
  refuseInCondition('await_until()');
  const ms = args[1] === undefined ? timeoutMs : durationMs(args[1] as Duration);
  const { what, at, entries } = ask('begin_wait', { ms, stack }) as BegunWait;
  let ok = false;
  try {
    world.receive(entries);
    const value = untilPassed(args[0] as () => unknown, at + ms, ms, what);
    ok = true;
    return value;
  } finally {
    ask('note', { type: 'waited', what, ok });
  }
}

function untilPassed(
  condition: () => unknown,
  deadline: number,
  ms: number,
  what: string,
): unknown {
  for (;;) {
    const evaluation = evaluateOnce(condition);
    failIfCrashed(what);
    if (evaluation.passed) return evaluation.value;
    if (world.advance()) continue;
    const at = now();
    if (at >= deadline) throw timedOut(what, ms, evaluation.seen);
    awaitChange(at, Math.min(deadline, at + TICK_MS));
  }
}

/** Sleeps until something happens that the condition can see, or until then. */
function awaitChange(began: number, until: number): void {
  for (let at = began; at < until; at = now()) {
    world.awaitEntries(until - at);
    if (world.advance()) return;
  }
}

/** A condition about an agent whose process died can tell nothing: its Idle is no hang-up. */
function failIfCrashed(what: string): void {
  for (const name of world.agentsRead()) {
    const { exit } = world.cursorOf(name);
    if (exit !== undefined && !exit.expected) {
      throw failure({
        code: 'E_AGENT_CRASHED',
        message: `agent "${name}": its baresip ended while waiting for ${what}: ${exit.reason}`,
        hint: 'see its last log lines with --logs',
        agents: [name],
      });
    }
  }
}

function timedOut(what: string, ms: number, seen: ErrorData | string): Error {
  const agents = world.agentsRead();
  const about = { agents: agents.length === 0 ? world.agentNames() : agents };
  if (typeof seen === 'string') {
    return failure({
      code: 'E_AWAIT_TIMEOUT',
      message: `await_until(): ${what}: still ${seen} (waited ${formatMs(ms)})`,
      actual: seen,
      ...about,
      ...hintOf(agents),
    });
  }
  const { label = what, expected = '', actual = '' } = seen;
  return failure({
    code: 'E_AWAIT_TIMEOUT',
    message: `await_until(): ${label}: never ${expected}: last ${actual} (waited ${formatMs(ms)})`,
    label,
    expected,
    actual,
    ...about,
    ...hintOf(agents),
  });
}

/** A registration that failed explains most conditions that never hold. */
function hintOf(agents: readonly string[]): { hint?: string } {
  for (const name of agents) {
    const hint = registrationHint(name, world.cursorOf(name).registration);
    if (hint !== undefined) return { hint };
  }
  return {};
}

export function wait(...args: unknown[]): void {
  const stack = callerStack();
  ask('check', { on: 'global', fn: 'wait', args, stack });
  refuseInCondition('wait()');
  const ms = durationMs(args[0] as Duration);
  const what = `wait(${formatMs(ms)})`;
  world.receivePending();
  const held = establishedCalls();
  const began = now();
  ask('note', { type: 'waiting', what, ms });
  let ok = false;
  try {
    for (let left = ms; left > 0; left = began + ms - now()) {
      failIfDropped(held, now() - began, ms);
      world.awaitEntries(left);
    }
    failIfDropped(held, ms, ms);
    ok = true;
  } finally {
    ask('note', { type: 'waited', what, ok });
  }
}

interface HeldCall {
  agent: string;
  call: string;
}

function establishedCalls(): readonly HeldCall[] {
  return world.agentNames().flatMap((agent) =>
    openCalls(world.headOf(agent))
      .filter((call) => call.state === 'Established')
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
      message: `agent "${agent}": the call dropped during wait: ${how} (after ${formatMs(afterMs)} of ${formatMs(ofMs)})`,
      agents: [agent],
    });
  }
}

function refuseInCondition(what: string): void {
  if (!world.inCondition()) return;
  throw failure({
    code: 'E_CONDITION',
    message: `${what}: called inside a condition: conditions only look, they never wait or act`,
    hint: 'move it out of await_until',
  });
}
