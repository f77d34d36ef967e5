import { describe, expect, test } from 'vitest';
import { OffhookError } from '../errors.js';
import {
  assertMayListen,
  netPolicy,
  netTarget,
  type NetPolicy,
  type NetTarget,
} from './net-policy.js';
import { hostRule } from './host-rules.js';

const of = (...items: string[]) => netPolicy({ items, origin: '--allow-net' });
const PUBLIC = '93.184.215.14';

/** "allowed", or the denial's code. */
function verdict(act: () => void): string {
  try {
    act();
    return 'allowed';
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    return error.code;
  }
}

function hostVerdict(policy: NetPolicy, target: NetTarget): string {
  return verdict(() => {
    policy(target);
  });
}

/** Does what the client does: the URL is parsed, its host judged, then the address the name resolved to. */
function visit(policy: ReturnType<typeof of>, text: string, resolved?: string): string {
  return verdict(() => {
    const target = netTarget(new URL(text));
    policy(target);
    policy({ ...target, address: resolved ?? target.host.replace(/^\[|\]$/g, '') });
  });
}

describe('a host by its name and port', () => {
  const policy = of(
    'api.example',
    'api.example:8443',
    '*.staging.example:443',
    '127.0.0.1:8080',
    '10.1.0.0/16',
    '[::1]:9000',
  );
  test.each([
    ['https://api.example/x', PUBLIC],
    ['HTTPS://API.EXAMPLE./x', PUBLIC],
    ['https://%61pi.example/', PUBLIC],
    ['https://a.staging.example/', PUBLIC],
    ['https://a.b.staging.example/', PUBLIC],
    ['http://127.0.0.1:8080/', undefined],
    ['http://0x7f.1:8080/', undefined],
    ['http://10.1.2.3/', undefined],
    ['http://[::1]:9000/', undefined],
    ['http://[0:0:0:0:0:0:0:1]:9000/', undefined],
    ['http://[::ffff:127.0.0.1]:8080/', undefined],
    ['https://api.example/', '10.1.0.9'],
  ])('allowed: %s at %s', (url, address) => {
    expect(visit(policy, url, address)).toBe('allowed');
  });

  test.each([
    // other hosts, also where the allowed one is part of the name or the user
    ['https://evil.example/', PUBLIC],
    ['https://api.example.evil.example/', PUBLIC],
    ['https://evilapi.example/', PUBLIC],
    ['https://api.example@evil.example/', PUBLIC],
    ['https://api.example:x@evil.example/', PUBLIC],
    ['https://evil.example/api.example', PUBLIC],
    ['https://evil.example/?@api.example', PUBLIC],
    ['https://evil.example#api.example', PUBLIC],
    ['https://evil.example\\api.example/', PUBLIC],
    ['https://staging.example/', PUBLIC],
    ['http://a.staging.example/', PUBLIC],
    ['https://xstaging.example/', PUBLIC],
    ['https://api\u3002example.evil.example/', PUBLIC],
    ['https://\u0430pi.example/', PUBLIC],
    // other ports
    ['http://127.0.0.1/', undefined],
    ['http://127.0.0.1:8081/', undefined],
    ['http://[::1]:9001/', undefined],
    // other spellings of addresses that are not allowed
    ['http://2130706433/', undefined],
    ['http://0x7f000001/', undefined],
    ['http://0177.0.0.1/', undefined],
    ['http://127.1/', undefined],
    ['http://127.0.0.2:8080/', undefined],
    ['http://0.0.0.0:8080/', undefined],
    ['http://0:8080/', undefined],
    ['http://[::]:9000/', undefined],
    ['http://[::ffff:0.0.0.0]:8080/', undefined],
    ['http://[::ffff:a00:1]/', undefined],
    ['http://[64:ff9b::7f00:1]/', undefined],
    ['http://[::127.0.0.1]:8080/', undefined],
    ['http://[2002:7f00:1::]:8080/', undefined],
    ['http://169.254.169.254/latest/meta-data/', undefined],
    ['http://[fe80::1]/', undefined],
    ['http://10.2.0.1/', undefined],
    ['http://localhost:8080/', '127.0.0.1'],
    ['http://localhost.:8080/', '127.0.0.1'],
    ['http://127.0.0.1.nip.example:8080/', '127.0.0.1'],
    // an allowed name that resolves to a forbidden address (DNS rebinding)
    ['https://api.example/', '127.0.0.1'],
    ['https://api.example/', '::1'],
    ['https://api.example/', '::ffff:127.0.0.1'],
    ['https://api.example/', '0.0.0.0'],
    ['https://api.example/', '10.2.0.1'],
    ['https://api.example/', '192.168.1.1'],
    ['https://api.example/', '169.254.169.254'],
    ['https://api.example/', 'fe80::1%eth0'],
    ['https://api.example/', 'fd00::1'],
    ['https://api.example/', '100.64.0.1'],
    ['https://api.example/', '255.255.255.255'],
    ['https://api.example/', '64:ff9b::a02:1'],
    ['https://api.example/', 'no address'],
  ])('denied: %s at %s', (url, address) => {
    expect(visit(policy, url, address)).toBe('E_NET_DENIED');
  });
});

