/** The account of a peer: the URIs, names and the login that its options give, for the headers of its messages. */
import { hostPort } from '../agents/address.js';
import type { PeerOptions } from '../schema/types.gen.js';
import { escapeUser, parseUri } from '../sip/uri.js';
import { quoted, type Login } from './digest.js';
import type { Transport } from './transport/transport.js';

export interface PeerAccount {
  /** "sip:carrier@pbx.example"; without a domain where the peer listens. */
  readonly aor: string;
  /** The peer is reached by its contact, not through a registrar. */
  readonly serverless: boolean;
  readonly domain: string | undefined;
  readonly transport: Transport;
  readonly displayName: string | undefined;
  /** URI of the Contact header. */
  readonly contact: string;
  /** Parameters of the Contact header that tell what the peer is (RFC 3840). */
  readonly features: string;
  readonly login: Login | undefined;
  /** URI of the proxy every request outside of a dialog goes to. */
  readonly outbound: string | undefined;
  /** `sent-by` of the Via header (RFC 3261, 20.42). */
  readonly sentBy: string;
}

type AccountOptions = Pick<
  PeerOptions,
  | 'username'
  | 'domain'
  | 'password'
  | 'auth_user'
  | 'outbound'
  | 'transport'
  | 'display_name'
  | 'recorder'
>;

/** @param sipPort of UDP and TCP; TLS listens on the next one */
export function peerAccount(
  name: string,
  options: AccountOptions,
  address: string,
  sipPort: number,
): PeerAccount {
  const { username = name, domain, password, auth_user, outbound } = options;
  const transport = options.transport ?? 'udp';
  const user = escapeUser(username);
  const isWeb = transport === 'ws' || transport === 'wss';
  const port = transport === 'tls' ? sipPort + 1 : sipPort;
  // Nobody can connect to a WebSocket client: its name is made up (RFC 7118, 5.2).
  const at = isWeb
    ? `${user.toLowerCase().replace(/[^a-z0-9]/g, '') || 'peer'}.invalid`
    : hostPort(address, port);
  const parameter = transport === 'udp' ? '' : `;transport=${isWeb ? 'ws' : transport}`;
  return {
    aor: `sip:${user}@${domain ?? at}`,
    serverless: domain === undefined,
    domain,
    transport,
    displayName: options.display_name,
    contact: `sip:${user}@${at}${parameter}`,
    features: options.recorder === true ? ';+sip.srs' : '',
    login: password === undefined ? undefined : { username: auth_user ?? username, password },
    outbound,
    sentBy: at,
  };
}

/** "\"Alice\" <sip:alice@pbx>": a From, To or Contact without parameters. */
export function nameAddrText(uri: string, displayName?: string): string {
  const name = displayName === undefined || displayName === '' ? '' : `${quoted(displayName)} `;
  return `${name}<${uri}>`;
}

/** The transport a URI asks for; a peer's own one where it names none (RFC 3263, 4.1). */
export function transportOf(uri: string, own: Transport): Transport {
  const parsed = parseUri(uri);
  const named = parsed?.parameters.get('transport')?.toLowerCase();
  const secure = parsed?.scheme === 'sips';
  if (named === 'ws' || named === 'wss')
    return own === 'wss' || secure ? 'wss' : own === 'ws' ? 'ws' : named;
  if (named === 'udp' || named === 'tcp' || named === 'tls') return secure ? 'tls' : named;
  return secure && own !== 'wss' ? 'tls' : own;
}
