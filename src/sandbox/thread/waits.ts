/** Waits of a script as reports show them. */
import { formatMs } from '../../time.js';
import type { FunctionRow } from '../../schema/rows.js';
import type { Operations } from '../guest-protocol.js';
import type { Session } from './job-context.js';

export function endWait(session: Session, payload: Operations['end_wait']): void {
  const { fn, ok, label, expected, actual } = payload;
  const what = session.waitingFor.pop() ?? '';
  const [block, place = ''] = BLOCK_BODY.exec(what) ?? [];
  const named = block !== undefined && label !== undefined && expected !== undefined;
  const text = named ? `${place}${label} ${expected}: seen ${actual ?? ''}` : what;
  session.note({ type: 'waited', by: fn, what: text, ok });
}

/** A condition of several statements: which of its assertions failed says more than its beginning. */
const BLOCK_BODY = /^(\d+ of \d+: )?\{/;

/** What is waited for, as reports show it: the condition's source text, its place in a sequence, or the time. */
export function waitText(
  session: Session,
  row: FunctionRow,
  { fn, agent, on, args, part, stack }: Operations['begin_wait'],
  ms: number,
): string {
  if (part !== undefined) {
    const { index, of } = part;
    const text = session.elementOf(fn, stack, index - 1) ?? 'a condition';
    return `${index} of ${of}: ${text}`;
  }
  if (row.params[0]?.kind === 'duration') {
    const subject = agent === undefined ? '' : `${agent}.`;
    return `${subject}${fn}(${formatMs(ms)})`;
  }
  if (on === 'SipPeer') return `${agent ?? ''}.${fn}(${JSON.stringify(args[0])})`;
  return session.argumentOf(fn, stack) ?? 'the condition';
}
