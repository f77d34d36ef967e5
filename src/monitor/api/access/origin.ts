/**
 * Whether a request comes from where it says: hosts that are this machine (against DNS rebinding) and requests that a page
 * of another site has a browser send (against CSRF). Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** An address that only this machine reaches, or "localhost". */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return (
    plain === 'localhost' ||
    plain === '::1' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain) ||
    /^::ffff:127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain)
  );
}

/** "[::1]:8080" -> "::1", "localhost" -> "localhost"; undefined for what is no host. */
export function hostName(field: string | undefined): string | undefined {
  const match = /^(?:\[([\da-f:.]{2,45})\]|([a-z\d._-]{1,253}))(?::\d{1,5})?$/i.exec(field ?? '');
  return match?.[1] ?? match?.[2];
}

/**
 * Whether a browser may have been made to send this by another site. Programs that are no browsers send neither field.
 * Origin is sent with each POST and PUT and each WebSocket (Fetch standard, 3.1); Sec-Fetch-Site also with what an image or a
 * link asks for (Fetch Metadata, 2.3).
 */
export function isFromElsewhere(headers: IncomingHttpHeaders, secure: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none' && site !== 'same-origin') return true;
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !isOurs(origin, host, secure);
}

/** Compares hosts alone: behind a proxy that ends TLS for us, the page has "https" although we serve plain HTTP. */
function isOurs(origin: string, host: string | undefined, secure: boolean): boolean {
  const match = /^(https?):\/\/([^/\s]+)$/i.exec(origin);
  if (match === null || host === undefined) return false;
  const scheme = (match[1] ?? '').toLowerCase();
  if (secure && scheme !== 'https') return false;
  const port = scheme === 'https' ? ':443' : ':80';
  return withoutPort(match[2] ?? '', port) === withoutPort(host, port);
}

/** A host without the port that its scheme has anyway. */
function withoutPort(host: string, port: string): string {
  const lower = host.toLowerCase();
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}