test.each(['', '[', '[::1', 'a b', 'a/b', 'a\u0000', '::1%', '[::g]', 'x'.repeat(400), '%00'])(
  '%j is not a host',
  (host) => {
    expect(hostVerdict(of('*.example', 'localhost'), { host, port: 80 })).toBe('E_NET_DENIED');
  },
);

test('zone ids and brackets are spellings', () => {
  const policy = of('[fe80::1]');
  for (const host of ['fe80::1', '[fe80::1]', 'fe80::1%eth0', '[fe80::1%25eth0]', 'FE80:0::1'])
    expect(hostVerdict(policy, { host, port: 80, address: 'fe80::1%eth0' })).toBe('allowed');
});

test('localhost means this machine, and no other', () => {
  const policy = of('localhost');
  expect(visit(policy, 'http://localhost/', '127.0.0.1')).toBe('allowed');
  expect(visit(policy, 'http://LOCALHOST./', '::1')).toBe('allowed');
  expect(visit(policy, 'http://localhost/', '10.0.0.1')).toBe('E_NET_DENIED');
  expect(visit(policy, 'http://127.0.0.1/')).toBe('E_NET_DENIED');
});

test('IDNA: both spellings of a name', () => {
  for (const rule of ['bücher.example', 'XN--BCHER-KVA.example']) {
    expect(visit(of(rule), 'http://bücher.example/', PUBLIC)).toBe('allowed');
    expect(visit(of(rule), 'http://xn--bcher-kva.example/', PUBLIC)).toBe('allowed');
    expect(visit(of(rule), 'http://bucher.example/', PUBLIC)).toBe('E_NET_DENIED');
  }
});

test('no list, "*" and an empty list', () => {
  expect(visit(netPolicy(undefined), 'http://127.0.0.1/')).toBe('allowed');
  expect(visit(of('*'), 'http://intranet/', '10.0.0.1')).toBe('allowed');
  expect(visit(of('*:443'), 'http://intranet/', '10.0.0.1')).toBe('E_NET_DENIED');
  expect(visit(of(), 'https://api.example/', PUBLIC)).toBe('E_NET_DENIED');
});

function errorOf(act: () => void): OffhookError {
  try {
    act();
  } catch (error) {
    return error as OffhookError;
  }
  throw new Error('nothing was thrown');
}

test('a denial names the flag that would allow it', () => {
  const policy = netPolicy({ items: ['api.example'], origin: '--untrusted' });
  const denied = errorOf(() => {
    policy({ host: '[::1]', port: 8080 });
  });
  expect(denied.message).toBe('host [::1]:8080: not reached: not allowed by --untrusted');
  expect(denied.details.hint).toBe('allow it with --allow-net [::1]:8080');
  const rebound = errorOf(() => {
    policy({ host: 'API.example', port: 443, address: '10.0.0.5' });
  });
  expect(rebound.message).toBe(
    'host api.example:443: not reached: it resolves to 10.0.0.5:443, which is not a public address',
  );
  expect(rebound.details.hint).toBe('allow it with --allow-net 10.0.0.5:443');
  // the rule that the hint names does allow the target
  of('api.example', '10.0.0.5:443')({ host: 'API.example', port: 443, address: '10.0.0.5' });
  of('[::1]:8080')({ host: '[::1]', port: 8080, address: '::1' });
});

