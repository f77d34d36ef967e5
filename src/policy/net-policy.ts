/** Which hosts scripts may reach by HTTP: --allow-net. */
import { OffhookError } from '../errors.js';
import { canonicalAddress, canonicalHost, hostRule, hostText, isPublic } from './host-rules.js';
import type { Host, HostRule } from './host-rules.js';
import type { AllowList } from './rules.js';

export interface NetTarget {
  /** The host as in the URL: name or address, IPv6 with or without brackets. */
  readonly host: string;
  readonly port: number;
  /** The resolved address, about to be connected to. */
  readonly address?: string;
  /** A proxy resolves the name: its address cannot be judged. */
  readonly proxied?: true;
}

/**
 * Throws the denial. Call it before a name is resolved, again with each address before connecting to it (a
 * name can resolve to another address the next time), and for every redirect anew.
 */
export type NetPolicy = (target: NetTarget) => void;

/**
 * Without a list everything is allowed. With one, two things must hold: the host as written is allowed by a
 * rule, and an address it resolves to is a public one or allowed by a rule of its own. So an allowed name
 * leads to a private network only where a rule says so. Behind a proxy only the name is judged; under
 * --untrusted a rule must write it out, because below a wildcard anybody might have published an address of
 * ours.
 */
export function netPolicy(list: AllowList | undefined, untrusted = false): NetPolicy {
  if (list === undefined) return () => undefined;
  const rules = list.items.map(hostRule).filter((rule) => 'matches' in rule);
  return ({ host: written, port, address, proxied }) => {
    const host = canonicalHost(written);
    if (host === undefined) throw denial(list, `"${shown(written)}"`, 'it is not a valid host');
    const fitting = rules.filter((rule) => rule.port === undefined || rule.port === port);
    const named = fitting.filter((rule) => rule.matches(host));
    if (named.length === 0) throw denial(list, at(host, port), undefined, at(host, port));
    if (proxied && untrusted && 'name' in host && named.every(({ text }) => text.startsWith('*.')))
      throw denial(list, at(host, port), BEHIND_PROXY, at(host, port));
    if (address !== undefined) judgeAddress(list, { host, port, address, named, fitting });
  };
}

const BEHIND_PROXY = 'only a wildcard allows it, and behind a proxy its address cannot be judged';

interface Resolved {
  host: Host;
  port: number;
  address: string;
  /** Rules that allow the host as written. */
  named: readonly HostRule[];
  /** Rules that apply to the port, for any host. */
  fitting: readonly HostRule[];
}

function judgeAddress(list: AllowList, { host, port, address, named, fitting }: Resolved): void {
  const real = canonicalAddress(address.replace(/%.*$/s, ''));
  if (real === undefined)
    throw denial(list, at(host, port), `"${shown(address)}" is not an address`);
  if (named.some((rule) => rule.any) || isPublic(real)) return;
  if (fitting.some((rule) => rule.matches({ address: real }))) return;
  // A rule "localhost" means this machine.
  if ('name' in host && host.name === 'localhost' && /^127\.|^::1$/.test(real)) return;
  const own = at({ address: real }, port);
  if ('address' in host && host.address === real) return;
  throw denial(list, at(host, port), `it resolves to ${own}, which is not a public address`, own);
}

/** Target of a URL, for NetPolicy. URL itself reads every spelling of a host; user names never get here. */
export function netTarget(url: URL): NetTarget {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: url.hostname, port };
}

/** The server that is to listen, and where; `hint`: the alternative. */
export interface Listener {
  readonly what: string;
  readonly host: string;
  /** Absent: any port that is free. */
  readonly port?: number;
  readonly hint: string;
}

const FIRST_ORDINARY_PORT = 1024;

/**
 * A list of hosts also limits where scripts may listen: beyond this machine, and on the ports of system services, they may
 * listen only at an address that a rule allows. @throws OffhookError E_NET_DENIED
 */
export function assertMayListen(net: NetPolicy, { what, host, port = 0, hint }: Listener): void {
  const local = /^(?:localhost|127(?:\.\d+){3}|::1)$/.test(host);
  const system = port > 0 && port < FIRST_ORDINARY_PORT;
  if (local && !system) return;
  try {
    net({ host, port });
  } catch {
    const at = host.includes(':') ? `[${host}]` : host;
    const [where, why] = local
      ? [`${at}:${port}`, `port ${port} is a system port (below ${FIRST_ORDINARY_PORT})`]
      : [at, 'other machines could reach it'];
    throw new OffhookError(
      'E_NET_DENIED',
      { subject: what, what: `not started on ${where}`, seen: why },
      {
        hint: `${hint}, or allow it with --allow-net ${where}`,
      },
    );
  }
}

function denial(list: AllowList, subject: string, why?: string, allow?: string): OffhookError {
  const seen = why ?? `not allowed by ${list.origin}`;
  return new OffhookError(
    'E_NET_DENIED',
    { subject: `host ${subject}`, what: 'not reached', seen },
    {
      hint:
        allow === undefined
          ? 'write a host name or address; --allow-net names the hosts that may be reached'
          : `allow it with --allow-net ${allow}`,
    },
  );
}

function at(host: Host, port: number): string {
  return `${hostText(host)}:${port}`;
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
