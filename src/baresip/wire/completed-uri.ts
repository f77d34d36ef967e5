/**
 * URIs without a user part, "sip:192.0.2.1": below 2.9 baresip takes what holds no "@" for a user name and
 * appends its own domain (ua_uri_complete of 1.0, account_uri_complete from 1.1 on), so that the request
 * would go to another address.
 */
import { hasCapability } from '../capabilities.js';

/** From 1.1 on an address, with or without port and parameters, is left alone. */
const ADDRESS = /^sip:(?:\d+(?:\.\d+){3}|\[[0-9a-f:.]+\])(?::\d+)?(?:;|$)/i;
/** 1.0 recognizes only this, and only where the scheme is left out. */
const PLAIN_IPV4 = /^sip:(\d+(?:\.\d+){3})$/i;

/** What `dial` is given: a display name that holds an "@" keeps baresip from completing the URI behind it. */
export function asDialled(version: string, uri: string): string {
  return isLeftAlone(version, uri) ? uri : `x@x<${uri}>`;
}

/** What `options` is given; undefined where there is no way. A display name would go into the request line. */
export function asPinged(version: string, uri: string): string | undefined {
  if (isLeftAlone(version, uri)) return uri;
  return PLAIN_IPV4.exec(uri)?.[1];
}

function isLeftAlone(version: string, uri: string): boolean {
  if (uri.includes('@') || hasCapability(version, 'uri_without_user')) return true;
  return hasCapability(version, 'uri_addresses') && ADDRESS.test(uri);
}
