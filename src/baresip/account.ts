/** Account options -> address of record and the account line baresip reads. Pure text; hostile values are refused. */
import { OffhookError } from '../errors.js';
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
}

/** Unreserved plus those user-unreserved characters that no version stumbles over (RFC 3261, 25.1). */
export function escapeUser(user: string): string {
  return encodeURIComponent(user).replace(/%(?:2B|26|3D|24|2C)/g, decodeURIComponent);
}

/** `own` is the agent's SIP address as "host:port": the domain of a serverless agent. */
export function accountOf(name: string, options: AgentOptions, own: string): Account {
  const user = escapeUser(options.username ?? name);
  const transport = options.transport ?? 'udp';
  const aor = `sip:${user}@${options.domain ?? own}`;
  const outbound = outboundOf(name, options, transport);
  const display =
    options.display_name === undefined
      ? ''
      : `${quoted(name, 'display_name', options.display_name)} `;
  const before: string[] = [];
  if (options.answer === 'auto') before.push('answermode=auto');
  if (outbound !== undefined) before.push(`outbound=${quoted(name, 'outbound', outbound)}`);
  if (options.auth_user !== undefined)
    before.push(`auth_user=${quoted(name, 'auth_user', options.auth_user)}`);
  // Last: the search for parameters is not aware of quotes, so a password could pose as one.
  const last =
    options.password === undefined
      ? []
      : [`auth_pass=${quoted(name, 'password', options.password)}`];
  return {
    aor,
    user,
    domain: options.domain,
    transport,
    nextHop: outbound === undefined ? options.domain : hostOf(outbound),
    line: (regint) => [`${display}<${aor}>`, `regint=${regint}`, ...before, ...last].join(';'),
  };
}

/**
 * The transport goes into the outbound proxy, never into the account's own URI: old versions append that
 * URI's parameters to whatever is dialled.
 */
function outboundOf(name: string, options: AgentOptions, transport: string): string | undefined {
  const proxy =
    options.outbound ??
    (options.domain !== undefined && transport !== 'udp' ? `sip:${options.domain}` : undefined);
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
