/** The page of a report without data: built with the program, beside it. */
import { readFileSync } from 'node:fs';
import { OffhookError } from '../errors.js';

const TEMPLATE = new URL('../report/template.html', import.meta.url);

export function pageTemplate(): string {
  try {
    return readFileSync(TEMPLATE, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new OffhookError(
      'E_INTERNAL',
      { subject: 'reporter html', what: 'the page template cannot be read', seen: message },
      { hint: 'build Offhook (npm run build), or install it again' },
    );
  }
}
