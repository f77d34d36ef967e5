/** Expectations that something never happens, and about the order of events. */
import { said } from '../../../errors.js';
import { durationMs, formatMs, type Duration } from '../../../time.js';
import type { BegunWait, SequencePart } from '../../guest-protocol.js';
import { assertedValue } from '../assert/assertion.js';
import { conditionIn, defaultMs, failIfEnded, untilPassed, waiting } from './await-until.js';
import { evaluateOnce, isMuteBody } from './condition.js';
import { failure } from '../failure.js';
import { ask, callerStack } from '../host.js';
import { show } from '../assert/show.js';
import * as world from '../world.js';

export function never(...args: unknown[]): void {
  waiting('never', args, (wait) => {
    whileFalse(conditionIn(args), wait);
  });
}

function whileFalse(condition: () => unknown, wait: BegunWait): void {
  const { what, condition: text, label, at: began, ms } = wait;
  const deadline = began + ms;
  let at = began;
  let isMute = true;
  let isUnanswered = true;
  for (;;) {
    const evaluation = evaluateOnce('never', { what: text, label }, condition);
    failIfEnded(what);
    if (evaluation.passed) throw cameTrue(text, wait, evaluation.value, at - began);
    const { seen } = evaluation;
    isMute &&= 'mute' in seen && seen.mute;
    isUnanswered &&= 'noAnswer' in seen;
    if (world.advance()) continue;
    if (at >= deadline) {
      if (isMute && isMuteBody(condition)) throw saysNothing(text);
      // A server that never answered did not prove that the condition stays false.
      if (isUnanswered && 'noAnswer' in seen) throw failure(seen.noAnswer);
      return;
    }
    at = world.awaitChange(at, Math.min(deadline, at + world.tickMs()));
  }
}

function saysNothing(text: string): Error {
  return failure({
    code: 'E_CONDITION',
    ...said({
      subject: 'never()',
      what: text,
      seen: 'returned undefined each time and asserted nothing: it can never come true',
    }),
    hint: 'write return in front of what must not come true, or leave out the braces',
  });
}

function cameTrue(condition: string, { ms }: BegunWait, value: unknown, afterMs: number): Error {
  const read = world.agentsRead();
  const seen = assertedValue(value) ?? (value === undefined ? undefined : [value]);
  const actual = seen === undefined ? undefined : show(seen[0]);
  const was = actual === undefined ? '' : `: was ${actual}`;
  const when = `(after ${formatMs(afterMs)} of ${formatMs(ms)})`;
  return failure({
    code: 'E_NEVER',
    ...said({ subject: 'never()', what: condition, seen: `came true${was} ${when}` }),
    label: condition,
    ...(actual === undefined ? {} : { actual }),
    agents: read.length === 0 ? world.agentNames() : read,
  });
}

export function await_sequence(...args: unknown[]): readonly unknown[] {
  ask('check', { on: 'global', fn: 'await_sequence', args, stack: callerStack() });
  const conditions = (args[0] as readonly unknown[]).map((given) =>
    Array.isArray(given)
      ? { named: { label: given[0] as string }, condition: given[1] as () => unknown }
      : { named: {}, condition: given as () => unknown },
  );
  const ofMs = args[1] === undefined ? defaultMs() : durationMs(args[1] as Duration);
  const began = world.awaitEntries(0);
  return conditions.map(({ named, condition }, index) => {
    const left = index === 0 ? ofMs : Math.max(0, began + ofMs - world.awaitEntries(0));
    const part: SequencePart = { index: index + 1, of: conditions.length, ms: left, ...named };
    const place = `${part.index} of ${part.of}: `;
    const subject = { fn: 'await_sequence', place, ofMs } as const;
    return waiting('await_sequence', [], (wait) => untilPassed(condition, wait, subject), { part });
  });
}
