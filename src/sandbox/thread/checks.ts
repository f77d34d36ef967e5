/** Checks a call of a script before it is carried out: the function exists, it may be called here, and the arguments fit. */
import { OffhookError } from '../../errors.js';
import { checkArguments } from '../../schema/check.js';
import { findFunction, type PublicFunction } from '../../schema/contract.js';
import type { Operations } from '../guest-protocol.js';
import { decode } from './bridge.js';
import type { Session } from './job-context.js';
import { unknownName } from './script-hints.js';
import { stopError } from './stop-errors.js';

export function check(session: Session, { on, fn, args, stack }: Operations['check']): void {
  const row = rowOf(session, on, fn, stack);
  stopIfOnlyDeclaring(session, row, stack);
  const problem = checkArguments(row, args.map(decode));
  if (problem !== undefined) throw OffhookError.from(problem);
  refuseDeclaration(session, row);
}

/** Declarations belong at the top level; a single-scenario file may still declare a teardown. */
function refuseDeclaration(session: Session, { row, name }: PublicFunction): void {
  if (row.effect !== 'declare' || session.declaring) return;
  if (session.isSingle && (name === 'setup_file' || name === 'teardown_file')) {
    throw new OffhookError(
      'E_SCRIPT_STRUCTURE',
      { subject: `${name}()`, what: 'this file has no scenario()' },
      { hint: 'call its content at the top level, or declare a scenario()' },
    );
  }
  if (!session.isSingle || session.phase !== 'body') {
    throw new OffhookError(
      'E_SCRIPT_STRUCTURE',
      { subject: `${name}()`, what: 'called while a scenario runs' },
      {
        hint: 'declare at the top level of the file',
      },
    );
  }
  if (name !== 'scenario' && name !== 'each') return;
  throw new OffhookError(
    'E_SCRIPT_STRUCTURE',
    {
      subject: `${name}()`,
      what: 'reached after something that waits or acts, which makes the file one scenario',
    },
    { hint: 'move what comes before it into setup()' },
  );
}

export function rowOf(
  session: Session,
  on: Operations['check']['on'],
  fn: string,
  stack: string,
): PublicFunction {
  const row = findFunction(on, fn);
  if (row !== undefined) return row;
  const { message, hint } = unknownName(on, fn, stack, session.loader.sourceOf);
  throw new OffhookError('E_ARGUMENT', message, { hint });
}

/** Ends the evaluation at the first call that waits or acts; `try` cannot hide that it was reached. */
export function stopIfOnlyDeclaring(
  session: Session,
  { row, name }: PublicFunction,
  stack: string,
): void {
  if (row.effect === 'none' || row.effect === 'declare') return;
  session.tests += 1;
  if (!session.declaring) return;
  session.stop.set({ kind: 'reached', by: name, stack });
  throw new OffhookError('E_SCENARIO_COLLECT', {
    subject: `${name}()`,
    what: 'reached while collecting scenarios',
  });
}

/** Fails the scenario even when the condition catches the error. */
export function inCondition(session: Session, called: string, stack: string): OffhookError {
  const error = new OffhookError(
    'E_CONDITION',
    {
      subject: called,
      what: 'called inside a condition',
      seen: 'conditions only look, they never wait or act',
    },
    { hint: 'move it out of the condition', ...session.place(stack) },
  );
  session.fail(error.toData());
  return error;
}

export function stopped(session: Session): OffhookError {
  const reason = session.stop.reason;
  if (reason === undefined) throw new Error('a call ended without a reply');
  return OffhookError.from(stopError(reason, session));
}
