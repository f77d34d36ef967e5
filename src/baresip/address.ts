/** The address an agent listens on: loopback, or the one this host would use towards the agent's next hop. */
import { createSocket } from 'node:dgram';

export const LOOPBACK = '127.0.0.1';
/** A name server that does not answer must not eat the whole start; the registration will tell what is wrong. */
const LOOKUP_MS = 2000;

/** `nextHop`: "host" or "host:port" of the registrar or proxy; undefined for a serverless agent. */
export function localAddress(nextHop: string | undefined): Promise<string> {
  const host = nextHop?.replace(/:\d+$/, '');
  if (host === undefined || host === 'localhost' || host.startsWith('127.'))
    return Promise.resolve(LOOPBACK);
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
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
    socket.connect(5060, host, () => {
      done(socket.address().address);
    });
  });
}
