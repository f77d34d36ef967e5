/** One SIP request over UDP and its first answer that is not 100: the smallest possible peer for a server. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

export interface SipServer {
  host: string;
  port: number;
}

export interface SipRequest {
  method: string;
  /** User part of the Request-URI; default: none. */
  to?: string;
  /** User part of From; default: somebody the server does not know. */
  from?: string;
  /** A 401 or 407 to answer as the user in From, with this password. */
  answerTo?: SipAnswer;
  password?: string;
}

export interface SipAnswer {
  startLine: string;
  /** Everything between start line and body. */
  headers: string;
}

const LIMIT_MS = 15_000;

export function sipExchange(server: SipServer, request: SipRequest): Promise<SipAnswer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => {
      socket.close();
      reject(new Error(`${request.method}: no answer within ${LIMIT_MS} ms`));
    }, LIMIT_MS);
    socket.on('message', (data) => {
      const [head = ''] = data.toString('utf8').split('\r\n\r\n');
      const [startLine = '', ...headers] = head.split('\r\n');
      if (startLine.startsWith('SIP/2.0 100')) return;
      clearTimeout(timer);
      socket.close();
      resolve({ startLine, headers: headers.join('\r\n') });
    });
    socket.bind(0, server.host, () => {
      const message = render(server, request, socket.address().port);
      socket.send(message, server.port, server.host);
    });
  });
}

function render({ host, port }: SipServer, request: SipRequest, ownPort: number): string {
  const { method, to, from = 'outsider' } = request;
  const uri = `sip:${to === undefined ? '' : `${to}@`}${host}:${port}`;
  const id = randomBytes(8).toString('hex');
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${host}:${ownPort};branch=z9hG4bK${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:${from}@${host}:${port}>;tag=${id}`,
    `To: <${uri}>`,
    `Call-ID: ${id}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:${from}@${host}:${ownPort}>`,
    ...credentials(request, from, uri),
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

function credentials(request: SipRequest, user: string, uri: string): string[] {
  const { method, answerTo, password = '' } = request;
  if (answerTo === undefined) return [];
  const field = (name: string): string =>
    new RegExp(`${name}="([^"]*)"`).exec(answerTo.headers)?.[1] ?? '';
  const header = answerTo.startLine.includes(' 407 ') ? 'Proxy-Authorization' : 'Authorization';
  const realm = field('realm');
  const nonce = field('nonce');
  const secret = md5(`${user}:${realm}:${password}`);
  const response = md5(`${secret}:${nonce}:00000001:c:auth:${md5(`${method}:${uri}`)}`);
  return [
    `${header}: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
      `qop=auth, nc=00000001, cnonce="c", response="${response}", algorithm=MD5`,
  ];
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
