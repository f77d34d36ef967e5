/** Where requests go: the next hop of a URI and its address (RFC 3263, without NAPTR). */
import { lookup, resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostPort } from '../agents/address.js';
import { parseUri } from '../sip/uri.js';
import { transportOf } from './account.js';
import type { Destination, Transport } from './transport/transport.js';

const DEFAULT_PORT: Readonly<Record<Transport, number>> = {
  udp: 5060,
  tcp: 5060,
  tls: 5061,
  ws: 80,
  wss: 443,
};

/** @throws Error in words that follow "the request could not be sent: " */
export async function locate(uri: string, own: Transport): Promise<Destination> {
  const parsed = parseUri(uri);
  if (parsed === undefined) throw new Error(`${JSON.stringify(uri)} is not a SIP URI`);
  const named = parsed.parameters.get('transport')?.toLowerCase();
  if (named !== undefined && !Object.hasOwn(DEFAULT_PORT, named)) {
    throw new Error(`the transport ${named} of ${uri} is none of udp, tcp, tls, ws and wss`);
  }
  const transport = transportOf(uri, own);
  const host = parsed.parameters.get('maddr') ?? parsed.host;
  const { port } = parsed;
  if (port === 0 || (port ?? 0) > 65535)
    throw new Error(`the port of ${uri} is not from 1 to 65535`);
  if (isIP(host) !== 0) return { transport, address: host, port: port ?? DEFAULT_PORT[transport] };
  const service = port === undefined ? await serviceOf(host, transport) : undefined;
  const target = service?.name ?? host;
  const at = port ?? service?.port ?? DEFAULT_PORT[transport];
  try {
    const { address } = await lookup(target);
    return { transport, address, port: at, host };
  } catch (error) {
    throw new Error(
      `the name ${target} was not found (${(error as NodeJS.ErrnoException).code ?? ''})`,
    );
  }
}

/** The best SRV record (RFC 2782); undefined where there is none. */
async function serviceOf(
  host: string,
  transport: Transport,
): Promise<{ name: string; port: number } | undefined> {
  if (host === 'localhost' || transport === 'ws' || transport === 'wss') return undefined;
  const service = transport === 'tls' ? '_sips._tcp' : `_sip._${transport}`;
  try {
    const records = await resolveSrv(`${service}.${host}`);
    return records.sort((a, b) => a.priority - b.priority || b.weight - a.weight)[0];
  } catch {
    return undefined;
  }
}

/** The host of a URI and its port, or the default one: "pbx.example:5060", not looked up. */
export function hopText(uri: string): string {
  const parsed = parseUri(uri);
  if (parsed === undefined) return uri;
  const host = parsed.parameters.get('maddr') ?? parsed.host;
  return hostPort(host, parsed.port ?? (parsed.scheme === 'sips' ? 5061 : 5060));
}