test.each([
  ['http://api.example', 'is a URL, not a host'],
  ['api.example:0', 'has no valid port'],
  ['api.example:70000', 'has no valid port'],
  ['api.example:http', 'has no valid port'],
  ['10.0.0.0/33', 'is not a CIDR block'],
  ['example/8', 'is not a CIDR block'],
  ['a*.example', 'has a "*" that is neither alone nor in place of the first labels'],
  ['*.*.example', 'has no valid domain after "*."'],
  ['*.10.0.0.1', 'has no valid domain after "*."'],
  ['user@host', 'is not a host name or address'],
  ['', 'is not a host name or address'],
])('rule %j %s', (text, problem) => {
  expect(hostRule(text)).toEqual({ problem });
});

test.each(['[fd00::/8]', 'fd00::/8', '[fd00::]/8', '[fd00::]/8:443'])('IPv6 block %s', (rule) => {
  expect(visit(of(rule), 'https://[fd12::1]/')).toBe('allowed');
  expect(visit(of(rule), 'https://[fe12::1]/')).toBe('E_NET_DENIED');
});

test('behind a proxy the name decides; under --untrusted not by a wildcard alone', () => {
  const judge = (untrusted: boolean, host: string, ...items: string[]): string => {
    try {
      netPolicy({ items, origin: '--allow-net' }, untrusted)({ host, port: 443, proxied: true });
      return 'allowed';
    } catch (error) {
      return `${(error as OffhookError).message} | ${(error as OffhookError).details.hint ?? ''}`;
    }
  };
  for (const untrusted of [false, true]) {
    expect(judge(untrusted, 'api.example', 'api.example')).toBe('allowed');
    expect(judge(untrusted, 'api.example', '*')).toBe('allowed');
    expect(judge(untrusted, 'a.example', '*.example', 'a.example')).toBe('allowed');
    expect(judge(untrusted, '10.0.0.1', '10.0.0.0/8')).toBe('allowed');
    expect(judge(untrusted, 'b.example', 'a.example')).toContain('not allowed by --allow-net');
  }
  expect(judge(false, 'a.example', '*.example')).toBe('allowed');
  expect(judge(true, 'a.example', '*.example')).toBe(
    'host a.example:443: not reached: only a wildcard allows it, and behind a proxy its address cannot be judged | allow it with --allow-net a.example:443',
  );
});

test('a list says where scripts may listen, beyond this machine and on ports of system services', () => {
  const of = (items: string[], host: string, port?: number): string => {
    const net = netPolicy({ items, origin: '--untrusted' }, true);
    try {
      const hint = 'leave it out';
      assertMayListen(net, {
        what: 'mock server',
        host,
        ...(port === undefined ? {} : { port }),
        hint,
      });
      return 'allowed';
    } catch (error) {
      return `${(error as OffhookError).message} | ${(error as OffhookError).details.hint ?? ''}`;
    }
  };
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1']) {
    expect(of([], host)).toBe('allowed');
    expect(of([], host, 1024)).toBe('allowed');
  }
  expect(of([], '127.0.0.1', 1023)).toBe(
    'mock server: not started on 127.0.0.1:1023: port 1023 is a system port (below 1024) | leave it out, or allow it with --allow-net 127.0.0.1:1023',
  );
  expect(of(['127.0.0.1:80'], '127.0.0.1', 80)).toBe('allowed');
  expect(of(['127.0.0.1:80'], '127.0.0.1', 443)).toContain('port 443 is a system port');
  expect(of([], '192.0.2.7', 5080)).toContain('on 192.0.2.7: other machines could reach it');
  expect(of(['192.0.2.7'], '192.0.2.7', 5080)).toBe('allowed');
  expect(of([], '2001:db8::1')).toContain('allow it with --allow-net [2001:db8::1]');
  const everywhere = netPolicy(undefined);
  assertMayListen(everywhere, { what: 'x', host: '0.0.0.0', port: 80, hint: '' });
});
