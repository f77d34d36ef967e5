/** What a thrown value means. */
import { type ErrorData, said } from '../../errors.js';
import type { Thrown } from '../vm/vm.js';
import type { Session } from './job-context.js';
import { explained } from './script-hints.js';
import { memoryError, stackError } from './stop-errors.js';

/** The error to report for a thrown value: an import error, a limit of the sandbox, or the value's own message. */
export function meaningOf(thrown: Thrown, session: Session): ErrorData {
  const { stack, ...error } = thrown;
  const place = error.at === undefined ? session.place(stack) : {};
  if (error.code !== 'E_SCRIPT_THROWN') return { ...error, ...place };
  const text = error.message.replace(/^\w+: /, '');
  const imported = session.loader.errorOf(text);
  if (imported !== undefined) return { ...place, ...imported.toData() };
  if (error.message === 'InternalError: out of memory') {
    return { ...memoryError(session.limits.memory), ...place };
  }
  if (/^\w+: stack overflow$/.test(error.message)) return { ...stackError(), ...place };
  const syntax = syntaxPlace(thrown, session);
  if (syntax !== undefined) {
    return {
      code: 'E_SCENARIO_SYNTAX',
      ...said({ subject: 'script', what: 'not valid JavaScript', seen: text }),
      ...syntax,
    };
  }
  return { ...error, ...explained(thrown, session.loader.sourceOf), ...place };
}

/** Place of a syntax error: only the parser's stack begins with a bare place, without a function. */
function syntaxPlace(
  thrown: Thrown,
  session: Session,
): Pick<ErrorData, 'at' | 'frames'> | undefined {
  if (!thrown.message.startsWith('SyntaxError: ')) return undefined;
  const first = thrown.stack.split('\n')[0] ?? '';
  if (!/^ {4}at [^()]*:\d+:\d+$/.test(first)) return undefined;
  const { at } = session.place(first);
  return at === undefined ? undefined : { at, frames: [at] };
}
