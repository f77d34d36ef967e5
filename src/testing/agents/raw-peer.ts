/** The other side of a call as a test wants it: a UDP socket that answers requests with given responses. */
import { createSocket, type Socket } from 'node:dgram';

const HOST = '127.0.0.1';

export interface RawPeer {
  uri: string;
  /** Requests and responses received, as text, oldest first. */
  received: string[];
  /** Sends text as it is (latin1) to "host:port" of an agent. */
  send(text: string, to: string): void;
  /** Answers a request it has received, later than `PeerAnswer` does. */
  answer(request: string, status: string): void;
  /** Sends a request inside the call that INVITE of an agent has begun; `more` are header lines. */
  within(invite: string, request: RequestWithin): void;
  /** Resolves as soon as something received matches. */
  seen(pattern: RegExp): Promise<string>;
  close(): void;
}

interface RequestWithin {
  method: string;
  cseq: number;
  more?: readonly string[];
  body?: string;
  /** Tag of the peer: another one is another branch of a fork. */
  tag?: string;
}

/**
 * Status lines for a request, e.g. "486 Busy Here"; one may carry header lines, and after an empty line a session
 * description.
 */
export type PeerAnswer = (method: string, request: string) => readonly string[];

/** A description with a port on which nobody listens: packets sent there are only counted. */
export function peerSdp(direction = 'sendrecv'): string {
  return [
    'v=0',
    'o=peer 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 9 RTP/AVP 0 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

export async function rawPeer(answer: PeerAnswer): Promise<RawPeer> {
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
  const uri = `sip:peer@${HOST}:${socket.address().port}`;
  const send = (text: string, to: string): void => {
    const [host, port] = to.split(':');
    socket.send(Buffer.from(text, 'latin1'), Number(port), host);
  };
  return {
    uri,
    received,
    send,
    answer(request, status) {
      const port = /^Via: [^;]*:(\d+)/m.exec(request)?.[1];
      respond(socket, request, status, Number(port));
    },
    within(invite, { method, cseq, more = [], body = '', tag = 'peer' }) {
      const contact = /<([^>]*)>/.exec(fieldOf(invite, 'Contact'))?.[1] ?? '';
      const lines = [
        `${method} ${contact} SIP/2.0`,
        `Via: SIP/2.0/UDP ${HOST}:${socket.address().port};branch=z9hG4bK${method}${cseq}`,
        `From: ${fieldOf(invite, 'To')};tag=${tag}`,
        `To: ${fieldOf(invite, 'From')}`,
        `Call-ID: ${fieldOf(invite, 'Call-ID')}`,
        `CSeq: ${cseq} ${method}`,
        'Max-Forwards: 70',
        `Contact: <${uri}>`,
        ...more,
        `Content-Length: ${body.length}`,
      ];
      send(`${lines.join('\r\n')}\r\n\r\n${body}`, /@([^;>]*)/.exec(contact)?.[1] ?? '');
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

function fieldOf(request: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(request)?.[1]?.trim() ?? '';
}

function respond(socket: Socket, request: string, status: string, port: number): void {
  const field = (name: string): string => `${name}: ${fieldOf(request, name)}`;
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
    ...(more.some((line) => /^contact:/i.test(line))
      ? []
      : [`Contact: <sip:peer@${HOST}:${socket.address().port}>`]),
    ...more.filter((line) => !/^contact:\s*$/i.test(line)),
    ...(body === '' || /^content-type:/im.test(head) ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
  ];
  socket.send(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'), port, HOST);
}
