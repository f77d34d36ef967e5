/** Header fields that say what browsers may do with an answer. Pure. */

/** Headers that every answer has. There is no CORS header, so pages of other sites can read nothing. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What the HTML of a page has where the nonce goes: `<script nonce="__NONCE__">`. */
export const NONCE_PLACE = '__NONCE__';

/** Scripts and styles with the nonce, data of this server, audio of its runs; reports of runs in frames. */
export function pagePolicy(nonce: string): string {
  const own = `'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    `script-src ${own}`,
    `style-src ${own}`,
    "img-src 'self' data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
