/** Sends OPTIONS to a SIP server over UDP until it answers. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

/** Short, so that a start costs no idle time: nothing shows when the server opens its socket. */
const RETRY_MS = 20;

export interface ProbeTarget {
  host: string;
  port: number;
  /** Required value of the Server header: another program may hold the port. */
  server: string;
  signal: AbortSignal;
}

/** Resolves with true on the first 200 with the right Server header, with false when aborted. */
export function answersOptions({ host, port, server, signal }: ProbeTarget): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    let timer: NodeJS.Timeout | undefined;
    const finish = (answered: boolean): void => {
      clearInterval(timer);
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners().on('error', ignore).close();
      resolve(answered);
    };
    const onAbort = (): void => {
      finish(false);
    };
    if (signal.aborted) {
      finish(false);
      return;
    }
    signal.addEventListener('abort', onAbort);
    // "refused" only means that the socket is not open yet
    socket.on('error', ignore);
    socket.on('message', (data) => {
      const text = data.toString('latin1');
      if (text.startsWith('SIP/2.0 200') && text.includes(`\r\nServer: ${server}\r\n`))
        finish(true);
    });
    socket.bind(0, host, () => {
      const send = (): void => {
        sendOptions(socket, host, port);
      };
      send();
      timer = setInterval(send, RETRY_MS);
    });
  });
}

function sendOptions(socket: Socket, host: string, port: number): void {
  const own = `${host}:${socket.address().port}`;
  const id = randomBytes(8).toString('hex');
  const message = [
    `OPTIONS sip:${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own};branch=z9hG4bK${id};rport`,
    'Max-Forwards: 5',
    `From: <sip:probe@${own}>;tag=${id}`,
    `To: <sip:${host}:${port}>`,
    `Call-ID: ${id}@${host}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  socket.send(message, port, host, ignore);
}

function ignore(): void {
  // the next OPTIONS shows whether the server is up
}
