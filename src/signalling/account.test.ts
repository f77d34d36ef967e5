import { describe, expect, it } from 'vitest';
import { nameAddrText, peerAccount, transportOf } from './account.js';

const at = (options: Parameters<typeof peerAccount>[1], address = '127.0.0.1') =>
  peerAccount('Ann a', options, address, 5060);

describe('peerAccount', () => {
  it.each([
    [{}, 'sip:Ann%20a@127.0.0.1:5060', 'sip:Ann%20a@127.0.0.1:5060', '127.0.0.1:5060'],
    [
      { transport: 'tcp', username: 'x' },
      'sip:x@127.0.0.1:5060',
      'sip:x@127.0.0.1:5060;transport=tcp',
      '127.0.0.1:5060',
    ],
    [
      { transport: 'tls', username: 'x', domain: 'pbx' },
      'sip:x@pbx',
      'sip:x@127.0.0.1:5061;transport=tls',
      '127.0.0.1:5061',
    ],
    [
      { transport: 'wss', username: 'X.y', domain: 'pbx' },
      'sip:X.y@pbx',
      'sip:X.y@xy.invalid;transport=ws',
      'xy.invalid',
    ],
    [
      { transport: 'ws', username: '+' },
      'sip:+@peer.invalid',
      'sip:+@peer.invalid;transport=ws',
      'peer.invalid',
    ],
  ] as const)('%j', (options, aor, contact, sentBy) => {
    expect(at(options)).toMatchObject({ aor, contact, sentBy });
  });

  it('writes IPv6 addresses in brackets', () => {
    expect(at({ username: 'x' }, '::1').contact).toBe('sip:x@[::1]:5060');
  });

  it('is serverless without a domain, and logs in only with a password', () => {
    expect(at({})).toMatchObject({ serverless: true, login: undefined });
    expect(at({ domain: 'pbx', username: 'x', password: 'p' })).toMatchObject({
      serverless: false,
      login: { username: 'x', password: 'p' },
    });
    expect(at({ username: 'x', auth_user: 'y', password: 'p' }).login?.username).toBe('y');
  });
});

describe('nameAddrText', () => {
  it.each([
    [undefined, '<sip:a@b>'],
    ['', '<sip:a@b>'],
    ['Ann', '"Ann" <sip:a@b>'],
    [String.raw`a"b\c`, String.raw`"a\"b\\c" <sip:a@b>`],
  ])('%j', (name, text) => {
    expect(nameAddrText('sip:a@b', name)).toBe(text);
  });
});

describe('transportOf', () => {
  it.each([
    ['sip:a@b', 'udp', 'udp'],
    ['sip:a@b', 'tcp', 'tcp'],
    ['sip:a@b', 'wss', 'wss'],
    ['sip:a@b;transport=TCP', 'udp', 'tcp'],
    ['sip:a@b;transport=udp', 'tls', 'udp'],
    ['sips:a@b', 'udp', 'tls'],
    ['sips:a@b', 'wss', 'wss'],
    ['sips:a@b;transport=tcp', 'udp', 'tls'],
    ['sip:a@b;transport=ws', 'wss', 'wss'],
    ['sip:a@b;transport=ws', 'udp', 'ws'],
    ['sips:a@b;transport=ws', 'udp', 'wss'],
    ['sip:a@b;transport=wss', 'udp', 'wss'],
  ] as const)('%s from a peer of %s: %s', (uri, own, transport) => {
    expect(transportOf(uri, own)).toBe(transport);
  });
});
