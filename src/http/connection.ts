/** One connection for one request: name lookup, TCP, TLS or a proxy, and the present stage. */
import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { isIP, Socket, type LookupFunction } from 'node:net';
import { Agent, ProxyAgent, buildConnector, type Dispatcher } from 'undici';
import { skipContinue } from './interim.js';
import { proxyFor } from './proxy.js';
import { authorities } from './trust.js';

/**
 * Throws if a script may not talk to the target. `address`: what the name resolved to; absent for a `proxied` target, whose name
 * the proxy resolves.
 */
export type Allow = (target: {
  host: string;
  port: number;
  address?: string;
  proxied?: true;
}) => void;

export interface ConnectionSettings {
  /** Environment of the process: proxies, certificates. */
  variables: Readonly<Record<string, string | undefined>>;
  /** Certificates are not checked. */
  insecure: boolean;
  allow: Allow;
}

export interface Connection {
  dispatcher: Dispatcher;
  /** The present stage, in words. */
  phase: () => string;
  /** "proxy HOST:PORT" when there is one. */
  proxy?: string;
}

/** Time limits are the caller's: nothing here gives up by itself. */
const NO_LIMIT_MS = 24 * 3600 * 1000;

export function connectionFor(url: URL, settings: ConnectionSettings): Connection {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const proxy = proxyFor(url, settings.variables);
  settings.allow({ host, port, ...(proxy === undefined ? {} : { proxied: true }) });
  const ca = url.protocol === 'https:' ? authorities(settings.variables) : undefined;
  const tls = {
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(settings.insecure ? { rejectUnauthorized: false } : {}),
  };
  return proxy === undefined ? direct(host, port, tls, settings.allow) : through(proxy, tls, url);
}

interface Tls {
  ca?: string[];
  rejectUnauthorized?: boolean;
}

function direct(host: string, port: number, tls: Tls, allow: Allow): Connection {
  let phase = 'connecting';
  const check = (address: string): void => {
    allow({ host, port, address });
  };
  const lookup: LookupFunction = (name, options, done) => {
    phase = 'looking up the host name';
    lookUp(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      phase = 'connecting';
      if (error !== null) {
        done(error, []);
        return;
      }
      try {
        for (const { address } of found) check(address);
      } catch (denied) {
        done(denied as NodeJS.ErrnoException, []);
        return;
      }
      const [first] = found;
      if (options.all === true) done(null, found);
      else done(null, first?.address ?? '', first?.family ?? 4);
    });
  };
  const connector = buildConnector({
    ...tls,
    lookup,
    timeout: NO_LIMIT_MS,
  });
  const connect: buildConnector.connector = (options, done) => {
    // An address is never looked up.
    if (isIP(host) !== 0) check(host);
    const connected: buildConnector.Callback = (...outcome) => {
      if (outcome[0] === null) {
        phase = 'waiting for the response';
        skipContinue(outcome[1]);
      }
      done(...outcome);
    };
    // It returns its socket, although its type does not say so.
    const opener: Opener = connector;
    const socket = opener(options, connected);
    if (socket instanceof Socket)
      socket.once('connect', () => {
        if (options.protocol === 'https:' && phase === 'connecting') phase = 'the TLS handshake';
      });
  };
  const dispatcher = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 });
  return { dispatcher, phase: () => phase };
}

type Opener = (...args: Parameters<buildConnector.connector>) => unknown;

/** The proxy resolves the name: only the name can be judged. */
function through(proxy: URL, tls: Tls, url: URL): Connection {
  const credentials = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
  const dispatcher = new ProxyAgent({
    uri: `${proxy.protocol}//${proxy.host}`,
    ...(proxy.username === ''
      ? {}
      : { token: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    proxyTunnel: url.protocol === 'https:',
    requestTls: { ...tls, timeout: NO_LIMIT_MS },
    proxyTls: { ...tls, timeout: NO_LIMIT_MS },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const name = `the proxy ${proxy.host}`;
  return { dispatcher, phase: () => `waiting for the response through ${name}`, proxy: name };
}
