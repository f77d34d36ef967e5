/** The address an agent listens on: loopback, or the one this host would use towards the agent's next hop. */
import { createSocket } from 'node:dgram';
import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

export const LOOPBACK = '127.0.0.1';
/** A name server that does not answer must not use up the whole start; the registration then reports the problem. */
const LOOKUP_MS = 2000;

/** `nextHop`: "host" or "host:port" of the registrar or proxy; undefined for a serverless agent. */
export function localAddress(nextHop: string | undefined): Promise<string> {
  const host = nextHop?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (host === undefined || host === 'localhost' || host.startsWith('127.'))
    return Promise.resolve(LOOPBACK);
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const done = (address: string) => {
      clearTimeout(timer);
      socket.close();
      resolve(address);
    };
    const timer = setTimeout(done, LOOKUP_MS, LOOPBACK);
    socket.once('error', () => {
      done(LOOPBACK);
    });
    // Connecting a UDP socket sends nothing; it only asks the kernel for the route.
    socket.connect(5060, host, (error?: Error) => {
      done(error === undefined ? socket.address().address : LOOPBACK);
    });
  });
}

/** "127.0.0.1:5060", "[::1]:5060". */
export function hostPort(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Whether an interface of this machine has the address: newer versions accept no other, not even 127.0.0.2. */
export function isOwnAddress(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const wanted = new BlockList();
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  wanted.addAddress(address, family);
  return own.some((one) => wanted.check(one.address, one.family === 'IPv6' ? 'ipv6' : 'ipv4'));
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
