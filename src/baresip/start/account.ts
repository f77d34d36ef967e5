/** Turns account options into the address of record and baresip's account line. Pure text; refuses hostile values. */
import { OffhookError } from '../../errors.js';
import type { HeaderField } from '../../sip/sip-message.js';
import { escapeUser } from '../../sip/uri.js';
import { routeWithHeaders } from './custom-headers.js';
import { mediaParameters, stunUri } from './media-options.js';
import { accountParameterIn, unquotableInAccount } from './quoted.js';
import type { AgentOptions } from '../../agents/user-agent.js';

export interface Account {
  /** "sip:alice@example.test" */
  aor: string;
  user: string;
  /** Host, with port where one was given; undefined for a serverless agent. */
  domain: string | undefined;
  transport: 'udp' | 'tcp' | 'tls';
  /** Where requests go first: the outbound proxy, else the domain, as "host" or "host:port". */
  nextHop: string | undefined;
  /** URI of the outbound proxy, where requests go by one. */
  outbound: string | undefined;
  /** The parameter of `uanew`; with regint 0 the account is created but not registered. */
  line(regint: number): string;
  /** The account line for a call to that URI; only a serverless agent whose headers go by the route has it. */
  lineFor?(uri: string): string;
  /** The outbound proxy that carries headers in the account line. */
  headerRoute?: string;
}

/** A parameter of the account line; `option`: the option its value came from, for errors. */
interface Parameter {
  name: string;
  value: string;
  option: string;
}

/** baresip 1.0.0 cuts each line of its accounts file after that many bytes (`line_handler` in modules/account/account.c). */
const LONGEST_LINE = 511;

/**
 * Whether baresip can read that account line from its accounts file. There it has the account before it reads the first
 * request; an INVITE that arrives before `uanew` would be refused.
 */
export function isReadFromFile(line: string, { auth_user, password, mwi }: AgentOptions): boolean {
  // For an auth_user without a password, baresip asks its terminal.
  const asks = auth_user !== undefined && (password === undefined || password === '');
  // With mwi, 1.0 and 1.1 often loop for ever at the start.
  const loops = mwi === true;
  // The line breaks are those between carried headers.
  const fits = Buffer.byteLength(line) <= LONGEST_LINE && !/[\r\n]/.test(line);
  return fits && !asks && !loops;
}

/**
 * `own`: the agent's SIP address as "host:port", which is the domain of a serverless agent. `carried`:
 * headers that go behind the outbound route, below baresip 2.3. `through`: the proxy in front of the agent, as
 * "host:port", to which baresip sends everything.
 * @throws OffhookError E_CAPABILITY for a value baresip cannot be given, E_ARGUMENT for an invalid name, host
 * or URI.
 */
export function accountOf(
  name: string,
  options: AgentOptions,
  own: string,
  carried: readonly HeaderField[] = [],
  through?: string,
): Account {
  const user = escapeUser(wellFormed(name, 'username', options.username ?? name));
  const transport = options.transport ?? 'udp';
  const domain = options.domain === undefined ? undefined : host(name, 'domain', options.domain);
  const aor = `sip:${user}@${domain ?? own}`;
  const outbound = outboundOf(name, options, transport, carried.length > 0);
  const display =
    options.display_name === undefined
      ? ''
      : `"${displayName(expressible(name, 'display_name', options.display_name))}" `;
  const quoted = quotedParameters(name, options).map(
    ({ name: parameter, option, value }) => `${parameter}="${expressible(name, option, value)}"`,
  );
  const line = (regint: number, proxy: string | undefined): string =>
    [
      `${display}<${aor}>`,
      ...plainParameters(options),
      ...(proxy === undefined
        ? []
        : [`outbound="${carried.length === 0 ? proxy : routeWithHeaders(proxy, carried)}"`]),
      ...quoted,
      // Last and without quotes: a command whose first and last characters are quotes loses both.
      `regint=${regint}`,
    ].join(';');
  return {
    aor,
    user,
    domain,
    transport,
    outbound,
    nextHop: outbound === undefined ? domain : hostOf(outbound),
    line: (regint) => line(regint, through === undefined ? outbound : `sip:${through}`),
    ...(carried.length === 0 ? {} : carrying(outbound, line)),
  };
}

