/** Verbs of several parts: all of them within the one limit, which is told as the script gave it. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { agentStateName } from '../../model/agent-state.js';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import { peerSdp, type RawPeer } from '../../testing/agents/raw-peer.js';
import type { AgentOptions, Phone } from '../../agents/user-agent.js';
import { hasCapability } from '../capabilities.js';

/** The limit under test. */
const MS = 3000;
/** How much of the limit the first part of a verb takes. */
const FIRST_MS = 1400;
/** How late a busy machine may be; less than FIRST_MS, so that a part with a limit of its own is seen. */
const SLACK_MS = 1200;
const binaries = await testBinaries();

describe.each(binaries)('baresip $version: the limit of a verb', (binary) => {
  const { bench, peer: rawPeer } = cleanBench(binary);
  const closers: (() => unknown)[] = [];
  let later: NodeJS.Timeout | undefined;

  afterEach(() => {
    clearTimeout(later);
    for (const close of closers.splice(0)) close();
  });

  /** An agent in a call with a peer that answers nothing after the first INVITE. */
  const inCall = async (options: AgentOptions = {}): Promise<[Phone, RawPeer]> => {
    let answered = false;
    const peer = await rawPeer((method) => {
      if (method !== 'INVITE' || answered) return method === 'BYE' ? ['200 OK'] : [];
      answered = true;
      return [`200 OK\r\n\r\n${peerSdp()}`];
    });
    const agent = await bench.start('alice', options);
    await agent.act('dial', { target: { uri: peer.uri } }, LIMIT);
    await bench.until(() => agentStateName(agent.state) === 'Established', 'Established');
    return [agent, peer];
  };
  /** The peer answers the hold of the agent when the first part has taken its time. */
  const holdAnsweredLate = async (peer: RawPeer): Promise<void> => {
    const request = await peer.seen(/^INVITE [^]*^a=(sendonly|inactive)\r$/m);
    later = setTimeout(() => {
      peer.answer(request, `200 OK\r\n\r\n${peerSdp('recvonly')}`);
    }, FIRST_MS);
  };
  /** Asserts that the verb fails with that text once its limit is over. */
  const failsInTime = async (acting: () => Promise<unknown>, text: string, ms = MS) => {
    const began = performance.now();
    await expect(acting()).rejects.toThrow(text);
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(ms - 20);
    expect(took).toBeLessThan(ms + SLACK_MS);
  };

  test('resume, while the answer to a hold is still awaited', async () => {
    const [agent, peer] = await inCall();
    await expect(agent.act('hold', {}, 100)).rejects.toThrow('(waited 100 ms)');
    await holdAnsweredLate(peer);
    await failsInTime(
      () => agent.act('resume', {}, MS),
      `${peer.uri} did not answer the re-INVITE (waited 3.0 s)`,
    );
  });

  test('attended_transfer: the hold, then a connection that does not come up', async () => {
    const [agent, peer] = await inCall();
    const silent = createServer((socket) => {
      closers.push(() => socket.destroy());
      socket.on('error', () => undefined);
    });
    silent.listen(0, '127.0.0.1');
    closers.push(() => silent.close());
    await once(silent, 'listening');
    const uri = `sip:carol@127.0.0.1:${(silent.address() as AddressInfo).port};transport=tls`;
    void holdAnsweredLate(peer);
    await failsInTime(
      () => agent.act('attended_transfer', { target: { uri } }, MS),
      `no INVITE was sent to ${uri} (waited 3.0 s)`,
    );
  });

  test.runIf(hasCapability(binary.version, 'dtmf_info'))(
    'dtmf by INFO: the digits share it, and the time they are due does not count',
    async () => {
      const [agent, peer] = await inCall({ dtmf_mode: 'info' });
      const digits = '1234';
      const answering = (async () => {
        for (const digit of digits) {
          const info = await peer.seen(new RegExp(`^INFO [^]*^Signal=${digit}`, 'm'));
          await new Promise((resolve) => {
            later = setTimeout(resolve, FIRST_MS);
          });
          peer.answer(info, '200 OK');
        }
      })();
      // Due after 0, 250, 500 ms; sent after 0, 1400, 2800 ms: the third would be answered after 4200 ms.
      await failsInTime(
        () => agent.act('dtmf', { digits }, MS),
        'digit 3: INFO was not answered (waited 3.0 s)',
        500 + MS,
      );
      void answering;
    },
  );

  test.runIf(!hasCapability(binary.version, 'uareg'))(
    'register again, at a registrar that has fallen silent: the new REGISTER still leaves in time',
    async () => {
      let silent = false;
      const registrar = await rawPeer(() => (silent ? [] : ['200 OK\r\nExpires: 60']));
      const domain = registrar.uri.replace('sip:peer@', '');
      const agent = await bench.start('alice', { domain });
      await agent.act('register', {}, LIMIT);
      await bench.until(() => agent.state.registration.state === 'registered', 'registered');
      silent = true;
      const began = performance.now();
      await agent.act('register', {}, MS);
      expect(performance.now() - began).toBeLessThan(MS);
    },
  );
});
