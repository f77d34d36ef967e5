/** Refused re-INVITEs: the error of the verb, and media that are as before. */
import { describe, expect, test } from 'vitest';
import { agentStateName, currentCall } from '../../model/agent-state.js';
import type { CallFacts } from '../../model/call-facts.js';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import { peerSdp, type RawPeer } from '../../testing/agents/raw-peer.js';
import type { Phone } from '../../agents/user-agent.js';

const binaries = await testBinaries();

const OPPOSITE: Readonly<Record<string, string>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

describe.each(binaries)('baresip $version and a peer that refuses', (binary) => {
  const { bench, peer: rawPeer } = cleanBench(binary);
  let peer: RawPeer | undefined;

  /** An agent in a call; `statuses` answer its re-INVITEs, then all are accepted again. */
  const connected = async (...statuses: string[]): Promise<Phone> => {
    const seen = new Set<string>();
    let invites = -1;
    peer = await rawPeer((method, request) => {
      if (method === 'ACK') return [];
      if (method !== 'INVITE') return ['200 OK'];
      const cseq = /^CSeq: (\d+)/im.exec(request)?.[1] ?? '';
      if (!seen.has(cseq)) invites += 1;
      seen.add(cseq);
      const refusal = invites === 0 ? undefined : statuses[invites - 1];
      if (refusal !== undefined && refusal !== '200') return [refusal];
      const asked = /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(request)?.[1];
      return [`200 OK\r\n\r\n${peerSdp(OPPOSITE[asked ?? 'sendrecv'] ?? '')}`];
    });
    const agent = await bench.start('alice');
    await agent.act('dial', { target: { uri: peer.uri } }, LIMIT);
    await bench.until(() => agentStateName(agent.state) === 'Established', 'Established');
    return agent;
  };
  const facts = (agent: Phone): CallFacts | undefined => currentCall(agent.state)?.facts;
  /** Resolves when the agent has sent more RTP than now. */
  const sendsOn = async (agent: Phone): Promise<void> => {
    await agent.watchRtp();
    const sent = facts(agent)?.rtp?.sent ?? 0;
    await bench.until(() => (facts(agent)?.rtp?.sent ?? 0) > sent + 2, 'more RTP sent');
  };

  test('hold refused with 488: the code is told, media goes on, and another try is made', async () => {
    const agent = await connected('488 Not Acceptable Here');
    await sendsOn(agent);
    await expect(agent.act('hold', {}, LIMIT)).rejects.toMatchObject({
      code: 'E_CALL_REFUSED',
      message: expect.stringMatching(
        /hold: sip:peer@\S+ refused the re-INVITE: 488 Not Acc/,
      ) as string,
    });
    expect(facts(agent)?.held).toBe('none');
    await sendsOn(agent);
    await agent.act('hold', {}, LIMIT);
    expect(facts(agent)?.held).toBe('local');
  });

  test('a hold and what undoes it both refused: media goes on all the same', async () => {
    const agent = await connected('488 Not Acceptable Here', '403 Forbidden');
    await expect(agent.act('hold', {}, LIMIT)).rejects.toThrow(/refused the re-INVITE: 488/);
    await sendsOn(agent);
    expect(facts(agent)?.held).toBe('none');
  });

  test('491 is tried again by baresip: the hold comes through', async () => {
    const agent = await connected('491 Request Pending');
    await agent.act('hold', {}, LIMIT);
    expect(facts(agent)?.held).toBe('local');
    const sent = bench.messages('alice').filter((one) => one.method === 'INVITE' && !one.code);
    expect(sent.map((one) => one.direction)).toEqual(['sent', 'sent', 'sent']);
  });

  test('491, then 488: the last code is told', async () => {
    const agent = await connected('491 Request Pending', '488 Not Acceptable Here');
    await expect(agent.act('hold', {}, LIMIT)).rejects.toThrow(/refused the re-INVITE: 488/);
    await sendsOn(agent);
  });

  test('resume refused: still on hold, and another try is made', async () => {
    const agent = await connected('200', '500 Server Error');
    await agent.act('hold', {}, LIMIT);
    await expect(agent.act('resume', {}, LIMIT)).rejects.toThrow(/refused the re-INVITE: 500/);
    expect(facts(agent)?.held).toBe('local');
    await agent.act('resume', {}, LIMIT);
    expect(facts(agent)?.held).toBe('none');
    await sendsOn(agent);
  });

  test('a peer that is silent: the limit is told', async () => {
    const agent = await connected('100 Trying');
    await expect(agent.act('hold', {}, 1000)).rejects.toMatchObject({
      code: 'E_CALL_TIMEOUT',
      message: expect.stringMatching(/did not answer the re-INVITE \(waited 1\.0 s\)/) as string,
    });
  });
});
