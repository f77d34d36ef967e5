/** An error in words, for a terminal. */
import { OffhookError, toErrorData } from '../errors.js';
import { shownLocation } from '../report/text.js';

export function asOffhookError(thrown: unknown): OffhookError {
  return thrown instanceof OffhookError ? thrown : OffhookError.from(toErrorData(thrown));
}

/** What happened, what to do, and where. */
export function errorText(thrown: unknown): string {
  const { message, details } = asOffhookError(thrown);
  const { at, hint } = details;
  const place = at === undefined ? '' : `\n  at ${shownLocation(at, process.cwd())}`;
  return `offhook: ${message}${hint === undefined ? '' : `\n  hint: ${hint}`}${place}`;
}
