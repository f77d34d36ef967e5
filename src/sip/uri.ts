/** SIP and SIPS URIs (RFC 3261, 19.1.1): the parts that are needed to send requests. */

export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  /** As written, escapes and password included; absent without "@". */
  readonly user?: string;
  /** Name or address, an IPv6 address without its brackets. */
  readonly host: string;
  readonly port?: number;
  /** Names in lower case; a parameter without a value is ''. */
  readonly parameters: ReadonlyMap<string, string>;
}

const URI =
  /^(sips?):(?:([^@]*)@)?(\[[^\]]*\]|[^;?@:[\]\s]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?$/i;

/** `undefined` for a text that is no SIP URI. */
export function parseUri(text: string): SipUri | undefined {
  const match = URI.exec(text.trim());
  if (match === null) return undefined;
  const [, scheme = '', user, host = '', port, parameters = ''] = match;
  return {
    scheme: scheme.toLowerCase() === 'sips' ? 'sips' : 'sip',
    ...(user === undefined ? {} : { user }),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    ...(port === undefined ? {} : { port: Number(port) }),
    parameters: parametersOf(parameters),
  };
}

/** The parameters of a text like ";lr;transport=tcp". */
export function parametersOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(';')) {
    const [name = '', ...value] = part.split('=');
    const key = name.trim().toLowerCase();
    if (key !== '' && !found.has(key)) found.set(key, value.join('=').trim());
  }
  return found;
}

/** The parameters behind a name-addr, such as the `tag` of a From or the `expires` of a Contact (RFC 3261, 25.1). */
export function fieldParameters(value: string): ReadonlyMap<string, string> {
  return parametersOf(behindAddress(value));
}

/** What follows the address of a field, quoted texts left aside: they may hold any of <, > and ;. */
export function behindAddress(value: string): string {
  const masked = value.replace(/"(?:[^"\\]|\\.)*"/gs, (quoted) => ' '.repeat(quoted.length));
  const close = masked.indexOf('>');
  const from = close >= 0 ? close + 1 : masked.indexOf(';');
  return from < 0 ? '' : value.slice(from);
}

/**
 * Escapes all but unreserved characters and those user-unreserved characters that every version accepts (RFC
 * 3261, 25.1). The text must hold no lone surrogate.
 */
export function escapeUser(user: string): string {
  return encodeURIComponent(user).replace(/%(?:2B|26|3D|24|2C)/g, decodeURIComponent);
}
