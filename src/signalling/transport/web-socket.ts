/** SIP over a WebSocket to a server (RFC 7118). Loads its library with the first connection: most runs have none. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { hostPort } from '../../agents/address.js';
import type { Arrived, Connection, Destination, WireWish } from './transport.js';

/** A server that does not answer must not use up the limit of a verb. */
const CONNECT_MS = 4000;

interface WebSocketSink {
  arrived(message: Arrived): void;
  ended(): void;
}

export async function openWebSocket(
  to: Destination,
  { webSocketPath, verifyTls, caFile, address }: WireWish,
  sink: WebSocketSink,
): Promise<Connection> {
  const { Agent, buildConnector, WebSocket } = await import('undici');
  const host = hostPort(to.host ?? to.address, to.port);
  const connect = buildConnector({
    rejectUnauthorized: verifyTls,
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
  });
  // The error event of undici 7 is empty when there was no connection: why is known here only.
  let noConnection: Error | undefined;
  const agent = new Agent({
    connect: (options, done) => {
      connect(options, (...[error, connected]) => {
        noConnection = error ?? undefined;
        if (error === null) done(null, connected);
        else done(error, null);
      });
    },
  });
  // WebSockets of undici refuse the ports that browsers refuse (Fetch, 2.9), 5060 and 5061 among them: it gets a URL
  // without the port, and the request goes to the server all the same.
  const origin = `${to.transport === 'wss' ? 'https' : 'http'}://${host}`;
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    return dispatch({ ...options, origin }, handler);
  });
  const url = `${to.transport}://${host.replace(/:\d+$/, '')}${webSocketPath}`;
  const socket = new WebSocket(url, { protocols: ['sip'], dispatcher });
  socket.binaryType = 'arraybuffer';
  // The own port is not known here, and nobody can connect to it.
  const [local, remote] = [hostPort(address, 0), hostPort(to.address, to.port)];
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.close();
      reject(new Error(`no WebSocket at ${host}${webSocketPath} within ${CONNECT_MS / 1000} s`));
    }, CONNECT_MS);
    socket.onopen = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.onerror = (event) => {
      clearTimeout(timer);
      void dispatcher.close();
      reject(
        new Error(`no WebSocket at ${host}${webSocketPath}: ${reasonOf(event, noConnection)}`),
      );
    };
  });
  socket.onmessage = ({ data }: { data: unknown }) => {
    const octets =
      typeof data === 'string'
        ? Buffer.from(data, 'utf8').toString('latin1')
        : Buffer.from(data as ArrayBuffer).toString('latin1');
    // RFC 7118, 6: a keep-alive of empty lines.
    if (/^[\r\n]*$/.test(octets)) return;
    sink.arrived({ octets, transport: to.transport, local, from: to });
  };
  socket.onclose = () => {
    void dispatcher.close();
    sink.ended();
  };
  return {
    local,
    remote,
    write: (octets) => {
      if (socket.readyState !== WebSocket.OPEN) {
        return Promise.reject(new Error(`the WebSocket to ${host} was closed`));
      }
      // A text message holds UTF-8 only (RFC 6455, 5.6).
      socket.send(isUtf8(octets) ? octets.toString('utf8') : octets);
      return Promise.resolve();
    },
    close: () => {
      socket.close();
    },
  };
}

/** What failed: the connection, or the handshake, of which undici says nothing (its ErrorEvent is empty in 7.x). */
function reasonOf(event: unknown, noConnection: Error | undefined): string {
  const { message = '', error } = event as { message?: string; error?: Error };
  const known = message || (noConnection?.message ?? error?.message ?? '');
  return known || 'the SIP WebSocket handshake failed';
}
