/** The errors of call tests, as those of all other functions: a code, what happened, what was seen, what to do. */
import { type Facts, said } from '../errors.js';
import { failure } from '../sandbox/guest/failure.js';

/** Something the script, or its data, says wrongly. */
export function argumentProblem(facts: Facts, hint: string): Error {
  return failure({ code: 'E_ARGUMENT', ...said(facts), hint });
}

interface Details {
  hint?: string;
  /** Agents whose last events a report shows. */
  agents?: readonly string[];
}

/** A call that did not go as its mode demands. */
export function modeProblem(facts: Facts, details: Details = {}): Error {
  return failure({ code: 'E_MODE', ...said(facts), ...details });
}

/** The code of an error, of which only the text is to change. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Its hint, where it has one. */
export function hintOf(error: unknown): string | undefined {
  const hint =
    typeof error === 'object' && error !== null && 'hint' in error ? error.hint : undefined;
  return typeof hint === 'string' ? hint : undefined;
}
