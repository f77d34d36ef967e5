/**
 * Hosts of rules, scripts, URLs and SIP URIs in one canonical form. Every spelling of an address (127.1,
 * 0x7f000001, [::ffff:127.0.0.1], a zone, a trailing dot) is the same host here, so that no rule depends on
 * the spelling.
 */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** An IP address in its shortest form, or a name in lower case (IDNA as punycode), no trailing dot. */
export type Host = { readonly address: string } | { readonly name: string };

export interface HostRule {
  /** The rule as it was written. */
  readonly text: string;
  readonly port?: number;
  /** Whether the rule allows everything, including every address a name may resolve to. */
  readonly any: boolean;
  matches(host: Host): boolean;
}

const LONGEST_HOST = 300;
/** Labels of letters, digits and hyphens. Underscores are accepted as well, because some names in use have them. */
const NAME =
  /^(?!.{254})(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** The canonical form; undefined for text that is not a host. Takes IPv6 with and without brackets. */
export function canonicalHost(text: string): Host | undefined {
  if (text.length > LONGEST_HOST) return undefined;
  const inner = /^\[(.*)\]$/s.exec(text)?.[1];
  const bare = inner ?? text;
  if (bare.includes(':') || inner !== undefined) {
    // The zone only names an interface (RFC 4007, 11): the address is the same.
    const address = canonicalAddress(bare.replace(/%.*$/s, ''));
    return address === undefined ? undefined : { address };
  }
  // These characters would end the host of a URL, or be dropped silently.
  if (bare === '' || /[/\\?#@:\s\x00-\x1f\x7f]/.test(bare)) return undefined;
  let host: string;
  try {
    host = new URL(`http://${bare}/`).hostname.replace(/\.+$/, '');
  } catch {
    return undefined;
  }
  if (host === '') return undefined;
  return isIPv4(host) ? { address: host } : { name: host };
}

/** An IP address in its shortest form; IPv4 inside of IPv6 (mapped, NAT64) as the IPv4 it is. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text)) return undefined;
  const short = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const embedded = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (embedded === null) return short;
  const [high, low] = [embedded[1], embedded[2]].map((part) => Number.parseInt(part ?? '0', 16));
  return [(high ?? 0) >> 8, (high ?? 0) & 255, (low ?? 0) >> 8, (low ?? 0) & 255].join('.');
}

/** Parses a rule: HOST, *.DOMAIN, an address, a CIDR block or "*", each with an optional port. Says why if it is none of these. */
export function hostRule(text: string): HostRule | { problem: string } {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { problem: 'is a URL, not a host' };
  const parts = splitPort(text);
  if (parts === undefined) return { problem: 'has no valid port' };
  const { host, port } = parts;
  const matches = matcher(host);
  if (typeof matches === 'string') return { problem: matches };
  return { text, any: host === '*', matches, ...(port === undefined ? {} : { port }) };
}

function splitPort(text: string): { host: string; port?: number } | undefined {
  // More than one colon without brackets is an IPv6 address.
  if (!text.startsWith('[') && text.split(':').length > 2) return { host: text };
  const match = /^(\[[^\]]*\](?:\/\d+)?|[^:]*)(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const [, host = '', digits] = match;
  if (digits === undefined) return { host };
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

function matcher(text: string): ((host: Host) => boolean) | string {
  if (text === '*') return () => true;
  if (text.includes('/')) return blockMatcher(text);
  if (text.startsWith('*.')) {
    const domain = canonicalHost(text.slice(2));
    if (domain === undefined || !('name' in domain) || !NAME.test(domain.name))
      return 'has no valid domain after "*."';
    const { name: suffix } = domain;
    return (host) => 'name' in host && host.name.endsWith(`.${suffix}`);
  }
  if (text.includes('*')) return 'has a "*" that is neither alone nor in place of the first labels';
  const own = canonicalHost(text);
  if (own === undefined) return 'is not a host name or address';
  // Some programs read 10.1 as 10.0.0.1; in a rule it is more likely an incomplete network.
  if ('address' in own && !text.includes(':') && !isIPv4(text))
    return `is an unusual form of ${own.address}: write that, or a CIDR block`;
  if ('name' in own && !NAME.test(own.name)) return 'is not a host name or address';
  if ('address' in own) return (host) => 'address' in host && host.address === own.address;
  return (host) => 'name' in host && host.name === own.name;
}

function blockMatcher(text: string): ((host: Host) => boolean) | string {
  const match = /^\[?([^\]/]+)\]?\/(\d{1,3})\]?$/.exec(text);
  const address = match?.[1] ?? '';
  const bits = Number(match?.[2] ?? NaN);
  const family = isIP(address);
  if (family === 0 || !(bits <= (family === 4 ? 32 : 128))) return 'is not a CIDR block';
  const block = new BlockList();
  block.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return (host) => 'address' in host && block.check(host.address, familyOf(host.address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

/**
 * Networks not globally reachable (IANA special-purpose registries, RFC 6890), and tunnels to such addresses.
 */
const SPECIAL = new BlockList();
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  SPECIAL.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  SPECIAL.addSubnet(address, bits, 'ipv6');
const GLOBAL_V6 = new BlockList();
GLOBAL_V6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one of the public internet: not this host, not a private or link-local network. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !SPECIAL.check(address, 'ipv4');
  return GLOBAL_V6.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}

/** The host as people write it: an IPv6 address in brackets. */
export function hostText(host: Host): string {
  if ('name' in host) return host.name;
  return isIPv6(host.address) ? `[${host.address}]` : host.address;
}
