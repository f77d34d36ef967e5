/**
 * No RTP, comfort noise and lost RTP never look the same in the errors of the verbs that verify media, and a
 * stopped stream is not heard.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { testBinaries } from '../testing/agents/agent-bench.js';
import { peerSdp, rawPeer, type RawPeer } from '../testing/agents/raw-peer.js';
import { rtpSender, type RtpSender } from '../testing/agents/rtp-sender.js';
import type { CliResult } from '../testing/cli/run-cli.js';
import { eventsOf, logsOf, runScenario } from '../testing/cli/run-files.js';

const binaries = await testBinaries();
const PACKETS = 25;
const open: (RawPeer | RtpSender)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/**
 * A peer that sends packets of `kind` once called, then a report that counts `more` of them, then nothing.
 */
async function sending(kind: RtpSender['kind'], more: number, packets = PACKETS): Promise<RawPeer> {
  let port: number | undefined;
  const rtp = await rtpSender(() => port, {
    packets,
    over: () => {
      if (more > 0) rtp.report(packets + more);
    },
  });
  const peer = await rawPeer((method, request) => {
    if (method === 'INVITE') port = Number(/^m=audio (\d+)/m.exec(request)?.[1]);
    if (method === 'ACK') rtp.kind = kind;
    if (method === 'ACK') return [];
    return [`200 OK\r\n\r\n${peerSdp().replace('audio 9 ', `audio ${rtp.port} `)}`];
  });
  open.push(rtp, peer);
  return peer;
}

describe.each(binaries)('baresip $version', ({ path, version }) => {
  const tellsNoise = !version.startsWith('1.1.');
  const calling = (peer: RawPeer, source: string): Promise<CliResult> => {
    const call = `const alice = agent("alice");
    alice.dial(env("PEER"));
    await_until(() => assert(alice.state).equals(State.Established));`;
    const args = ['--json', '--baresip', path, '--set', `PEER=${peer.uri}`];
    return runScenario(`${call}\n${source}`, args);
  };

  test.each<[RtpSender['kind'], number, RegExp]>([
    [undefined, 0, /no RTP received/],
    ['audio', 0, /RTP stopped \S+ \w+ ago, after 25 packets \(/],
    ['noise', 0, /after 25 packets, the last of them comfort noise or digits/],
    ['audio', 40, /after 25 packets; 40 more were sent and lost on the way/],
  ])('%s, %d packets lost', async (kind, lost, words) => {
    const peer = await sending(kind, lost);
    const { stdout } = await calling(peer, 'wait("4s", { media: true });');
    const finished = eventsOf(stdout).find((event) => event.type === 'scenario_finished');
    const failure = finished?.type === 'scenario_finished' ? finished.failures[0] : undefined;
    expect(failure?.code).toBe('E_MEDIA');
    if (kind === 'noise' && !tellsNoise) expect(failure?.message).toMatch(/after 25 packets \(/);
    else expect(failure?.message).toMatch(words);
  });

  test('of what has stopped, nothing is heard by who asks later', async () => {
    const peer = await sending('audio', 0);
    const { stdout } = await calling(
      peer,
      `await_until(() => alice.rtp?.received === ${PACKETS} && !alice.rtp.flowing);
      wait("300ms");
      log(alice.received_level);`,
    );
    expect(logsOf(stdout)).toEqual(['undefined']);
  });

  test.each([
    ['the last ones of a stream that ends', PACKETS, 'wait("350ms");', undefined],
    ['a stream that goes on', PACKETS * 6, '', 'E_MEDIA'],
  ])('verify_no_media, %s', async (_, packets, before, code) => {
    const peer = await sending('audio', 0, packets);
    const { stdout } = await calling(peer, `${before} alice.verify_no_media("600ms");`);
    const failures = eventsOf(stdout).flatMap((event) =>
      event.type === 'scenario_finished' ? event.failures : [],
    );
    expect(failures.map((failure) => failure.code)).toEqual(code === undefined ? [] : [code]);
  });
});
