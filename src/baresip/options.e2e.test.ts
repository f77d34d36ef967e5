import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer as createTcpServer,
  isIP,
  type AddressInfo,
  type Socket as TcpSocket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../certificate.js';
import { agentStateName } from '../model/agent-state.js';
import { LIMIT, testBinaries, testBench, type Bench } from '../testing/agents/agent-bench.js';
import { hasCapability } from './capabilities.js';
import type { AgentOptions, Phone } from '../agents/user-agent.js';

const binaries = await testBinaries();

describe.each(binaries)('options, baresip $version', (binary) => {
  let bench: Bench;
  const closers: (() => void)[] = [];

  beforeAll(() => {
    bench = testBench(binary);
  });
  afterEach(async () => {
    await bench.stopAll();
    for (const close of closers.splice(0)) close();
    expect(bench.leftFolders()).toEqual([]);
  });

  const reaches = (agent: Phone, name: string) =>
    bench.until(() => agentStateName(agent.state) === name, `${agent.name} ${name}`);

  async function connect(options: AgentOptions): Promise<[Phone, Phone]> {
    const [a, b] = await Promise.all([bench.start('alice', options), bench.start('bob', options)]);
    await a.act('dial', { target: { agent: b } }, LIMIT);
    await b.act('accept', {}, LIMIT);
    await Promise.all([reaches(a, 'Established'), reaches(b, 'Established')]);
    return [a, b];
  }
  const sent = (agent: string, method: string) =>
    bench
      .messages(agent)
      .filter((one) => one.direction === 'sent' && one.method === method && one.code === undefined);
  const offer = () => sent('alice', 'INVITE')[0]?.body ?? '';

  test('codecs: offered in that order, and no other', async () => {
    await connect({ codecs: ['L16', 'PCMA', 'opus'] });
    const formats =
      /^m=audio \d+ RTP\/AVP ([\d ]+)$/m.exec(offer().replaceAll('\r', ''))?.[1] ?? '';
    const names = formats.split(' ').map((type) => {
      const name = new RegExp(`^a=rtpmap:${type} ([^/]+)`, 'm').exec(offer())?.[1];
      return name ?? type;
    });
    expect(names).toEqual(['L16', 'PCMA', 'opus', 'telephone-event']);
  });

  test.each([
    ['srtp', /^m=audio \d+ RTP\/AVP /m, /^a=crypto:1 AES_CM_128_HMAC_SHA1_/m],
    ['srtp-mand', /^m=audio \d+ RTP\/SAVP /m, /^a=crypto:1 AES_CM_128_HMAC_SHA1_/m],
    ['dtls_srtp', /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF? /m, /^a=fingerprint:/m],
  ] as const)('media_enc %s: offered, and in use', async (media_enc, media, key) => {
    await connect({ media_enc });
    expect(offer()).toMatch(media);
    expect(offer()).toMatch(key);
    const encrypted = () =>
      bench
        .events('bob')
        .some(
          (one) =>
            one.type === 'call_encrypted' || (one.type === 'other' && one.name === 'CALL_MENC'),
        );
    await bench.until(encrypted, 'encrypted');
  });

  test('nat stun: the server is asked, and its answer offered', async () => {
    const server = await stunServer(closers);
    const nat = { nat: 'stun', stun_server: `stun:127.0.0.1:${server.port}` } as const;
    const [a, b] = await Promise.all([bench.start('alice', nat), bench.start('bob')]);
    await a.act('dial', { target: { agent: b } }, LIMIT);
    expect(server.asked()).toBeGreaterThan(0);
    expect(offer()).toMatch(/^c=IN IP4 192\.0\.2\.7\r?$/m);
  });

  test('nat ice on loopback: used, or refused where there would be no candidate', async () => {
    const starting = bench.start('alice', { nat: 'ice' });
    if (hasCapability(binary.version, 'ice_loopback')) {
      await starting;
      expect(bench.lines('alice').join('\n')).toMatch(/Using medianat 'ice'/);
    } else {
      await expect(starting).rejects.toMatchObject({ code: 'E_CAPABILITY' });
    }
  });

  test('IPv6', async () => {
    const [a] = await connect({ local_address: '::1' });
    expect(isIP(a.contact.slice(a.contact.indexOf('[') + 1, a.contact.indexOf(']')))).toBe(6);
    expect(offer()).toMatch(/^c=IN IP6 ::1\r?$/m);
  });

  test('rtp_timeout: the end of a peer that died is noticed', async () => {
    const [a, b] = await connect({ rtp_timeout: 1 });
    process.kill(b.pid, 'SIGKILL');
    await reaches(a, 'Idle');
    expect(a.state.ended).toMatchObject({ by: 'error', how: 'media' });
  });

  test('headers are in REGISTER too, those of the compatible way with its lines', async () => {
    const registrar = await silentPeer(closers);
    const a = await bench.start('alice', {
      domain: `127.0.0.1:${registrar}`,
      headers: { 'X-A': ['1', '2'] },
      headers_compat: true,
    });
    await a.act('register', {}, LIMIT);
    const fields = sent('alice', 'REGISTER')[0]?.headers ?? [];
    const values = fields.filter(([name]) => name === 'X-A').map(([, value]) => value);
    const inRegister =
      !hasCapability(binary.version, 'uaaddheader') ||
      hasCapability(binary.version, 'headers_in_register');
    expect(values).toEqual(inRegister ? ['1', '2'] : []);
    const warnings = bench.events('alice').filter((one) => one.type === 'warning');
    const added = fields
      .filter(([name]) => /^(?:Route|X-)/.test(name))
      .map(([name, value]) => `${name}: ${value}`);
    if (hasCapability(binary.version, 'uaaddheader')) expect(warnings).toEqual([]);
    else {
      expect(added).toHaveLength(4);
      expect(warnings.map(({ text }) => text)).toEqual([
        `headers_compat: baresip ${binary.version} adds to REGISTER and INVITE: ${added.join(' | ')}`,
      ]);
    }
  });

  test('verify_tls: only a certificate of a trusted authority is taken', async () => {
    if (!hasCapability(binary.version, 'verify_tls')) {
      await expect(bench.start('alice', { verify_tls: true })).rejects.toMatchObject({
        code: 'E_CAPABILITY',
      });
      return;
    }
    const { domain, ca_file, accepted, accepting } = await tlsServer(closers);
    const account = { domain, transport: 'tls', verify_tls: true } as const;
    const [wary, trusting] = await Promise.all([
      bench.start('wary', account),
      bench.start('trusting', { ...account, ca_file }),
    ]);
    await expect(wary.act('register', {}, LIMIT)).rejects.toMatchObject({
      code: 'E_REGISTER',
      message: expect.stringMatching(
        `register: REGISTER was not sent: the certificate of ${domain} is not trusted: self[- ]signed`,
      ) as string,
      details: {
        hint: 'set ca_file to the certificate of the authority that signed it, or leave verify_tls out',
      },
    });
    await bench.until(() => wary.state.registration.state === 'failed', 'not trusted');
    expect(accepted()).toBe(0);
    await trusting.act('register', {}, LIMIT);
    await accepting;
  });

  test.each<[string, (socket: TcpSocket) => void]>([
    ['closes the connection', (socket) => socket.end()],
    ['answers in plain text', (socket) => socket.write('SIP/2.0 400 Bad Request\r\n\r\n')],
    ['says nothing', () => undefined],
  ])('TLS to a port for TCP that %s', async (_what, answer) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        answer(socket);
      });
      closers.push(() => socket.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    const domain = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const agent = await bench.start('alice', { domain, transport: 'tls' });
    await expect(agent.act('register', {}, 1500)).rejects.toMatchObject({
      code: 'E_REGISTER',
      message: expect.stringContaining(
        `register: REGISTER was not sent: TLS with ${domain} failed: `,
      ) as string,
      details: {
        hint: 'check that this is the TLS port, usually 5061: 5060 is usually for UDP and TCP',
      },
    });
  });
});

