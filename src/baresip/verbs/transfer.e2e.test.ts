import { describe, expect, test } from 'vitest';
import { agentStateName, openCalls } from '../../model/agent-state.js';
import { transferInfo } from '../../model/agent-view.js';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import { peerSdp, type PeerAnswer, type RawPeer } from '../../testing/agents/raw-peer.js';
import { hasCapability } from '../capabilities.js';

const TARGET = { uri: 'sip:carol@127.0.0.1:9' };
const binaries = await testBinaries();

describe.each(binaries)('baresip $version: the REFER', (binary) => {
  const { bench, peer: rawPeer } = cleanBench(binary);
  let peer: RawPeer | undefined;

  /** An agent in a call with a peer that answers a REFER like that. */
  const inCall = async (...toRefer: string[]) => {
    peer = await rawPeer((method) => {
      if (method === 'ACK') return [];
      return method === 'REFER' ? toRefer : ['200 OK'];
    });
    const agent = await bench.start('alice');
    await agent.act('dial', { target: { uri: peer.uri } }, LIMIT);
    await bench.until(() => agentStateName(agent.state) === 'Established', 'Established');
    return agent;
  };

  test.each([
    ['603 Decline', 603],
    ['403 Not 100% sure', 403],
    ['401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n"', 401],
  ])('refused with %s', async (status, final) => {
    const agent = await inCall(status);
    const reason = status.split('\r\n')[0]?.slice(4) ?? '';
    await expect(agent.act('transfer', { target: TARGET }, LIMIT)).rejects.toMatchObject({
      code: 'E_TRANSFER',
      message: expect.stringContaining(`refused the transfer: ${final} ${reason}`) as string,
    });
    if (hasCapability(binary.version, 'failed_transfer_keeps_call')) {
      expect(transferInfo(agent.state)).toEqual({ accepted: false, final, reason, done: true });
      expect(agentStateName(agent.state)).toBe('Established');
      await agent.act('hangup', {}, LIMIT);
      expect(agent.state.ended).toEqual({ by: 'local', how: 'bye' });
    } else {
      await bench.until(() => agentStateName(agent.state) === 'Idle', 'Idle');
      expect(agent.state.ended).toMatchObject({ by: 'error', how: 'transferred' });
      expect(agent.state.ended?.reason).toContain(`${final} ${reason}`);
    }
  });

  test('accepted', async () => {
    const agent = await inCall('202 Accepted');
    const { seq } = await agent.act('transfer', { target: TARGET }, LIMIT);
    expect(bench.entry(seq)).toMatchObject({
      type: 'call_transfer',
      transfer: { accepted: true },
    });
    expect(transferInfo(agent.state)).toEqual({ accepted: true, done: false });
    expect(await peer?.seen(/^REFER /)).toMatch(/^Refer-To: <?sip:carol@127\.0\.0\.1:9>?\r$/m);
  });

  const established = (method: string, request: string) => {
    const held = /^a=sendonly\r$/m.test(request) ? 'recvonly' : 'sendrecv';
    return `200 OK${method === 'INVITE' ? `\r\n\r\n${peerSdp(held)}` : ''}`;
  };
  const consulted = async (refer: readonly string[], target: PeerAnswer) => {
    const answers = [...refer];
    const bob = await rawPeer((method, request) => {
      if (method === 'ACK') return [];
      return [method === 'REFER' ? (answers.shift() ?? '500') : established(method, request)];
    });
    const carol = await rawPeer(target);
    const agent = await bench.start('alice');
    await agent.act('dial', { target: { uri: bob.uri } }, LIMIT);
    await bench.until(() => agentStateName(agent.state) === 'Established', 'Established');
    await agent.act('attended_transfer', { target: { uri: carol.uri } }, LIMIT);
    await bench.until(
      () => openCalls(agent.state).every((one) => one.state === 'Established'),
      'the consultation',
    );
    return { agent, bob, carol };
  };
  const referTo = (uri: string, call = '') =>
    new RegExp(
      `^Refer-To: <${uri}\\?Replaces=${call}%3Bto-tag%3Dpeer%3Bfrom-tag%3D[0-9a-f]+>\r$`,
      'm',
    );

  test.runIf(hasCapability(binary.version, 'failed_transfer_keeps_call'))(
    'of a consultation refused, then accepted',
    async () => {
      const { agent, bob, carol } = await consulted(
        ['603 Decline', '202 Accepted'],
        (method, request) => (method === 'ACK' ? [] : [established(method, request)]),
      );
      await expect(agent.act('complete_transfer', {}, LIMIT)).rejects.toThrow(
        /refused the transfer: 603/,
      );
      await agent.act('complete_transfer', {}, LIMIT);
      const refers = bob.received.filter((text) => text.startsWith('REFER '));
      expect(refers).toHaveLength(2);
      for (const one of refers) expect(one).toMatch(referTo(carol.uri, agent.state.calls[1]?.id));
    },
  );

  test('of a consultation that a 3xx has sent elsewhere', async () => {
    const dave = await rawPeer((method, request) =>
      method === 'ACK' ? [] : [established(method, request)],
    );
    const { agent, bob } = await consulted(['202 Accepted'], (method) =>
      method === 'ACK' ? [] : [`302 Moved Temporarily\r\nContact: <${dave.uri}>`],
    );
    const [, consultation] = openCalls(agent.state);
    expect(await dave.seen(/^INVITE /)).toContain(`Call-ID: ${consultation?.id ?? ''}`);
    await agent.act('complete_transfer', {}, LIMIT);
    // Refer-To names the address of the replaced call; the peer that was dialled does not know that call
    expect(await bob.seen(/^REFER /)).toMatch(referTo(dave.uri, consultation?.id));
  });

  test('a consultation that a 3xx has sent elsewhere is aborted there', async () => {
    const dave = await rawPeer((method, request) =>
      method === 'ACK' ? [] : [established(method, request)],
    );
    const { agent } = await consulted([], (method) =>
      method === 'ACK' ? [] : [`302 Moved Temporarily\r\nContact: <${dave.uri}>`],
    );
    await agent.act('abort_transfer', {}, LIMIT);
    await dave.seen(/^BYE /);
    expect(openCalls(agent.state)).toMatchObject([{ state: 'Established' }]);
    expect(openCalls(agent.state)[0]?.facts.held).toBe('none');
  });

  test('not answered', async () => {
    const agent = await inCall();
    await expect(agent.act('transfer', { target: TARGET }, 300)).rejects.toMatchObject({
      code: 'E_CALL_TIMEOUT',
      message: expect.stringContaining('did not answer the REFER (waited 300 ms)') as string,
    });
  });

  test('a transport stays part of the target', async () => {
    const agent = await inCall('202 Accepted');
    await agent.act('transfer', { target: { uri: 'sip:carol@127.0.0.1:9;transport=tcp' } }, LIMIT);
    const refer = (await peer?.seen(/^REFER /)) ?? '';
    expect(refer).toMatch(/^Refer-To: <sip:carol@127\.0\.0\.1:9;transport=tcp>\r$/m);
  });

  test('who answers by itself: the call comes in before it is answered', async () => {
    const [alice, bob] = [await bench.start('alice'), await bench.start('bob', { answer: 'auto' })];
    await alice.act('dial', { target: { agent: bob } }, LIMIT);
    await bench.until(() => agentStateName(bob.state) === 'Established', 'Established');
    const calls = bench.events('bob').filter(({ type }) => type.startsWith('call_'));
    expect(calls.map(({ type }) => type)).toEqual([
      'call_incoming',
      'call_accepted',
      'call_media',
      'call_established',
    ]);
    await expect(bob.act('respond_incoming', { code: 486 }, LIMIT)).rejects.toThrow(
      /answers every call by itself/,
    );
  });
});
