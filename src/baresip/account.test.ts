import { describe, expect, test } from 'vitest';
import { accountOf } from './account.js';
import { commandsFor } from './commands.js';
import { configText } from './config.js';
import { rtpConfig } from './media-options.js';

const OWN = '127.0.0.1:12000';

describe('the account line', () => {
  test('of a serverless agent', () => {
    const account = accountOf('alice', {}, OWN);
    expect(account).toMatchObject({
      aor: 'sip:alice@127.0.0.1:12000',
      domain: undefined,
      nextHop: undefined,
    });
    expect(account.line(0)).toBe('<sip:alice@127.0.0.1:12000>;regint=0');
  });

  test('with everything; the password comes last', () => {
    const options = {
      username: '10 1',
      domain: 'pbx.test',
      password: 'a;regint=0',
      auth_user: 'u;x',
      display_name: 'A "',
      transport: 'tls',
      outbound: 'sip:proxy.test:5061',
      answer: 'auto',
    } as const;
    expect(() => accountOf('alice', options, OWN)).toThrow(
      expect.objectContaining({ code: 'E_CAPABILITY' }) as Error,
    );
    const account = accountOf('alice', { ...options, display_name: 'A; <b> \\' }, OWN);
    expect(account.line(60)).toBe(
      '"A; <b> \\" <sip:10%201@pbx.test>;regint=60;answermode=auto;outbound="sip:proxy.test:5061;transport=tls";auth_user="u;x";auth_pass="a;regint=0"',
    );
    expect(account.nextHop).toBe('proxy.test:5061');
  });

  test('without a proxy the transport still is not in the account itself', () => {
    const account = accountOf('alice', { domain: 'pbx.test', transport: 'tcp' }, OWN);
    expect(account.line(0)).toBe(
      '<sip:alice@pbx.test>;regint=0;outbound="sip:pbx.test;transport=tcp"',
    );
    expect(accountOf('alice', { domain: 'pbx.test' }, OWN).line(0)).toBe(
      '<sip:alice@pbx.test>;regint=0',
    );
  });

  test('headers that are carried stand behind the route, in front of the password', () => {
    const fields = [
      ['X-A', '1'],
      ['X-B', 'a@b'],
    ] as const;
    const options = { domain: 'pbx.test', password: 'secret', codecs: ['PCMA'] } as const;
    const carrying = 'outbound="sip:x@pbx.test;lr>\r\nX-A: 1\r\nX-B: a@b\r\nX-Route-End: <x"';
    const account = accountOf('alice', options, OWN, fields);
    expect(account).toMatchObject({ nextHop: 'pbx.test', headerRoute: 'sip:pbx.test' });
    expect('lineFor' in account).toBe(false);
    expect(account.line(60)).toBe(
      `<sip:alice@pbx.test>;regint=60;audio_codecs=PCMA/8000/1;${carrying};auth_pass="secret"`,
    );
  });

  test('without a registrar the route is whom it dials', () => {
    const account = accountOf('alice', {}, OWN, [['X-A', '1']]);
    expect(account.line(0)).toBe(`<sip:alice@${OWN}>;regint=0`);
    expect(account.lineFor?.('sip:bob@[::1]:5060;transport=tcp;x=1')).toBe(
      `<sip:alice@${OWN}>;regint=0;outbound="sip:x@[::1]:5060;transport=tcp;lr>\r\nX-A: 1\r\nX-Route-End: <x"`,
    );
    expect('lineFor' in accountOf('alice', {}, OWN)).toBe(false);
  });

  test.each([
    ['password', 'a"b'],
    ['password', 'a\r\nb'],
    ['auth_user', '"'],
    ['display_name', 'x\u0000'],
  ])('%s %j is refused', (option, value) => {
    expect(() => accountOf('alice', { domain: 'd.test', [option]: value }, OWN)).toThrow(
      expect.objectContaining({ code: 'E_CAPABILITY' }) as Error,
    );
  });

  test.each(['proxy', 'sip:a b', 'sip:x"', 'sip:<x>'])('outbound %j is refused', (outbound) => {
    expect(() => accountOf('alice', { domain: 'd.test', outbound }, OWN)).toThrow(
      expect.objectContaining({ code: 'E_ARGUMENT' }) as Error,
    );
  });
});

test('the login of a TURN server is that of the account', () => {
  const options = { nat: 'turn', stun_server: 'h', password: 'p', auth_user: 'u' } as const;
  expect(accountOf('alice', options, OWN).line(0)).toMatch(
    /;auth_user="u";auth_pass="p";stunuser="u";stunpass="p"$/,
  );
  const own = accountOf('alice', { nat: 'turn', stun_server: 'h', password: 'p' }, OWN).line(0);
  expect(own).toMatch(/;stunuser="alice";stunpass="p"$/);
});

describe('commands', () => {
  const words = (version: string) => {
    const set = commandsFor(version, 'sip:a@h', 'sip:idle@h');
    const shown = (list: { name: string; params?: string }[]) =>
      list.map(({ name, params = '' }) => `${name} ${params}`.trim());
    return {
      dial: shown(set.dial('sip:b@h')),
      hangup: shown(set.hangup('id')),
      accept: shown(set.accept('id')),
      register: shown(set.register('L', 60)),
      unregister: shown(set.unregister('L0')),
    };
  };

  test('before call ids, the call is selected ahead', () => {
    expect(words('1.0.0')).toMatchObject({
      dial: ['dial sip:b@h'],
      hangup: ['callfind id', 'hangup'],
      accept: ['callfind id', 'accept'],
    });
  });

  test('before uareg, the account is replaced, never deleted while selected', () => {
    for (const version of ['1.0.0', '1.1.0']) {
      expect(words(version).register).toEqual([
        'uanew <sip:idle@h>;regint=0',
        'uafind sip:idle@h',
        'uadel sip:a@h',
        'uanew L',
        'uafind sip:a@h',
        'uadel sip:idle@h',
      ]);
    }
  });

  test('newer versions take ids and indices', () => {
    expect(words('4.9.0')).toEqual({
      dial: ['dial sip:b@h 0'],
      hangup: ['hangup id'],
      accept: ['accept id'],
      register: ['uareg 60 0'],
      unregister: ['uareg 0 0'],
    });
  });
});

test('the config has each key once, but for the modules', () => {
  const text = configText({
    address: '127.0.0.1',
    sipPort: 12000,
    controlPort: 12002,
    rtpPorts: [12004, 12013],
    modulePath: '/m',
    tls: true,
    converters: true,
    rtp: rtpConfig({}, '4.9.0'),
  });
  const keys = text
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/)[0] ?? '');
  // A key as long as the column would run into its value.
  expect(text).toMatch(/^audio_jitter_buffer_type +off$/m);
  const others = keys.filter((key) => !key.startsWith('module'));
  expect(new Set(others).size).toBe(others.length);
  expect(text).toMatch(/^sip_listen +127\.0\.0\.1:12000$/m);
  expect(text).toMatch(/^ctrl_tcp_listen +127\.0\.0\.1:12002$/m);
  expect(text).toMatch(/^sip_certificate +certificate\.pem$/m);
  expect(text.lastIndexOf('ctrl_tcp.so')).toBeGreaterThan(text.lastIndexOf('menu.so'));
});
