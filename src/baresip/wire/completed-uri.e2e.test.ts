import { describe, expect, test } from 'vitest';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import { hasCapability } from '../capabilities.js';

const binaries = await testBinaries();

describe.each(binaries)('a URI without a user part, baresip $version', (binary) => {
  const { bench, peer: rawPeer } = cleanBench(binary);
  const requestUris = (method: string) =>
    bench
      .messages('alice')
      .filter((one) => one.method === method && one.direction === 'sent' && one.code === undefined)
      .map((one) => one.uri);

  test('an address is dialled, sent a message and pinged as it was given', async () => {
    const peer = await rawPeer((method) => {
      if (method === 'ACK') return [];
      return [method === 'INVITE' ? '486 Busy Here' : '200 OK'];
    });
    const uri = peer.uri.replace('peer@', '');
    const alice = await bench.start('alice');
    await alice.act('dial', { target: { uri } }, LIMIT);
    expect((await peer.seen(/^INVITE /)).split('\r\n')).toContain(`To: <${uri}>`);
    expect(requestUris('INVITE')).toEqual([uri]);
    expect(alice.state.calls[0]?.peer).toEqual({ uri, number: '' });
    await alice.act('message', { target: { uri }, text: 'hello' }, LIMIT);
    expect(requestUris('MESSAGE')).toEqual([uri]);
    const pinging = alice.act('ping', { target: { uri } }, LIMIT);
    if (hasCapability(binary.version, 'uri_addresses')) {
      expect(await pinging).toMatchObject({ value: { status: 200 } });
      expect(requestUris('OPTIONS')).toEqual([uri]);
    } else {
      await expect(pinging).rejects.toMatchObject({ code: 'E_CAPABILITY' });
      expect(requestUris('OPTIONS')).toEqual([]);
    }
  });

  test('a host name is dialled as it was given', async () => {
    const proxy = await rawPeer((method) => (method === 'INVITE' ? ['486 Busy Here'] : []));
    const alice = await bench.start('alice', { outbound: proxy.uri.replace('peer@', '') });
    await alice.act('dial', { target: { uri: 'sip:pbx.example.com:5070' } }, LIMIT);
    await proxy.seen(/^INVITE sip:pbx\.example\.com:5070 SIP\/2\.0\r$/m);
    expect(requestUris('INVITE')).toEqual(['sip:pbx.example.com:5070']);
  });
});
