/** The pages of `offhook serve`: built with the program (`.config/page.js`), read when the server starts. */
import { readFileSync } from 'node:fs';
import { OffhookError } from '../errors.js';

/** The path holds in src/monitor, dist/monitor and dist/program alike: all of them lie as deep. */
const FOLDER = new URL('../../dist/monitor/', import.meta.url);

/** @returns HTML, in which `__NONCE__` stands for the nonce of the answer's policy (CSP) */
export function monitorPage(): string {
  return pageOf('page.html');
}

/** The public page, which shows /status.json. @returns HTML with `__NONCE__`, as monitorPage() does */
export function statusPage(): string {
  return pageOf('status.html');
}

function pageOf(name: string): string {
  try {
    return readFileSync(new URL(name, FOLDER), 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new OffhookError(
      'E_INTERNAL',
      { subject: 'serve', what: 'a page cannot be read', seen: message },
      { hint: 'build Offhook (npm run build), or install it again' },
    );
  }
}
