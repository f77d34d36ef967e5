/** Waits of a script as reports show them. */
import { formatMs } from '../../time.js';
import type { FunctionRow } from '../../schema/rows.js';
import type { Operations } from '../guest-protocol.js';
import type { Session } from './job-context.js';

export function endWait(session: Session, payload: Operations['end_wait']): void {
  const { fn, ok, called, label, expected, actual } = payload;
  const what = session.waitingFor.pop() ?? '';
  const [block, place = ''] = BLOCK_BODY.exec(what) ?? [];
  const before = called === undefined ? block && place : `${what}: `;
  const failed = before !== undefined && label !== undefined && expected !== undefined;
  const text = failed ? `${before}${label} ${expected}: seen ${actual ?? ''}` : what;
  session.note({ type: 'waited', by: fn, what: text, ok });
}

/** A condition of several statements: which of its assertions failed says more than its beginning. */
const BLOCK_BODY = /^(\d+ of \d+: )?\{/;

/** The label among checked arguments that stand at their places. */
export function labelIn(row: FunctionRow, aligned: readonly unknown[]): string | undefined {
  const label = aligned[row.params.findIndex(({ kind }) => kind === 'label')];
  return typeof label === 'string' ? label : undefined;
}

/**
 * What is waited for, as reports show it: the condition's label or source text, its place in a sequence, or the time.
 */
export function waitText(
  session: Session,
  row: FunctionRow,
  { fn, agent, args, part, stack }: Operations['begin_wait'],
  { ms, label }: { ms: number; label: string | undefined },
): string {
  if (part !== undefined) {
    const { index, of } = part;
    const text = label ?? session.elementOf(fn, stack, index - 1) ?? 'a condition';
    return `${index} of ${of}: ${text}`;
  }
  if (label !== undefined) return label;
  if (row.params[0]?.kind === 'duration') {
    const subject = agent === undefined ? '' : `${agent}.`;
    return `${subject}${fn}(${formatMs(ms)})`;
  }
  if (agent !== undefined) return `${agent}.${fn}(${JSON.stringify(args[0])})`;
  return session.argumentOf(fn, stack) ?? 'the condition';
}
