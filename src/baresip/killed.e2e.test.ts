/** Every verb of a call whose baresip is killed while the other side is silent, and once more after that. */
import { describe, expect, test } from 'vitest';
import { agentStateName } from '../model/agent-state.js';
import { LIMIT, cleanBench, testBinaries } from '../testing/agents/agent-bench.js';
import { peerSdp } from '../testing/agents/raw-peer.js';
import type { Phone } from '../agents/user-agent.js';

const binaries = await testBinaries();

type Verb = (agent: Phone, peer: string) => unknown;
type Before = (agent: Phone, peer: string) => Promise<unknown>;

const CAROL = (peer: string) => ({ uri: peer.replace('peer@', 'carol@') });

const consult: Before = (agent, peer) =>
  agent.act('attended_transfer', { target: CAROL(peer) }, LIMIT);

/** `before`: prepares the call for the verb while the other side still answers. */
const VERBS: readonly (readonly [name: string, verb: Verb, before?: Before])[] = [
  ['hold', (agent) => agent.act('hold', {}, LIMIT)],
  ['resume', (agent) => agent.act('resume', {}, LIMIT), (agent) => agent.act('hold', {}, LIMIT)],
  ['dtmf', (agent) => agent.act('dtmf', { digits: '123456789' }, LIMIT)],
  ['transfer', (agent, peer) => agent.act('transfer', { target: CAROL(peer) }, LIMIT)],
  [
    'attended_transfer',
    (agent, peer) => agent.act('attended_transfer', { target: CAROL(peer) }, LIMIT),
  ],
  ['complete_transfer', (agent) => agent.act('complete_transfer', {}, LIMIT), consult],
  ['abort_transfer', (agent) => agent.act('abort_transfer', {}, LIMIT), consult],
  [
    'message',
    (agent, peer) => agent.act('message', { target: { uri: peer }, text: 'hello' }, LIMIT),
  ],
  ['ping', (agent, peer) => agent.act('ping', { target: { uri: peer } }, LIMIT)],
];

/** Verbs that finish at once: they can only be called after the kill. */
const IMMEDIATE: readonly (readonly [name: string, verb: Verb])[] = [
  ['mute', (agent) => agent.act('mute', {}, LIMIT)],
  ['unmute', (agent) => agent.act('unmute', {}, LIMIT)],
  ['respond_incoming', (agent) => agent.act('respond_incoming', { code: 486 }, LIMIT)],
  ['stop_responding', (agent) => agent.act('stop_responding', {}, LIMIT)],
];

const crashed = {
  code: 'E_AGENT_CRASHED',
  message: expect.stringMatching(/^agent "alice": .*signal SIGKILL/s) as string,
};

describe.each(binaries)('baresip $version, killed', (binary) => {
  const { bench, peer: rawPeer } = cleanBench(binary);

  /** An agent in a call with a peer that goes silent on demand. */
  const inCall = async () => {
    const other = { silent: false };
    const peer = await rawPeer((method) =>
      other.silent || method === 'ACK'
        ? []
        : [`200 OK${method === 'INVITE' ? `\r\n\r\n${peerSdp()}` : ''}`],
    );
    const agent = await bench.start('alice');
    await agent.act('dial', { target: { uri: peer.uri } }, LIMIT);
    await bench.until(() => agentStateName(agent.state) === 'Established', 'Established');
    return { agent, peer, other };
  };
  const attempt = (action: () => unknown) => Promise.resolve().then(action);

  test.each(VERBS.map(([name, verb, before]) => ({ name, verb, before })))(
    'during $name',
    async ({ verb, before }) => {
      const { agent, peer, other } = await inCall();
      await before?.(agent, peer.uri);
      await bench.until(
        () => agent.state.calls.every((call) => call.state === 'Established'),
        'all answered',
      );
      other.silent = true;
      const pending = attempt(() => verb(agent, peer.uri));
      const told = expect(pending).rejects.toMatchObject(crashed);
      process.kill(agent.pid, 'SIGKILL');
      await told;
      await expect(attempt(() => verb(agent, peer.uri))).rejects.toMatchObject(crashed);
    },
  );

  test('before each of the others', async () => {
    const { agent, peer } = await inCall();
    await agent.watchRtp();
    process.kill(agent.pid, 'SIGKILL');
    await bench.until(() => !agent.state.alive, 'the end');
    for (const [name, verb] of IMMEDIATE)
      await expect(
        attempt(() => verb(agent, peer.uri)),
        name,
      ).rejects.toMatchObject(crashed);
    // watchRtp() is no verb of a script: it finds the call ended, and does not fail
    await agent.watchRtp();
    expect(agent.state.ended).toMatchObject({ by: 'error', how: 'crashed' });
  });
});
