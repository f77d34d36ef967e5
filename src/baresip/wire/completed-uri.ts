/**
 * URIs without a user part, "sip:192.0.2.1": below 2.9 baresip takes a text without "@" for a user name and
 * appends its own domain (ua_uri_complete of 1.0, account_uri_complete from 1.1 on), so that the request
 * would go to another address.
 */
import { hasCapability } from '../capabilities.js';

/** From 1.1 on baresip leaves an address alone, with or without port and parameters. */
const ADDRESS = /^sip:(?:\d+(?:\.\d+){3}|\[[0-9a-f:.]+\])(?::\d+)?(?:;|$)/i;
/** 1.0 recognizes only this form, and only without the scheme. */
const PLAIN_IPV4 = /^sip:(\d+(?:\.\d+){3})$/i;

/** The argument of `dial`: a display name with an "@" keeps baresip from completing the URI behind it. */
export function asDialled(version: string, uri: string): string {
  return isLeftAlone(version, uri) ? uri : `x@x<${uri}>`;
}

/** The argument of `options`; undefined where none works. A display name would go into the request line. */
export function asPinged(version: string, uri: string): string | undefined {
  if (isLeftAlone(version, uri)) return uri;
  return PLAIN_IPV4.exec(uri)?.[1];
}

function isLeftAlone(version: string, uri: string): boolean {
  if (uri.includes('@') || hasCapability(version, 'uri_without_user')) return true;
  return hasCapability(version, 'uri_addresses') && ADDRESS.test(uri);
}
