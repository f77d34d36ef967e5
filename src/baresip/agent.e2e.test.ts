import type { SipMessage } from '../sip/sip-message.js';
import { describe, expect, test } from 'vitest';
import type { AgentEvent } from '../model/agent-event.js';
import { agentStateName } from '../model/agent-state.js';
import { LIMIT, cleanBench, testBinaries } from '../testing/agents/agent-bench.js';
import { compareVersions } from './capabilities.js';
import type { AgentOptions, Phone } from '../agents/user-agent.js';

const binaries = await testBinaries();

describe.each(binaries)('baresip $version', (binary) => {
  const { bench } = cleanBench(binary);
  const start = (name: string, options: AgentOptions = {}) => bench.start(name, options);

  const state = (agent: Phone) => agentStateName(agent.state);
  const reaches = (agent: Phone, name: string) =>
    bench.until(() => state(agent) === name, `${agent.name} ${name}`);
  const endings = (agent: Phone) =>
    bench
      .events(agent.name)
      .filter((one) => one.type === 'call_closed')
      .map((one) => one.ended);

  async function connect(a: Phone, b: Phone) {
    await a.act('dial', { target: { agent: b } }, LIMIT);
    await b.act('accept', {}, LIMIT);
    await Promise.all([reaches(a, 'Established'), reaches(b, 'Established')]);
  }

  test.each(['udp', 'tcp', 'tls'] as const)('a call over %s', async (transport) => {
    const [a, b] = await Promise.all([start('alice', { transport }), start('bob', { transport })]);
    const { seq } = await a.act('dial', { target: { agent: b } }, LIMIT);
    const call = a.state.calls[0]?.id;
    expect(bench.entry(seq)).toMatchObject({
      type: 'call_dialed',
      call,
      peer: { uri: b.contact, number: 'bob' },
    });
    await Promise.all([reaches(a, 'Ringing'), reaches(b, 'Ringing')]);
    const incoming = bench.events('bob').find((one) => one.type === 'call_incoming');
    expect(incoming).toMatchObject({ call, peer: { uri: a.aor, number: 'alice' } });
    expect(incoming?.headers.map(([name]) => name)).toContain('Max-Forwards');
    const accepted = await b.act('accept', {}, LIMIT);
    expect(bench.entry(accepted.seq)).toEqual({ type: 'call_accepted', call });
    await Promise.all([reaches(a, 'Established'), reaches(b, 'Established')]);
    const hung = await a.act('hangup', {}, LIMIT);
    expect(bench.entry(hung.seq)).toMatchObject({
      type: 'call_closed',
      call,
      ended: { by: 'local', how: 'bye' },
    });
    await reaches(b, 'Idle');
    expect(endings(b)).toEqual([{ by: 'remote', how: 'bye' }]);
    const order = (agent: Phone) =>
      bench
        .events(agent.name)
        .map((one) => one.type)
        .filter((type) => type.startsWith('call_'));
    const answered = ['call_media', 'call_established', 'call_closed'];
    expect(order(a)).toEqual(['call_dialed', 'call_ringing', ...answered]);
    expect(order(b)).toEqual(['call_incoming', 'call_accepted', ...answered]);
    expect(new Set(bench.messages('alice').map((one) => one.transport))).toEqual(
      new Set([transport.toUpperCase()]),
    );
    const sent = bench
      .messages('alice')
      .filter((one) => one.direction === 'sent' && one.code === undefined);
    expect(sent.map((one) => one.method)).toEqual(['INVITE', 'ACK', 'BYE']);
  });

  test('the same words for every end of a call', async () => {
    const [a, b] = await Promise.all([start('alice'), start('bob')]);
    // The callee hangs up.
    await connect(a, b);
    await b.act('hangup', {}, LIMIT);
    await reaches(a, 'Idle');
    // The caller gives up.
    await a.act('dial', { target: { agent: b } }, LIMIT);
    await reaches(b, 'Ringing');
    await a.act('hangup', {}, LIMIT);
    await reaches(b, 'Idle');
    // The callee rejects, by either verb.
    await a.act('dial', { target: { agent: b } }, LIMIT);
    await b.act('reject', {}, LIMIT);
    await reaches(a, 'Idle');
    await a.act('dial', { target: { agent: b } }, LIMIT);
    await reaches(b, 'Ringing');
    await b.act('hangup', {}, LIMIT);
    await reaches(a, 'Idle');
    // No user has that name; from 1.1 to 3.7, calls to any name are taken where there is no registrar.
    const { version } = binary;
    const anyName = compareVersions(version, '1.1.0') >= 0 && compareVersions(version, '3.8.0') < 0;
    await a.act(
      'dial',
      { target: { uri: b.contact.replace('bob', anyName ? 'bob' : 'nobody') } },
      LIMIT,
    );
    if (anyName) await b.act('reject', {}, LIMIT);
    await reaches(a, 'Idle');
    const busy = { how: 'rejected', code: 486 };
    expect(endings(a)).toMatchObject([
      { by: 'remote', how: 'bye' },
      { by: 'local', how: 'cancel', code: 487, reason: 'Request Terminated' },
      { by: 'remote', ...busy },
      { by: 'remote', ...busy },
      { by: 'remote', ...(anyName ? busy : { how: 'rejected', code: 404, reason: 'Not Found' }) },
    ]);
    expect(endings(b)).toMatchObject([
      { by: 'local', how: 'bye' },
      { by: 'remote', how: 'cancel', code: 487, reason: 'Request Terminated' },
      { by: 'local', ...busy },
      { by: 'local', ...busy },
      ...(anyName ? [{ by: 'local', ...busy }] : []),
    ]);
  });

  test('hangup right after dial, again and again, leaves no call ringing', async () => {
    const [a, b] = await Promise.all([start('alice'), start('bob')]);
    for (let round = 0; round < 5; round++) {
      await a.act('dial', { target: { agent: b } }, LIMIT);
      await a.act('hangup', {}, LIMIT);
      await reaches(b, 'Idle');
    }
    expect(endings(a)).toHaveLength(5);
    expect(new Set(endings(a).map((one) => one.how))).toEqual(new Set(['cancel']));
  });

  test('connection refused over TCP', async () => {
    const a = await start('alice', { transport: 'tcp' });
    await a.act('dial', { target: { uri: 'sip:bob@127.0.0.1:9' } }, LIMIT);
    await reaches(a, 'Idle');
    expect(endings(a)).toEqual([
      { by: 'network', how: 'unreachable', reason: 'Connection refused' },
    ]);
  });

  test('an agent that answers by itself', async () => {
    const [a, b] = await Promise.all([start('alice'), start('bob', { answer: 'auto' })]);
    await a.act('dial', { target: { agent: b } }, LIMIT);
    await Promise.all([reaches(a, 'Established'), reaches(b, 'Established')]);
    await b.act('hangup', {}, LIMIT);
    await reaches(a, 'Idle');
    const types = bench
      .events('bob')
      .map((one) => one.type)
      .filter((type) => type.startsWith('call_'));
    expect(types).toEqual([
      'call_incoming',
      'call_accepted',
      'call_media',
      'call_established',
      'call_closed',
    ]);
  });

  test('verbs without a fitting call', async () => {
    const [a, b] = await Promise.all([start('alice'), start('bob')]);
    await expect(a.act('hangup', {}, LIMIT)).rejects.toMatchObject({ code: 'E_CALL_STATE' });
    await expect(a.act('accept', {}, 50)).rejects.toMatchObject({ code: 'E_CALL_TIMEOUT' });
    await expect(a.act('accept', { call: 'nonsense' }, 50)).rejects.toMatchObject({
      code: 'E_CALL_STATE',
    });
    await expect(a.act('register', {}, 50)).rejects.toMatchObject({ code: 'E_REGISTER' });
    await expect(a.act('dial', { target: { number: '123' } }, 50)).rejects.toMatchObject({
      code: 'E_TARGET',
    });
    await connect(a, b);
    await expect(a.act('dial', { target: { agent: b } }, LIMIT)).rejects.toThrow(
      'dialling while in a call',
    );
    await b.act('hangup', {}, LIMIT);
    await reaches(a, 'Idle');
    // The peer has already hung up, so hangup() resolves all the same.
    await expect(a.act('hangup', {}, LIMIT)).resolves.toHaveProperty('seq');
    await expect(b.act('hangup', {}, LIMIT)).rejects.toMatchObject({ code: 'E_CALL_STATE' });
  });

  test('a killed baresip ends its calls and its verbs', async () => {
    const [a, b] = await Promise.all([start('alice'), start('bob')]);
    await connect(a, b);
    const pending = a.act('accept', {}, LIMIT);
    process.kill(a.pid, 'SIGKILL');
    await expect(pending).rejects.toMatchObject({
      code: 'E_AGENT_CRASHED',
      message: expect.stringContaining('signal SIGKILL') as string,
    });
    expect(bench.events('alice').at(-1)).toMatchObject({
      type: 'exited',
      signal: 'SIGKILL',
      expected: false,
    });
    expect(state(a)).toBe('Idle');
    expect(a.state.ended).toMatchObject({ by: 'error', how: 'crashed' });
    await expect(a.act('dial', { target: { agent: b } }, LIMIT)).rejects.toMatchObject({
      code: 'E_AGENT_CRASHED',
    });
    await a.stop();
    await b.act('hangup', {}, LIMIT);
  });

  test('a stopped baresip is called hung and can be removed', async () => {
    const [a, b] = await Promise.all([start('alice'), start('bob')]);
    await connect(a, b);
    process.kill(a.pid, 'SIGSTOP');
    await expect(a.act('hangup', {}, 300)).rejects.toMatchObject({ code: 'E_AGENT_HUNG' });
    await a.stop();
    expect(() => process.kill(a.pid, 0)).toThrow('ESRCH');
    await b.act('hangup', {}, LIMIT);
  });

  test('stop in a call says BYE, and again is nothing', async () => {
    const [a, b] = await Promise.all([start('alice'), start('bob')]);
    await connect(a, b);
    await Promise.all([a.stop(), a.stop()]);
    await reaches(b, 'Idle');
    expect(endings(b)).toEqual([{ by: 'remote', how: 'bye' }]);
    await expect(a.act('hangup', {}, LIMIT)).rejects.toMatchObject({ code: 'E_AGENT_GONE' });
    expect(bench.events('alice').at(-1)).toMatchObject({ type: 'exited', expected: true });
  });

  test('hostile names reach the other side as they are', async () => {
    const username = 'a%b;c?d&e+f#g';
    const display_name = 'Ä \\ <b> 100% ; tag 1';
    const [a, b] = await Promise.all([start('alice', { username, display_name }), start('bob')]);
    await a.act('dial', { target: { agent: b } }, LIMIT);
    await reaches(b, 'Ringing');
    const incoming = bench
      .events('bob')
      .find(
        (one): one is Extract<AgentEvent, { type: 'call_incoming' }> =>
          one.type === 'call_incoming',
      );
    expect(incoming?.peer).toMatchObject({ number: username });
    await a.act('hangup', {}, LIMIT);
  });

  test('a port in use is one clear error', async () => {
    const a = await start('alice');
    const port = Number(/:(\d+)$/.exec(a.contact)?.[1]);
    await expect(start('bob', { local_port: port })).rejects.toMatchObject({
      code: 'E_AGENT_START',
      message: expect.stringContaining(`port ${port}`) as string,
    });
  });

  test('the trace is complete and says who sent what', async () => {
    const [a, b] = await Promise.all([start('alice'), start('bob')]);
    await connect(a, b);
    await a.act('hangup', {}, LIMIT);
    await bench.until(
      () => bench.messages('alice').some((one) => one.method === 'BYE' && one.code === 200),
      '200 of BYE',
    );
    const word = (one: SipMessage) => `${one.direction} ${one.code ?? ''}${one.method}`;
    const ladder = bench.messages('alice').map(word);
    expect(ladder).toEqual([
      'sent INVITE',
      'received 180INVITE',
      'received 200INVITE',
      'sent ACK',
      'sent BYE',
      'received 200BYE',
    ]);
  });
});
