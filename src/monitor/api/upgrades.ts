/**
 * Requests that ask for another protocol: Node hands their sockets over, and no longer looks after them. Those for the
 * WebSocket go on to its plugin. All others get their answer in HTTP/1.1, as RFC 9110, 7.8 allows: some libraries ask for
 * HTTP/2 by themselves.
 */
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** @returns a server that never listens, and tells the plugin of requests for a WebSocket at that path */
export function upgradesOf(app: FastifyInstance, path: string): Server {
  const upgrades = createServer();
  const sockets = new Set<Duplex>();
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
    });
    if (isFor(path, request)) upgrades.emit('upgrade', request, socket, head);
    else answer(app, request, socket);
  });
  app.addHook('preClose', (done) => {
    for (const socket of sockets) socket.destroy();
    done();
  });
  return upgrades;
}

function isFor(path: string, { method, url, headers }: IncomingMessage): boolean {
  const isThere = url === path || url?.startsWith(`${path}?`) === true;
  return isThere && method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

function answer(app: FastifyInstance, request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => {
    socket.destroy();
  });
  if (!(socket instanceof Socket)) return;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => {
    socket.destroySoon();
  });
  app.routing(request, response);
}
