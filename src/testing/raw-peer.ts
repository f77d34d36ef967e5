/** The other side of a call as a test wants it: a UDP socket that answers requests with given responses. */
import { createSocket, type Socket } from 'node:dgram';

const HOST = '127.0.0.1';

export interface RawPeer {
  uri: string;
  /** Requests and responses received, as text, oldest first. */
  received: string[];
  /** Sends text as it is (latin1) to "host:port" of an agent. */
  send(text: string, to: string): void;
  /** Resolves as soon as something received matches. */
  seen(pattern: RegExp): Promise<string>;
  close(): void;
}

/**
 * `answer`: status lines for a request, e.g. "486 Busy Here"; one may carry header lines, and after an empty
 * line a session description.
 */
export async function rawPeer(
  answer: (method: string, request: string) => readonly string[],
): Promise<RawPeer> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    socket.bind(0, HOST, resolve);
  });
  const received: string[] = [];
  const watching = new Set<() => void>();
  socket.on('message', (data, from) => {
    const text = data.toString('latin1');
    received.push(text);
    const method = /^([A-Z]+) sip/.exec(text)?.[1];
    if (method !== undefined) {
      for (const status of answer(method, text)) respond(socket, text, status, from.port);
    }
    for (const look of [...watching]) look();
  });
  return {
    uri: `sip:peer@${HOST}:${socket.address().port}`,
    received,
    send(text, to) {
      const [host, port] = to.split(':');
      socket.send(Buffer.from(text, 'latin1'), Number(port), host);
    },
    seen: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          const found = received.find((text) => pattern.test(text));
          if (found === undefined) return;
          watching.delete(look);
          resolve(found);
        };
        watching.add(look);
        look();
      }),
    close() {
      socket.close();
    },
  };
}

function respond(socket: Socket, request: string, status: string, port: number): void {
  const field = (name: string): string =>
    new RegExp(`^${name}: .*`, 'im').exec(request)?.[0].trim() ?? '';
  const [head = '', body = ''] = status.split('\r\n\r\n');
  const [first = '', ...more] = head.split('\r\n');
  const tag = first.startsWith('100') ? '' : ';tag=peer';
  const lines = [
    `SIP/2.0 ${first}`,
    field('Via'),
    field('From'),
    `${field('To')}${tag}`,
    field('Call-ID'),
    field('CSeq'),
    ...(/^contact:/im.test(head) ? [] : [`Contact: <sip:peer@${HOST}:${socket.address().port}>`]),
    ...more,
    ...(body === '' || /^content-type:/im.test(head) ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
  ];
  socket.send(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'), port, HOST);
}
