/** Which proxy the environment names for a URL: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in both cases. */
import { BlockList, isIP } from 'node:net';
import { OffhookError } from '../errors.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** Undefined: no proxy. Loopback never goes through a proxy. @throws E_HTTP for a bad proxy URL. */
export function proxyFor(url: URL, variables: Variables): URL | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const text = read(variables, name);
  if (text === undefined) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return undefined;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const excluded = (read(variables, 'no_proxy') ?? '').split(/[\s,]+/).filter((one) => one !== '');
  if (excluded.some((entry) => isExcluded(host, port, entry))) return undefined;
  return proxyUrl(text, name);
}

/** Lower case wins, as with curl. */
function read(variables: Variables, name: string): string | undefined {
  const value = variables[name] ?? variables[name.toUpperCase()];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** "*", "host", ".domain", "*.domain", each with ":port" or not, an address, or a network such as 10.0.0.0/8. */
function isExcluded(host: string, port: string, entry: string): boolean {
  if (entry === '*') return true;
  const network = /^([\da-f.:]+)\/(\d{1,3})$/i.exec(entry);
  if (network !== null) return isInNetwork(host, network[1] ?? '', Number(network[2]));
  const [, name = '', onPort] =
    /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (onPort !== undefined && onPort !== port) return false;
  const domain = name.replace(/^\*?\./, '').toLowerCase();
  const asked = host.toLowerCase().replace(/\.$/, '');
  return domain !== '' && (asked === domain || asked.endsWith(`.${domain}`));
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const family = isIP(host);
  if (family === 0 || family !== isIP(network) || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, bits, kind);
  return list.check(host, kind);
}

function proxyUrl(text: string, name: string): URL {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Reported below.
  }
  throw new OffhookError(
    'E_HTTP',
    { subject: 'http', what: `the proxy in ${name.toUpperCase()} is not an http or https URL` },
    {
      hint: `write ${name.toUpperCase()}=http://proxy.example:3128, or unset it (${name} in lower case wins)`,
    },
  );
}
