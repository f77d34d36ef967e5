/** Expectations about what must not happen, and about the order of what does. */
import { durationMs, formatMs, type Duration } from '../../time.js';
import type { BegunWait, SequencePart } from '../protocol.js';
import { assertedValue } from './assertion.js';
import {
  TICK_MS,
  awaitChange,
  defaultMs,
  evaluateOnce,
  failIfEnded,
  untilPassed,
  waiting,
} from './await-until.js';
import { failure } from './failure.js';
import { ask, callerStack } from './host.js';
import { show } from './show.js';
import * as world from './world.js';

export function never(...args: unknown[]): void {
  const condition = args[0] as () => unknown;
  waiting('never', args, (wait) => {
    whileFalse(condition, wait);
  });
}

function whileFalse(condition: () => unknown, wait: BegunWait): void {
  const { what, at: began, ms } = wait;
  const deadline = began + ms;
  let at = began;
  for (;;) {
    const evaluation = evaluateOnce('never', condition);
    failIfEnded(what);
    if (evaluation.passed) throw cameTrue(wait, evaluation.value, at - began);
    if (world.advance()) continue;
    if (at >= deadline) return;
    at = awaitChange(at, Math.min(deadline, at + TICK_MS));
  }
}

/** A condition of several statements asserts, and returns nothing. */
const UNDEFINED_HINT = 'undefined counts as true: return false as long as it is not';

function cameTrue({ what, ms }: BegunWait, value: unknown, afterMs: number): Error {
  const read = world.agentsRead();
  const condition = what.replace(/^never: /, '');
  const seen = assertedValue(value) ?? (value === undefined ? undefined : [value]);
  const actual = seen === undefined ? undefined : show(seen[0]);
  const was = actual === undefined ? '' : `: was ${actual}`;
  const when = `(after ${formatMs(afterMs)} of ${formatMs(ms)})`;
  return failure({
    code: 'E_NEVER',
    message: `never(): ${condition}: came true${was} ${when}`,
    label: condition,
    ...(actual === undefined ? { hint: UNDEFINED_HINT } : { actual }),
    agents: read.length === 0 ? world.agentNames() : read,
  });
}

export function await_sequence(...args: unknown[]): readonly unknown[] {
  ask('check', { on: 'global', fn: 'await_sequence', args, stack: callerStack() });
  const conditions = [...(args[0] as readonly (() => unknown)[])];
  const ofMs = args[1] === undefined ? defaultMs() : durationMs(args[1] as Duration);
  const began = world.awaitEntries(0);
  return conditions.map((condition, index) => {
    const left = index === 0 ? ofMs : Math.max(0, began + ofMs - world.awaitEntries(0));
    const part: SequencePart = { index: index + 1, of: conditions.length, ms: left };
    const place = `${part.index} of ${part.of}: `;
    const subject = { fn: 'await_sequence', place, ofMs } as const;
    return waiting('await_sequence', [], (wait) => untilPassed(condition, wait, subject), { part });
  });
}
