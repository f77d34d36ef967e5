/**
 * Ports for one lab: P for UDP and TCP, P+1 for TLS. They lie below the range of agents, so a lab never races
 * an agent; two labs may race for a port, and the loser tries again.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { OffhookError } from '../errors.js';
import { trace } from '../trace.js';

const FIRST_PORT = 6100;
const LAST_PORT = 9998;
const TRIES = 50;

export async function freeLabPort(host: string): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = FIRST_PORT + 2 * randomInt((LAST_PORT - FIRST_PORT) / 2);
    const isFree = await pairIsFree(host, port);
    trace.ports?.('', `server ports ${port} and ${port + 1}: ${isFree ? 'free' : 'in use'}`);
    if (isFree) return port;
  }
  throw new OffhookError(
    'E_LAB_START',
    {
      subject: 'lab',
      what: 'no free port',
      seen: `all ${TRIES} port pairs tried between ${FIRST_PORT} and ${LAST_PORT} on ${host} are in use`,
    },
    { hint: 'stop what listens there (see: ss -lntup)' },
  );
}

async function pairIsFree(host: string, port: number): Promise<boolean> {
  const free = await Promise.all([
    udpIsFree(host, port),
    tcpIsFree(host, port),
    tcpIsFree(host, port + 1),
  ]);
  return !free.includes(false);
}

function udpIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      resolve(false);
    });
    socket.bind(port, host, () => {
      socket.close(() => {
        resolve(true);
      });
    });
  });
}

function tcpIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
