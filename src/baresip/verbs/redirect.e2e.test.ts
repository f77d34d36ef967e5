/** Calls answered with a 3xx: the same events on every version, whether baresip or Offhook follows it. */
import { describe, expect, test } from 'vitest';
import { OffhookError } from '../../errors.js';
import { agentStateName, openCalls } from '../../model/agent-state.js';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import type { PeerAnswer, RawPeer } from '../../testing/agents/raw-peer.js';
import { hasCapability } from '../capabilities.js';
import type { Phone, SipGuard } from '../../agents/user-agent.js';

const binaries = await testBinaries();

const moved = (to: string): PeerAnswer => {
  return (method) => (method === 'INVITE' ? [`302 Moved Temporarily\r\nContact: ${to}`] : []);
};
const answers =
  (...statuses: string[]): PeerAnswer =>
  (method) =>
    method === 'INVITE' ? statuses : method === 'ACK' ? [] : ['200 OK'];

describe.each(binaries)('baresip $version and a 3xx', (binary) => {
  const { bench, peer } = cleanBench(binary);

  const dial = async (to: RawPeer): Promise<Phone> => {
    const agent = await bench.start('alice');
    await agent.act('dial', { target: { uri: to.uri } }, LIMIT);
    return agent;
  };
  const reaches = (agent: Phone, state: string) =>
    bench.until(() => agentStateName(agent.state) === state, state);
  const types = () => bench.events('alice').map(({ type }) => type);

  test('the call goes on at the other address, as one call', async () => {
    const target = await peer(answers('180 Ringing', '200 OK'));
    const first = await peer(moved(`<${target.uri};transport=udp>;q=0.7, <sip:other@127.0.0.1:9>`));
    const agent = await dial(first);
    await reaches(agent, 'Established');
    const { calls, ended } = agent.state;
    expect(ended).toBeUndefined();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.peer.uri).toBe(first.uri);
    expect(calls[0]?.facts.provisional).toEqual([180]);
    expect(types().filter((one) => one === 'call_dialed' || one === 'call_redirected')).toEqual([
      'call_dialed',
      'call_redirected',
    ]);
    expect(types()).not.toContain('call_closed');
    expect(await target.seen(/^INVITE /)).toContain(`Call-ID: ${calls[0]?.id ?? ''}`);
    // the verbs find the call, also by the id it had before
    const invite = bench.messages('alice').find(({ method }) => method === 'INVITE');
    await agent.act('hangup', { call: invite?.call_id }, LIMIT);
    expect(agent.state.ended).toMatchObject({ by: 'local', how: 'bye' });
    await target.seen(/^BYE /);
  });

  test('refused at the other address', async () => {
    const target = await peer(answers('486 Busy Here'));
    const agent = await dial(await peer(moved(`<${target.uri}>`)));
    await reaches(agent, 'Idle');
    expect(agent.state.ended).toMatchObject({ by: 'remote', how: 'rejected', code: 486 });
    expect(agent.state.calls).toHaveLength(1);
  });

  test('hung up at once: the call at the other address is cancelled', async () => {
    const target = await peer((method) =>
      method === 'INVITE' ? ['180 Ringing'] : method === 'ACK' ? [] : ['200 OK'],
    );
    const agent = await dial(await peer(moved(`<${target.uri}>`)));
    await agent.act('hangup', {}, LIMIT);
    await target.seen(/^CANCEL /);
    expect(agent.state.ended).toMatchObject({ by: 'local', how: 'cancel' });
    expect(openCalls(agent.state)).toEqual([]);
  });

  test.each([['a circle'], ['no Contact'], ['a Contact that is not a SIP URI']])(
    'an end with its code: %s',
    async (which) => {
      const first: RawPeer = await peer((method) => {
        if (method !== 'INVITE') return [];
        const contact = { 'a circle': `<${first.uri}>`, 'no Contact': '' }[which] ?? '<tel:+4930>';
        return [`302 Moved Temporarily\r\nContact: ${contact}`];
      });
      const agent = await dial(first);
      await reaches(agent, 'Idle');
      expect(agent.state.ended).toMatchObject({ by: 'remote', how: 'rejected', code: 302 });
      expect(first.received.filter((text) => text.startsWith('INVITE ')).length).toBeLessThan(20);
    },
  );

  test.runIf(hasCapability(binary.version, 'redirect_choice'))('where it may not', async () => {
    const target = await peer(answers('200 OK'));
    const asked: string[] = [];
    const first = await peer(moved(`<${target.uri}>`));
    const guard: SipGuard = {
      target(uri) {
        asked.push(uri);
        if (uri === target.uri) throw new OffhookError('E_SIP_DENIED', 'not there');
      },
      sent: () => undefined,
      sending: () => undefined,
      answering: () => undefined,
      octets: () => undefined,
      unseen: () => undefined,
    };
    const agent = await bench.start('alice', {}, { guard });
    await agent.act('dial', { target: { uri: first.uri } }, LIMIT);
    await reaches(agent, 'Idle');
    expect(agent.state.ended).toMatchObject({ by: 'remote', how: 'rejected', code: 302 });
    expect(asked).toEqual([first.uri, target.uri]);
    expect(bench.events('alice')).toContainEqual({ type: 'warning', text: 'not there' });
    expect(target.received).toEqual([]);
  });
});
