/** /ws and /events: the feed of changes over a WebSocket, and as server-sent events. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './message/api-error.js';
import type { ApiContext } from './context.js';
import { read, type Route } from './route.js';

export const WEBSOCKET_PATH = '/ws';

/** Longest message that a client may send; its content is ignored. */
export const LARGEST_INPUT = 4096;

/** Pings that may stay unanswered: a client reads a ping only after all data before it, which can take long on a slow line. */
const MOST_UNANSWERED = 2;

const FEED_TEXT =
  'The first message is the whole state, `{"type":"state","role":...,"monitors":[...],"problems":[...],"undelivered":{...}}`; it is sent again when changes were missed. ' +
  'Every other message is a change: `monitor`, `removed`, `health` or `undelivered`.';

export function feedRoutes(context: ApiContext): readonly Route[] {
  return [
    {
      ...read(WEBSOCKET_PATH, {
        tag: 'feed',
        summary: `Each change, over a WebSocket. ${FEED_TEXT} Input is ignored.`,
        answers: { 101: { description: 'The WebSocket is open' } },
        handler: upgradeNeeded,
      }),
      guarded: true,
      websocket: true,
      head: false,
    },
    {
      ...read('/events', {
        tag: 'feed',
        summary: `Each change, as server-sent events. ${FEED_TEXT}`,
        answers: {
          200: { description: 'Events without end', content: { 'text/event-stream': null } },
        },
        handler: (request, reply) => {
          sendEvents(context, request, reply);
        },
      }),
      guarded: true,
      head: false,
    },
  ];
}

/** The plugin calls this for a request without an upgrade. */
function upgradeNeeded(): never {
  const headers = { upgrade: 'websocket', connection: 'upgrade' };
  throw new ApiError(
    426,
    'bad_request',
    'this is a WebSocket: GET /events sends the same messages without one',
    headers,
  );
}

/** @throws ApiError 503 */
export function assertRoom({ feed }: ApiContext): void {
  if (!feed.isFull) return;
  const headers = { 'retry-after': '30' };
  throw new ApiError(503, 'unavailable', 'too many clients listen already', headers);
}

/** A session may have ended since the feed began. */
function isStillKnown({ access }: ApiContext, { headers }: FastifyRequest): boolean {
  return access.identify(headers) !== undefined;
}

/** The part of a WebSocket (package ws) that the feed uses. */
interface FeedSocket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(text: Buffer, options: { binary: boolean }): void;
  ping(): void;
  terminate(): void;
  on(event: 'pong' | 'close', listener: () => void): unknown;
}

/** `readyState` of a WebSocket that is open (WebSockets standard, 3.1). */
const OPEN = 1;

/** What the plugin calls with each WebSocket that is open. */
export function listenOn(context: ApiContext, socket: FeedSocket, request: FastifyRequest): void {
  const { feed } = context;
  let unanswered = 0;
  const remove = feed.add({
    role: request.identity?.role ?? 'read',
    send: (text) => {
      socket.send(text, { binary: false });
    },
    waiting: () => socket.bufferedAmount,
    ping: () => {
      // A client that is gone without a word answers none.
      unanswered += 1;
      if (unanswered > MOST_UNANSWERED || !isStillKnown(context, request)) socket.terminate();
      else if (socket.readyState === OPEN) socket.ping();
    },
    close: () => {
      socket.terminate();
    },
  });
  socket.on('pong', () => {
    unanswered = 0;
  });
  socket.on('close', remove);
}

function sendEvents(context: ApiContext, request: FastifyRequest, reply: FastifyReply): void {
  assertRoom(context);
  const { feed } = context;
  const { raw } = reply.hijack();
  if (raw.destroyed || request.raw.socket.destroyed) return;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    // nginx would collect events
    'x-accel-buffering': 'no',
  });
  raw.write('retry: 3000\n\n');
  const remove = feed.add({
    role: request.identity?.role ?? 'read',
    send: (text) => {
      raw.write(Buffer.concat([DATA, text, END]));
    },
    waiting: () => raw.writableLength,
    ping: () => {
      if (!isStillKnown(context, request)) raw.destroy();
      else if (raw.writableLength === 0) raw.write(': still here\n\n');
    },
    close: () => {
      raw.destroy();
    },
  });
  raw.on('close', remove);
  raw.on('error', remove);
}

const DATA = Buffer.from('data: ');
const END = Buffer.from('\n\n');
