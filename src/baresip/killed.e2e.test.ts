/** Every verb of a call whose baresip is killed while the other side is silent, and once more after that. */
import { describe, expect, test } from 'vitest';
import { agentStateName } from '../model/agent-state.js';
import { cleanBench, testBinaries } from '../testing/agent-bench.js';
import { peerSdp } from '../testing/raw-peer.js';
import type { UserAgent } from '../agents/user-agent.js';

const LIMIT = 5000;
const binaries = await testBinaries();

type Verb = (agent: UserAgent, peer: string) => unknown;
type Before = (agent: UserAgent, peer: string) => Promise<unknown>;

const CAROL = (peer: string) => ({ uri: peer.replace('peer@', 'carol@') });

const consult: Before = (agent, peer) => agent.attendedTransfer(CAROL(peer), undefined, LIMIT);

/** `before`: prepares the call for the verb while the other side still answers. */
const VERBS: readonly (readonly [name: string, verb: Verb, before?: Before])[] = [
  ['hold', (agent) => agent.hold(undefined, LIMIT)],
  ['resume', (agent) => agent.resume(undefined, LIMIT), (agent) => agent.hold(undefined, LIMIT)],
  ['dtmf', (agent) => agent.dtmf('123456789', undefined, undefined, LIMIT)],
  ['transfer', (agent, peer) => agent.transfer(CAROL(peer), undefined, LIMIT)],
  ['attended_transfer', (agent, peer) => agent.attendedTransfer(CAROL(peer), undefined, LIMIT)],
  ['complete_transfer', (agent) => agent.completeTransfer(LIMIT), consult],
  ['abort_transfer', (agent) => agent.abortTransfer(LIMIT), consult],
  ['message', (agent, peer) => agent.message({ uri: peer }, 'hello', LIMIT)],
  ['ping', (agent, peer) => agent.ping({ uri: peer }, LIMIT)],
];

/** Verbs that finish at once: they can only be called after the kill. */
const IMMEDIATE: readonly (readonly [name: string, verb: Verb])[] = [
  ['mute', (agent) => agent.mute(undefined, LIMIT)],
  ['unmute', (agent) => agent.unmute(undefined, LIMIT)],
  ['respond_incoming', (agent) => agent.respondIncoming({ code: 486 })],
  ['stop_responding', (agent) => agent.stopResponding()],
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
    await agent.dial({ uri: peer.uri }, LIMIT);
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
    // the counters are no verb of a script: reading them finds a call that has ended
    await agent.watchRtp();
    expect(agent.state.ended).toMatchObject({ by: 'error', how: 'crashed' });
  });
});
