import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { agentStateName } from '../model/agent-state.js';
import { LIMIT, cleanBench, testBinaries } from '../testing/agents/agent-bench.js';
import { peerSdp, type RawPeer } from '../testing/agents/raw-peer.js';
import type { Phone } from '../agents/user-agent.js';

const binaries = await testBinaries();

describe.each(binaries)('baresip $version and a raw peer', (binary) => {
  const { bench, peer: rawPeer } = cleanBench(binary);
  let peer: RawPeer | undefined;

  const dialTo = async (answer: (method: string) => readonly string[]) => {
    peer = await rawPeer(answer);
    const agent = await bench.start('alice');
    await agent.act('dial', { target: { uri: peer.uri } }, LIMIT);
    return agent;
  };
  const idle = (agent: Phone) => bench.until(() => agentStateName(agent.state) === 'Idle', 'Idle');
  const invite =
    (...statuses: string[]) =>
    (method: string) =>
      method === 'INVITE' ? statuses : ['200 OK'];

  test.each([
    ['404 Not Found'],
    ['480 Temporarily Unavailable'],
    ['500 Server Error'],
    ['600 Busy Everywhere'],
    ['603 Decline'],
    ['503 Service Unavailable'],
  ])('refused with %s', async (status) => {
    const agent = await dialTo(invite('100 Trying', `${status}\r\nReason: Q.850;cause=17`));
    await idle(agent);
    expect(agent.state.ended).toEqual({
      by: 'remote',
      how: 'rejected',
      code: Number(status.slice(0, 3)),
      reason: status.slice(4),
      cause: 'Q.850;cause=17',
      causes: [{ protocol: 'Q.850', cause: 17 }],
    });
  });

  test('a percent sign in a reason', async () => {
    const agent = await dialTo(invite('100 Trying', '486 50% %d off'));
    await idle(agent);
    expect(agent.state.ended).toMatchObject({
      by: 'remote',
      how: 'rejected',
      code: 486,
      reason: '50% %d off',
    });
  });

  test('each provisional response is told once', async () => {
    const agent = await dialTo(
      invite('100 Trying', '180 Ringing', '180 Ringing', '181 Forwarded', '486 Busy Here'),
    );
    await idle(agent);
    const ringing = bench.events('alice').filter((one) => one.type === 'call_ringing');
    expect(ringing.map((one) => one.code)).toEqual([180, 181]);
  });

  test('an INFO digit that is sent again, for its answer came late, is one digit', async () => {
    const answer = `200 OK\r\n\r\n${peerSdp()}`;
    const agent = await dialTo((method) => (method === 'ACK' ? [] : [answer]));
    await bench.until(() => agentStateName(agent.state) === 'Established', 'Established');
    const invite = (await peer?.seen(/^INVITE /)) ?? '';
    const digit = (cseq: number, signal: string) => {
      peer?.within(invite, {
        method: 'INFO',
        cseq,
        more: ['Content-Type: application/dtmf-relay'],
        body: `Signal=${signal}\r\nDuration=160\r\n`,
      });
    };
    for (const cseq of [1, 1, 1, 2]) digit(cseq, '5');
    digit(3, '#');
    const received = () =>
      bench.events('alice').flatMap((one) => (one.type === 'dtmf_received' ? [one] : []));
    await bench.until(() => received().some((one) => one.digit === '#'), 'the last digit');
    // the events of all INFOs are read by the time baresip answers another command, and emitted soon after
    await agent.watchRtp();
    for (let round = 0; round < 3; round += 1) await turn();
    expect(received()).toMatchObject([
      { digit: '5', via: 'info' },
      { digit: '5', via: 'info' },
      { digit: '#', via: 'info' },
    ]);
  });

  test('a BYE of the second branch of a fork ends nothing, that of the first tells every reason', async () => {
    const answer = `200 OK\r\n\r\n${peerSdp()}`;
    const agent = await dialTo((method) => (method === 'INVITE' ? [answer] : []));
    await bench.until(() => agentStateName(agent.state) === 'Established', 'Established');
    const invite = (await peer?.seen(/^INVITE /)) ?? '';
    peer?.within(invite, { method: 'BYE', cseq: 2, tag: 'second' });
    await peer?.seen(/^SIP\/2\.0 481 /);
    expect(agentStateName(agent.state)).toBe('Established');
    const more = ['Reason: Q.850;cause=16;text="Normal, clearing", SIP;cause=200', 'Reason: X'];
    peer?.within(invite, { method: 'BYE', cseq: 3, more });
    await idle(agent);
    expect(agent.state.ended?.causes).toEqual([
      { protocol: 'Q.850', cause: 16, text: 'Normal, clearing' },
      { protocol: 'SIP', cause: 200 },
      { protocol: 'X' },
    ]);
    expect(bench.events('alice')).toContainEqual(
      expect.objectContaining({
        type: 'call_closed',
        message: expect.objectContaining({ method: 'BYE', cseq: 3 }) as unknown,
      }),
    );
  });

  test('a challenge and an INVITE that baresip cannot take are warnings', async () => {
    const challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-512-256';
    peer = await rawPeer(() => [`401 Unauthorized\r\n${challenge}`]);
    const [, domain = ''] = peer.uri.split('@');
    const agent = await bench.start('alice', { domain, password: 'x' });
    await agent.act('register', {}, LIMIT);
    await bench.until(() => agent.state.registration.state === 'failed', 'failed');
    expect(agent.state.registration.reason).toContain('no baresip knows SHA-512-256');
    const [, target = ''] = /@([^;>]*)/.exec(agent.contact) ?? [];
    const body = `--b\r\nContent-Type: application/sdp\r\n\r\n${peerSdp()}\r\n--b--\r\n`;
    const head = [
      `INVITE ${agent.contact.replace(/^<|>$/g, '')} SIP/2.0`,
      `Via: SIP/2.0/UDP ${domain};branch=z9hG4bKmixed`,
      `From: <${peer.uri}>;tag=a`,
      `To: <sip:alice@${target}>`,
      'Call-ID: mixed@example.test',
      'CSeq: 1 INVITE',
      `Contact: <${peer.uri}>`,
      'Max-Forwards: 70',
      'Content-Type: multipart/mixed;boundary=b',
      `Content-Length: ${body.length}`,
    ];
    peer.send(`${head.join('\r\n')}\r\n\r\n${body}`, target);
    const refused = /refused an INVITE from .*: 500 Call Error: no baresip accepts a multipart/;
    await bench.until(
      () => bench.events('alice').some((one) => one.type === 'warning' && refused.test(one.text)),
      'the warning',
    );
  });

  test('hangup cancels a call that got only 100', async () => {
    const agent = await dialTo((method) =>
      method === 'INVITE' ? ['100 Trying'] : method === 'CANCEL' ? ['200 OK'] : [],
    );
    await agent.act('hangup', {}, LIMIT);
    await peer?.seen(/^CANCEL /);
    expect(agent.state.ended).toMatchObject({ by: 'local', how: 'cancel' });
  });

  test('hangup waits for a first response, then cancels', async () => {
    peer = await rawPeer(() => []);
    const agent = await bench.start('alice');
    await agent.act('dial', { target: { uri: peer.uri } }, LIMIT);
    const first = await peer.seen(/^INVITE /);
    const hangup = agent.act('hangup', {}, LIMIT);
    const field = (name: string) => new RegExp(`^${name}: .*`, 'im').exec(first)?.[0].trim() ?? '';
    const [from] = /127\.0\.0\.1:\d+/.exec(field('Via')) ?? [''];
    const head = [
      field('Via'),
      field('From'),
      `${field('To')};tag=p`,
      field('Call-ID'),
      field('CSeq'),
    ].join('\r\n');
    peer.send(`SIP/2.0 180 Ringing\r\n${head}\r\nContent-Length: 0\r\n\r\n`, from);
    await hangup;
    await peer.seen(/^CANCEL /);
    expect(agent.state.ended).toMatchObject({ by: 'local', how: 'cancel' });
  });

  test('hangup of a call nobody answers at all', async () => {
    const agent = await dialTo(() => []);
    const started = performance.now();
    await agent.act('hangup', {}, LIMIT);
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(agent.state.ended).toMatchObject({ by: 'local', how: 'cancel' });
  });

  test('an INVITE with compact forms, folded lines and another encoding', async () => {
    peer = await rawPeer(() => []);
    const agent = await bench.start('bob');
    const own = peer.uri.replace('sip:', '');
    const [, target = ''] = /@(.*)/.exec(agent.contact) ?? [];
    peer.send(
      [
        `INVITE sip:bob@${target} SIP/2.0`,
        `v: SIP/2.0/UDP ${own.split('@')[1] ?? ''};branch=z9hG4bKfold`,
        `f: "J\xf6rg \\"X\\"" <sip:%2312%2B3@example.test>;tag=a`,
        `t: <sip:bob@${target}>`,
        'i: compact-forms@example.test',
        'CSeq: 1 INVITE',
        `m: <${peer.uri}>`,
        'Max-Forwards: 70',
        'X-Folded: one',
        '  two',
        'X-Twice: 1',
        'X-Twice: 2',
        'l: 0',
        '',
        '',
      ].join('\r\n'),
      target,
    );
    await bench.until(
      () => bench.events('bob').some((one) => one.type === 'call_incoming'),
      'incoming',
    );
    const incoming = bench.events('bob').find((one) => one.type === 'call_incoming');
    expect(incoming).toMatchObject({
      call: 'compact-forms@example.test',
      peer: { uri: 'sip:%2312%2B3@example.test', number: '#12+3', name: 'J\xf6rg "X"' },
    });
    expect(incoming?.headers).toContainEqual(['X-Folded', 'one two']);
    expect(incoming?.headers.filter(([name]) => name === 'X-Twice')).toHaveLength(2);
    const rejected = await agent.act('reject', {}, LIMIT);
    expect(bench.entry(rejected.seq)).toMatchObject({
      type: 'call_closed',
      ended: { by: 'local', how: 'rejected', code: 486 },
    });
  });

  test('a host nobody knows', async () => {
    const agent = await bench.start('alice');
    await agent
      .act('dial', { target: { uri: 'sip:bob@no-such-host.invalid' } }, LIMIT)
      .catch((error: unknown) => {
        // Refused at once by some versions, after a look-up by others.
        expect(error).toMatchObject({ code: 'E_CALL_REFUSED' });
      });
    await idle(agent);
    if (agent.state.ended !== undefined)
      expect(agent.state.ended).toMatchObject({ by: 'network', how: 'unreachable' });
    // And the agent works as before.
    peer = await rawPeer(invite('486 Busy Here'));
    await agent.act('dial', { target: { uri: peer.uri } }, LIMIT);
    await idle(agent);
    expect(agent.state.ended).toMatchObject({ code: 486 });
  });

  test('registration refused, and a registrar that is not there', async () => {
    peer = await rawPeer((method) => (method === 'REGISTER' ? ['403 Not you'] : ['200 OK']));
    const domain = peer.uri.split('@')[1] ?? '';
    const agent = await bench.start('carol', { domain, password: 'x' });
    const { seq } = await agent.act('register', {}, LIMIT);
    expect(bench.entry(seq)).toEqual({ type: 'registering' });
    await bench.until(() => agent.state.registration.state === 'failed', 'failed');
    expect(agent.state.registration).toMatchObject({
      state: 'failed',
      code: 403,
      reason: 'Not you',
      count: 0,
    });
    const other = await bench.start('dave', { domain: '127.0.0.1:9', transport: 'tcp' });
    await expect(other.act('register', {}, LIMIT)).rejects.toMatchObject({
      code: 'E_REGISTER',
      message: expect.stringContaining('Connection refused') as string,
    });
    const unknown = await bench.start('erin', { domain: 'no-such-host.invalid' });
    await expect(unknown.act('register', {}, LIMIT)).rejects.toMatchObject({ code: 'E_REGISTER' });
  });
});
