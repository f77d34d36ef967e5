/** No RTP, silence, comfort noise and lost RTP: what an agent reports in each case, on every version. */
import { afterEach, describe, expect, test } from 'vitest';
import { agentStateName, currentCall } from '../../model/agent-state.js';
import { rtpInfo, type RtpInfo } from '../../model/agent-view.js';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import { peerSdp } from '../../testing/agents/raw-peer.js';
import { rtpSender, type RtpSender } from '../../testing/agents/rtp-sender.js';
import { overlooksDigits } from './lost-digits.js';
import type { Phone } from '../../agents/user-agent.js';

const binaries = await testBinaries();

describe.each(binaries)('baresip $version and the RTP it receives', (binary) => {
  const { bench, peer: rawPeer } = cleanBench(binary);
  let sender: RtpSender | undefined;
  afterEach(() => {
    sender?.close();
  });

  const tellsNoise = !binary.version.startsWith('1.1.');
  const facts = (agent: Phone): RtpInfo | undefined => {
    const call = currentCall(agent.state);
    return call && rtpInfo(call.facts);
  };
  const inCall = async (codec?: 'G722', type = 0): Promise<{ agent: Phone; rtp: RtpSender }> => {
    let port: number | undefined;
    const rtp = await rtpSender(() => port);
    sender = rtp;
    const peer = await rawPeer((method, request) => {
      if (method === 'INVITE') port = Number(/^m=audio (\d+)/m.exec(request)?.[1]);
      if (method === 'ACK') return [];
      const sdp = peerSdp().replace('audio 9 RTP/AVP 0', `audio ${rtp.port} RTP/AVP ${type}`);
      return [`200 OK\r\n\r\n${sdp}`];
    });
    const agent = await bench.start('alice', codec === undefined ? {} : { codecs: [codec] });
    await agent.act('dial', { target: { uri: peer.uri } }, LIMIT);
    await bench.until(() => agentStateName(agent.state) === 'Established', 'Established');
    await agent.watchRtp();
    return { agent, rtp };
  };
  const becomes = (agent: Phone, wanted: Partial<RtpInfo>) =>
    bench.until(() => {
      const now = facts(agent);
      return Object.entries(wanted).every(
        ([name, value]) => now?.[name as keyof RtpInfo] === value,
      );
    }, JSON.stringify(wanted));

  test('silence is audio, comfort noise is none, and nothing is nothing', async () => {
    const { agent, rtp } = await inCall();
    expect(facts(agent)).toMatchObject({ received: 0, flowing: false, audio: false });
    rtp.kind = 'audio';
    await becomes(agent, { flowing: true, audio: true });
    rtp.kind = 'noise';
    if (tellsNoise) await becomes(agent, { flowing: true, audio: false });
    rtp.kind = 'audio';
    await becomes(agent, { flowing: true, audio: true });
    rtp.kind = undefined;
    await becomes(agent, { flowing: false, audio: false });
    expect(facts(agent)).not.toHaveProperty('lost');
  });

  test('comfort noise from the start', async () => {
    const { agent, rtp } = await inCall();
    rtp.kind = 'noise';
    await bench.until(() => (facts(agent)?.received ?? 0) > 10, 'packets');
    expect(facts(agent)).toMatchObject({ flowing: true, audio: !tellsNoise });
  });

  test('what was lost is known from the report of the other side', async () => {
    const { agent, rtp } = await inCall();
    rtp.kind = 'audio';
    await becomes(agent, { flowing: true });
    rtp.kind = undefined;
    await becomes(agent, { flowing: false });
    const received = facts(agent)?.received ?? 0;
    rtp.report(received + 40);
    await becomes(agent, { lost: 40 });
    // a report from before the last packets shows no loss
    rtp.report(received - 1);
    await becomes(agent, { lost: 0 });
  });

  test.each([['no audio', undefined] as const, ['audio', 'audio'] as const])(
    'digits with %s between them, equal ones too',
    async (_what, between) => {
      const { agent, rtp } = await inCall();
      rtp.kind = 'audio';
      await becomes(agent, { flowing: true, audio: true });
      rtp.kind = between;
      rtp.digits('#0077*2');
      const digits = () => currentCall(agent.state)?.facts.digits ?? [];
      await bench.until(() => digits().length >= 7, 'seven digits');
      expect(digits().map(({ digit, via }) => `${digit} ${via}`)).toEqual(
        Array.from('#0077*2', (digit) => `${digit} rtp`),
      );
    },
  );

  test('digits that cannot be known are a warning', async () => {
    const { agent, rtp } = await inCall('G722', 9);
    rtp.digits('12');
    const seen = () =>
      currentCall(agent.state)
        ?.facts.digits.map(({ digit }) => digit)
        .join('');
    const warned = () => bench.events('alice').some((one) => one.type === 'warning');
    await bench.until(() => seen() === '12' || warned(), 'both digits, or a warning');
    expect(warned()).toBe(overlooksDigits(binary.version));
  });
});
