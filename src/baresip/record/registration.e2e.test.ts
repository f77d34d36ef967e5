import { describe, expect, test } from 'vitest';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import { hasCapability } from '../capabilities.js';

const DISTANCE_MS = 20;
const binaries = await testBinaries();

describe.each(binaries)('registration, baresip $version', (binary) => {
  const { bench, peer: rawPeer } = cleanBench(binary);

  test('no 200 in the granted time: expired; register() is the cure', async () => {
    // The bindings in this 200 are not ours, so baresip takes the time it asked for as granted.
    const registrar = await rawPeer(() => ['200 OK\r\nExpires: 1']);
    const domain = registrar.uri.replace(/^.*@/, '');
    const agent = await bench.start('alice', { domain });
    const types = () => bench.events('alice').map((one) => one.type);
    await agent.act('register', {}, LIMIT);
    await bench.until(() => types().includes('registered'), 'registered');
    expect(agent.state.registration).toMatchObject({ state: 'registered', expires: 1, count: 1 });
    await bench.until(() => types().includes('registration_expired'), 'expired');
    expect(agent.state.registration).toMatchObject({ state: 'none', reason: 'expired' });
    await agent.act('register', {}, LIMIT);
    await bench.until(() => types().at(-1) === 'registered', 'registered again');
    expect(agent.state.registration.state).toBe('registered');
  });

  test('a registrar that never tells the state of the mailbox holds nothing up', async () => {
    const registrar = await rawPeer((method) =>
      method === 'NOTIFY' ? [] : ['200 OK\r\nExpires: 600'],
    );
    const domain = registrar.uri.replace(/^.*@/, '');
    const agent = await bench.start('alice', { domain, mwi: true });
    await agent.act('register', {}, LIMIT);
    await registrar.seen(/^SUBSCRIBE /);
    const started = performance.now();
    await agent.stop();
    expect(performance.now() - started).toBeLessThan(LIMIT);
    // the un-REGISTER has left all the same
    expect(registrar.received.filter((text) => /^REGISTER /.test(text)).at(-1)).toMatch(
      /^Expires: 0\r$|;expires=0/im,
    );
  });

  test('register() again sends a REGISTER at once', async () => {
    const registrar = await rawPeer(() => ['200 OK\r\nExpires: 600']);
    const agent = await bench.start('alice', { domain: registrar.uri.replace(/^.*@/, '') });
    const granted = () => bench.events('alice').filter((one) => one.type === 'registered').length;
    for (const round of [1, 2, 3]) {
      await agent.act('register', {}, LIMIT);
      await bench.until(() => granted() === round, `registered ${round}`);
      expect(agent.state.registration).toMatchObject({ expires: 600, count: 1 });
    }
  });

  test.each(['', ', stale=false'])(
    'a wrong password is not sent again and again%s',
    async (more) => {
      let answered = 0;
      const registrar = await rawPeer((method, request) => {
        if (method === 'OPTIONS') return ['200 OK'];
        // Answers as late as a distant registrar, so that the driver gets its turn in between.
        setTimeout(() => {
          answered += 1;
          const challenge = `WWW-Authenticate: Digest realm="r", nonce="n${answered}", algorithm=MD5${more}`;
          registrar.answer(request, `401 Unauthorized\r\n${challenge}`);
        }, DISTANCE_MS);
        return [];
      });
      const domain = registrar.uri.replace(/^.*@/, '');
      const agent = await bench.start('alice', { domain, password: 'wrong' });
      await agent.act('register', {}, LIMIT);
      await bench.until(() => agent.state.registration.state === 'failed', 'failed');
      // A further REGISTER, which must not come, would come before the OPTIONS.
      await agent.act('ping', { target: { uri: registrar.uri } }, LIMIT);
      const sent = registrar.received.filter((text) => /^REGISTER /.test(text));
      const withPassword = sent.filter((text) => /^Authorization:/m.test(text));
      expect(withPassword).toHaveLength(hasCapability(binary.version, 'registers_once') ? 1 : 2);
      expect(agent.state.registration).toMatchObject({ state: 'failed', code: 401 });
      const types = bench.events('alice').map((one) => one.type);
      expect(types.filter((one) => /regist/.test(one))).toEqual(['registering', 'register_failed']);
    },
  );
});
