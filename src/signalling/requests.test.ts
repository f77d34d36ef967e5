/** Requests of a real peer, at a server of the test: where they go, and logins asked for again and again. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { AgentContext, PeerAgent } from '../agents/user-agent.js';
import { headerOf, type SipMessage } from '../sip/sip-message.js';
import { received } from '../testing/samples/sip-text.js';
import type { PeerOptions } from '../schema/types.gen.js';
import { startPeer } from '../peer/peer.js';

const LIMIT_MS = 5000;
const ended: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** Answers the requests it gets by these header lines, one after another; the last one is repeated. */
async function server(answers: readonly (readonly string[])[]) {
  const socket: Socket = createSocket('udp4');
  const requests: SipMessage[] = [];
  socket.on('message', (data, from) => {
    const [head = '', ...body] = data.toString().split('\r\n\r\n');
    const request = received(head.split('\r\n'), body.join('\r\n\r\n'));
    requests.push(request);
    if (request.method === 'ACK') return;
    const [start = '', ...more] = answers[Math.min(requests.length, answers.length) - 1] ?? [];
    const field = (name: string) =>
      `${name}: ${headerOf(request.headers, name.toLowerCase()) ?? ''}`;
    const lines = [start, ...['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(field), ...more, '', ''];
    socket.send(lines.join('\r\n'), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  ended.push(() => socket.close());
  return { requests, at: `127.0.0.1:${socket.address().port}` };
}

async function started(options: PeerOptions): Promise<PeerAgent> {
  let seq = 0;
  const context: AgentContext = {
    emit: () => ({ seq: (seq += 1), at: 0 }),
    began: performance.now(),
    sip: () => undefined,
    log: () => undefined,
  };
  const peer = await startPeer('p', options, context);
  ended.push(() => peer.stop());
  return peer;
}

const DIGEST = (realm: string, more = '') => `Digest realm="${realm}", nonce="n-${realm}"${more}`;

describe('logins', () => {
  it('a proxy and then a registrar ask: each gets its credentials, with a new number', async () => {
    const { requests, at } = await server([
      ['SIP/2.0 407 X', `Proxy-Authenticate: ${DIGEST('proxy', ', algorithm=SHA-256')}`],
      ['SIP/2.0 401 X', `WWW-Authenticate: ${DIGEST('registrar')}`],
      ['SIP/2.0 200 OK'],
    ]);
    const peer = await started({ domain: at, password: 's3cr3t-Pass' });
    const answer = await peer.actAsPeer('ping', { target: { uri: `sip:x@${at}` } }, LIMIT_MS);
    expect(answer.value).toMatchObject({ status: 200 });
    expect(requests.map(({ cseq }) => cseq)).toEqual([1, 2, 3]);
    expect(new Set(requests.map(({ call_id }) => call_id)).size).toBe(1);
    const names = requests.map(({ headers }) =>
      headers.map(([name]) => name).filter((name) => name.endsWith('Authorization')),
    );
    expect(names).toEqual([[], ['Proxy-Authorization'], ['Proxy-Authorization', 'Authorization']]);
    const branches = requests.map(
      ({ headers }) => /branch=[^;]*/.exec(headerOf(headers, 'via') ?? '')?.[0],
    );
    expect(new Set(branches).size).toBe(3);
  });

  it.each([
    { name: 'a login that is refused is not given again', more: '', sent: 2 },
    { name: 'a stale nonce is answered again', more: ', stale=true', sent: 3 },
  ])('$name', async ({ more, sent }) => {
    const { requests, at } = await server([
      ['SIP/2.0 401 X', `WWW-Authenticate: ${DIGEST('a')}`],
      ['SIP/2.0 401 X', `WWW-Authenticate: ${DIGEST('b', more)}`],
      [sent === 3 ? 'SIP/2.0 200 OK' : 'SIP/2.0 500 X'],
    ]);
    const peer = await started({ domain: at, password: 's3cr3t-Pass' });
    const answer = await peer.actAsPeer('ping', { target: { uri: `sip:x@${at}` } }, LIMIT_MS);
    expect(answer.value).toMatchObject({ status: sent === 3 ? 200 : 401 });
    expect(requests).toHaveLength(sent);
  });

  it('a server that calls every nonce stale is given up', async () => {
    const { requests, at } = await server([
      ['SIP/2.0 401 X', `WWW-Authenticate: ${DIGEST('a', ', stale=true')}`],
    ]);
    const peer = await started({ domain: at, password: 's3cr3t-Pass' });
    const answer = await peer.actAsPeer('ping', { target: { uri: `sip:x@${at}` } }, LIMIT_MS);
    expect(answer.value).toMatchObject({ status: 401 });
    expect(requests).toHaveLength(5);
  });

  it.each([
    { name: 'no password', options: {} },
    { name: 'switched off', options: { password: 's3cr3t-Pass', automatic: { login: false } } },
  ])('nothing is answered: $name', async ({ options }) => {
    const { requests, at } = await server([['SIP/2.0 401 X', `WWW-Authenticate: ${DIGEST('a')}`]]);
    const peer = await started({ domain: at, ...options });
    const answer = await peer.actAsPeer('ping', { target: { uri: `sip:x@${at}` } }, LIMIT_MS);
    expect(answer.value).toMatchObject({ status: 401 });
    expect(requests).toHaveLength(1);
  });
});

describe('where requests go', () => {
  it.each([
    { name: 'a Route of the script', headers: (at: string) => ({ Route: `<sip:${at};lr>` }) },
    {
      name: 'the first of several',
      headers: (at: string) => ({ route: [`<sip:${at};lr>`, '<sip:x;lr>'] }),
    },
    { name: 'a Route without brackets', headers: (at: string) => ({ Route: `sip:${at}` }) },
  ])('$name', async ({ headers }) => {
    const { requests, at } = await server([['SIP/2.0 200 OK']]);
    const peer = await started({});
    const target = { uri: 'sip:x@nowhere.invalid' };
    const options = { headers: headers(at) };
    await peer.actAsPeer('request', { method: 'OPTIONS', target, options }, LIMIT_MS);
    await expect.poll(() => requests[0]?.uri).toBe('sip:x@nowhere.invalid');
  });

  it('the outbound proxy, in a Route with lr', async () => {
    const { requests, at } = await server([['SIP/2.0 200 OK']]);
    const peer = await started({ outbound: `sip:${at}` });
    await peer.actAsPeer('ping', { target: { uri: 'sip:x@nowhere.invalid' } }, LIMIT_MS);
    expect(headerOf(requests[0]?.headers ?? [], 'route')).toBe(`<sip:${at};lr>`);
  });
});
