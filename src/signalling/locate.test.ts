import { describe, expect, it } from 'vitest';
import { locate } from './locate.js';

describe('locate', () => {
  it.each([
    ['sip:a@127.0.0.1', 'udp', { transport: 'udp', address: '127.0.0.1', port: 5060 }],
    ['sip:127.0.0.1:5070;transport=tcp', 'udp', { transport: 'tcp', port: 5070 }],
    ['sips:127.0.0.1', 'udp', { transport: 'tls', port: 5061 }],
    ['sip:127.0.0.1', 'ws', { transport: 'ws', port: 80 }],
    ['sip:127.0.0.1', 'wss', { transport: 'wss', port: 443 }],
    ['sip:a@[::1]:5080', 'udp', { address: '::1', port: 5080 }],
    ['sip:a@nowhere.invalid:5080;maddr=127.0.0.9', 'udp', { address: '127.0.0.9', port: 5080 }],
    ['sip:a@localhost:5090', 'udp', { port: 5090, host: 'localhost' }],
    ['sip:a@localhost', 'tls', { port: 5061, host: 'localhost' }],
  ] as const)('%s from a peer of %s', async (uri, own, wanted) => {
    expect(await locate(uri, own)).toMatchObject(wanted);
  });

  it.each([
    ['tel:1', 'is not a SIP URI'],
    ['sip:', 'is not a SIP URI'],
    ['sip:a@127.0.0.1:0', 'is not from 1 to 65535'],
    ['sip:a@127.0.0.1:65536', 'is not from 1 to 65535'],
    ['sip:a@127.0.0.1;transport=sctp', 'the transport sctp'],
    ['sip:a@127.0.0.1;transport=constructor', 'the transport constructor'],
  ])('%s leads nowhere', async (uri, what) => {
    await expect(locate(uri, 'udp')).rejects.toThrow(what);
  });
});
