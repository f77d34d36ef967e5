/** Account options -> address of record and the account line baresip reads. Pure text; hostile values are refused. */
import { OffhookError } from '../errors.js';
import type { HeaderField } from '../model/agent-event.js';
import { routeWithHeaders } from './custom-headers.js';
import { mediaParameters } from './media-options.js';
import type { AgentOptions } from './user-agent.js';

export interface Account {
  /** "sip:alice@example.test" */
  aor: string;
  user: string;
  /** Host, with port where one was given; undefined for a serverless agent. */
  domain: string | undefined;
  transport: 'udp' | 'tcp' | 'tls';
  /** Where requests go first: the outbound proxy, else the domain, as "host" or "host:port". */
  nextHop: string | undefined;
  /** The parameter of `uanew`; regint 0 creates the account without registering it. */
  line(regint: number): string;
  /** Of a serverless agent whose headers go by the route: the line for a call to that URI. */
  lineFor?(uri: string): string;
  /** The outbound proxy such headers are behind. */
  headerRoute?: string;
}

/** Unreserved plus those user-unreserved characters that no version stumbles over (RFC 3261, 25.1). */
export function escapeUser(user: string): string {
  return encodeURIComponent(user).replace(/%(?:2B|26|3D|24|2C)/g, decodeURIComponent);
}

/**
 * `own` is the agent's SIP address as "host:port": the domain of a serverless agent.
 * `carried`: headers that go behind the outbound route, below baresip 2.3.
 */
export function accountOf(
  name: string,
  options: AgentOptions,
  own: string,
  carried: readonly HeaderField[] = [],
): Account {
  const user = escapeUser(options.username ?? name);
  const transport = options.transport ?? 'udp';
  const aor = `sip:${user}@${options.domain ?? own}`;
  const outbound = outboundOf(name, options, transport, carried.length > 0);
  const display =
    options.display_name === undefined
      ? ''
      : `${quoted(name, 'display_name', options.display_name)} `;
  const before: string[] = [...mediaParameters(options)];
  if (options.answer === 'auto') before.push('answermode=auto');
  if (options.refuse_refer === true) before.push('call_transfer=no');
  if (options.dtmf_mode !== undefined && options.dtmf_mode !== 'rtp')
    before.push(`dtmfmode=${options.dtmf_mode}`);
  const last: string[] = [];
  if (options.auth_user !== undefined)
    last.push(`auth_user=${quoted(name, 'auth_user', options.auth_user)}`);
  // Last: the search for parameters is not aware of quotes, so a password could pose as one.
  if (options.password !== undefined)
    last.push(`auth_pass=${quoted(name, 'password', options.password)}`);
  // Versions from 1.1 on do not take those of the account.
  if (options.stun_server !== undefined && options.password !== undefined) {
    const login = options.auth_user ?? options.username ?? name;
    last.push(`stunuser=${quoted(name, 'auth_user', login)}`);
    last.push(`stunpass=${quoted(name, 'password', options.password)}`);
  }
  const line = (regint: number, proxy: string | undefined): string =>
    [
      `${display}<${aor}>`,
      `regint=${regint}`,
      ...before,
      ...(proxy === undefined
        ? []
        : [
            `outbound=${carried.length === 0 ? quoted(name, 'outbound', proxy) : `"${routeWithHeaders(proxy, carried)}"`}`,
          ]),
      ...last,
    ].join(';');
  return {
    aor,
    user,
    domain: options.domain,
    transport,
    nextHop: outbound === undefined ? options.domain : hostOf(outbound),
    line: (regint) => line(regint, outbound),
    ...(carried.length === 0 ? {} : carrying(outbound, line)),
  };
}

/**
 * The transport goes into the outbound proxy, never into the account's own URI: old versions append that
 * URI's parameters to whatever is dialled.
 */
function outboundOf(
  name: string,
  options: AgentOptions,
  transport: string,
  always: boolean,
): string | undefined {
  const proxy =
    options.outbound ??
    (options.domain !== undefined && (transport !== 'udp' || always)
      ? `sip:${options.domain}`
      : undefined);
  if (proxy === undefined) return undefined;
  if (!/^sips?:[^\s"<>]+$/i.test(proxy)) {
    throw new OffhookError(
      'E_ARGUMENT',
      `agent "${name}": outbound: not a SIP URI: ${JSON.stringify(proxy)}`,
      {
        hint: 'write it like "sip:proxy.example.com:5060;transport=tcp"',
      },
    );
  }
  return /;transport=/i.test(proxy) || transport === 'udp'
    ? proxy
    : `${proxy};transport=${transport}`;
}

function carrying(
  outbound: string | undefined,
  line: (regint: number, proxy: string) => string,
): Pick<Account, 'lineFor' | 'headerRoute'> {
  if (outbound !== undefined) return { headerRoute: outbound };
  // The next hop of a serverless agent is whom it dials.
  return { lineFor: (uri) => line(0, `sip:${hostOf(uri)}${transportOf(uri)}`) };
}

function transportOf(uri: string): string {
  return /;transport=\w+/i.exec(uri)?.[0] ?? '';
}

export function hostOf(uri: string): string {
  return (
    uri
      .replace(/^sips?:/i, '')
      .replace(/^[^@]*@/, '')
      .split(/[;?>]/)[0] ?? ''
  );
}

function quoted(agent: string, option: string, value: string): string {
  if (!/["\x00-\x1f\x7f]/.test(value)) return `"${value}"`;
  const bad = value.includes('"') ? 'a double quote' : 'a control character';
  throw new OffhookError(
    'E_CAPABILITY',
    `agent "${agent}": ${option}: baresip cannot express ${bad} in it`,
    {
      hint: `choose a ${option} without it`,
    },
  );
}
