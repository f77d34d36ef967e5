import { afterEach, expect, test } from 'vitest';
import type { AgentContext, PeerAgent } from '../../agents/user-agent.js';
import type { AgentEvent } from '../../model/agent-event.js';
import type { PeerOptions } from '../../schema/types.gen.js';
import { startPeer } from '../peer.js';

const LIMIT_MS = 20_000;
const SHA1_80 = 'AES_CM_128_HMAC_SHA1_80';
const peers: PeerAgent[] = [];

afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

async function started(name: string, options: PeerOptions) {
  const events: AgentEvent[] = [];
  const context: AgentContext = {
    began: performance.now(),
    emit: (event) => ({ seq: events.push(event), at: performance.now() }),
    sip: () => undefined,
    log: () => undefined,
  };
  const peer = await startPeer(name, options, context);
  peers.push(peer);
  const warnings = () => events.flatMap((one) => (one.type === 'warning' ? [one.text] : []));
  return { peer, events, warnings };
}

/** A call of which the answer is that text, or the callee's own description. */
async function called(sdp?: string | { undecipherable: boolean }) {
  const [p, q] = [
    await started('p', { media_enc: 'srtp-mand' }),
    await started('q', { media_enc: 'srtp-mand' }),
  ];
  await q.peer.actAsPeer('on_invite', { steps: [[200, { sdp: sdp ?? {} }]] }, LIMIT_MS);
  await p.peer.actAsPeer('dial', { target: { uri: q.peer.contact } }, LIMIT_MS);
  await expect.poll(() => q.events.some(({ type }) => type === 'call_established')).toBe(true);
  return { p, q };
}

const answer = (...lines: string[]) =>
  ['v=0', 'c=IN IP4 127.0.0.1', 'm=audio 9 RTP/SAVP 0', ...lines, ''].join('\r\n');

test.each([
  [answer(), 'the answer has no a=crypto line'],
  [
    answer(`a=crypto:9 ${SHA1_80} inline:${Buffer.alloc(30).toString('base64')}`),
    `the answer takes an a=crypto line that was not offered (9 ${SHA1_80})`,
  ],
  [
    answer(`a=crypto:1 ${SHA1_80} inline:AQID`),
    `the a=crypto line of the answer cannot be used (1 ${SHA1_80})`,
  ],
])('%j: both sides warn', async (sdp, problem) => {
  const { p, q } = await called(sdp);
  for (const [name, { warnings }] of Object.entries({ p, q })) {
    expect(warnings()).toEqual([
      `peer "${name}": ${problem}: the call has no audio by this offer and answer (RFC 4568)`,
    ]);
  }
});

test('packets that the key does not fit are warned of once; the other side, whose packets fit, warns of nothing', async () => {
  const { p, q } = await called({ undecipherable: true });
  await expect
    .poll(p.warnings)
    .toEqual([expect.stringContaining('packets do not fit the SRTP key')]);
  expect(q.warnings()).toEqual([]);
});