async function silentPeer(closers: (() => void)[]): Promise<number> {
  const socket = await listening(closers);
  return socket.address().port;
}

async function listening(closers: (() => void)[]): Promise<Socket> {
  const socket = createSocket('udp4');
  closers.push(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** Answers every binding request (RFC 8489, 14.2) with 192.0.2.7 and the port that asked. */
async function stunServer(closers: (() => void)[]): Promise<{ port: number; asked: () => number }> {
  const socket = await listening(closers);
  let asked = 0;
  socket.on('message', (request, { port, address }) => {
    if (request.readUInt16BE(0) !== 0x0001) return;
    asked += 1;
    const cookie = 0x2112a442;
    const reply = Buffer.alloc(32);
    reply.writeUInt16BE(0x0101, 0);
    reply.writeUInt16BE(12, 2);
    request.copy(reply, 4, 4, 20);
    reply.writeUInt16BE(0x0020, 20);
    reply.writeUInt16BE(8, 22);
    reply.writeUInt16BE(0x0001, 24);
    reply.writeUInt16BE(port ^ (cookie >>> 16), 26);
    reply.writeUInt32BE((0xc0000207 ^ cookie) >>> 0, 28);
    socket.send(reply, port, address);
  });
  return { port: socket.address().port, asked: () => asked };
}

/** Counts the connections whose handshake the client completed; its certificate is its own authority. */
async function tlsServer(
  closers: (() => void)[],
): Promise<{ domain: string; ca_file: string; accepted: () => number; accepting: Promise<void> }> {
  const certificate = await selfSigned('test', [], 1);
  let accepted = 0;
  let resolve = (): void => undefined;
  const accepting = new Promise<void>((done) => {
    resolve = done;
  });
  const server = createServer(certificate, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      accepted += 1;
      resolve();
      socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'offhook-ca-'));
  const ca_file = join(folder, 'ca.pem');
  writeFileSync(ca_file, certificate.cert);
  closers.push(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  return { domain: `127.0.0.1:${port}`, ca_file, accepted: () => accepted, accepting };
}
