/** How receivers know that a webhook comes from this monitor, and is no old one sent again. Pure. */
import { createHmac } from 'node:crypto';

/** @param timestamp seconds since 1970, as in X-Offhook-Timestamp @returns the value of X-Offhook-Signature */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