/** Parameters whose values are Offhook's own words. */
function plainParameters(options: AgentOptions): readonly string[] {
  return [
    ...mediaParameters(options),
    ...(options.answer === 'auto' ? ['answermode=auto'] : []),
    ...(options.refuse_refer === true ? ['call_transfer=no'] : []),
    ...(options.dtmf_mode === undefined || options.dtmf_mode === 'rtp'
      ? []
      : [`dtmfmode=${options.dtmf_mode}`]),
  ];
}

/** Parameters whose values come from the script. */
function quotedParameters(agent: string, options: AgentOptions): readonly Parameter[] {
  const { auth_user, password, stun_server, nat } = options;
  const parameters: Parameter[] = [];
  const add = (name: string, option: string, value: string | undefined) => {
    if (value !== undefined) parameters.push({ name, option, value });
  };
  add('stunserver', 'stun_server', stunUri(stun_server, nat));
  add('auth_user', 'auth_user', auth_user);
  add('auth_pass', 'password', password);
  // From 1.1 on baresip does not use the account's login for a TURN server.
  if (stun_server !== undefined && password !== undefined) {
    add('stunuser', 'auth_user', auth_user ?? options.username ?? agent);
    add('stunpass', 'password', password);
  }
  return parameters;
}

/**
 * The transport goes into the outbound proxy, never into the account's own URI: old versions append that
 * URI's parameters to every dialled URI.
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
  const [, at = '', parameters = ''] =
    /^sips?:(?:[^\s"<>@;?,\\]+@)?([^\s"<>@;?,\\]+)((?:;[^\s"<>?\\]*)?)$/i.exec(proxy) ?? [];
  if (!HOST_PORT.test(at) || /[^\x21-\x7e]/.test(parameters)) {
    throw new OffhookError(
      'E_ARGUMENT',
      {
        subject: `agent "${name}"`,
        verb: 'outbound',
        what: 'not a SIP URI',
        seen: JSON.stringify(proxy),
      },
      {
        hint: 'write it like "sip:proxy.example.com:5060;transport=tcp"',
      },
    );
  }
  const parameter = accountParameterIn(proxy);
  if (parameter !== undefined) {
    const what = `${JSON.stringify(parameter)}, which it would read as a parameter of its own,`;
    throw cannotExpress(name, 'outbound', what);
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
  // The next hop of a serverless agent is the host it dials.
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

/** "host" or "host:port". A name with "_" is invalid in the DNS, but used in container networks. */
const HOST_PORT = /^(?:\[[0-9A-Fa-f:.]+\]|[\p{L}\p{M}\p{N}._-]+)(?::\d{1,5})?$/u;

function host(agent: string, option: string, value: string): string {
  if (HOST_PORT.test(value)) return value;
  throw new OffhookError(
    'E_ARGUMENT',
    {
      subject: `agent "${agent}"`,
      verb: option,
      what: `${JSON.stringify(value)} is not a host name or address`,
    },
    { hint: 'write it like "pbx.example.com", "192.0.2.10:5070" or "[2001:db8::1]"' },
  );
}

function wellFormed(agent: string, option: string, value: string): string {
  if (!/[\ud800-\udfff]/u.test(value)) return value;
  throw cannotExpress(agent, option, 'half a character (a lone surrogate)');
}

/** Writes each backslash as a quoted-pair (RFC 3261, 25.1): baresip sends the name as it stands in the line. */
function displayName(value: string): string {
  return value.replaceAll('\\', '\\\\');
}

/** Checks text of a script; no other text of a script gets into the account line. */
function expressible(agent: string, option: string, value: string): string {
  const what = unquotableInAccount(value);
  if (what === undefined) return value;
  throw cannotExpress(agent, option, what);
}

function cannotExpress(agent: string, option: string, what: string): OffhookError {
  return new OffhookError(
    'E_CAPABILITY',
    {
      subject: `agent "${agent}"`,
      verb: option,
      what: `baresip cannot express ${what} in this option`,
    },
    { hint: `choose a ${option} without it` },
  );
}
