import { describe, expect, test } from 'vitest';
import { accountOf, isReadFromFile } from './account.js';
import { commandsFor } from '../wire/commands.js';
import { configText } from './config.js';
import { headersOf } from './custom-headers.js';
import { rtpConfig } from './media-options.js';
import type { AgentOptions } from '../../agents/user-agent.js';

const OWN = '127.0.0.1:12000';
const REFUSED = expect.objectContaining({ code: 'E_CAPABILITY' }) as Error;

/** Names of the account parameters that baresip reads (src/account.c of 1.0.0, 1.1.0 and 4.10.0). */
const PARAMETERS = [
  'answermode auth_pass auth_user audio_codecs audio_player audio_source call_transfer extra mediaenc medianat mwi',
  'outbound outbound1 outbound2 ptime pubint regint regq rwait sipnat stunpass stunserver stunuser video_codecs',
  '100rel answerdelay autelev_pt catchall cert check_origin dtmfmode fbregint inreq_allowed natpinhole prio rtcp_mux',
  'sip_autoanswer sip_autoanswer_beep sip_autoredirect tcpsrcport uas_pass uas_user video_display video_source',
].flatMap((line) => line.split(' '));

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

  test('with everything; a display name and a quoted value do not meet at its ends', () => {
    const options = {
      username: '10 1',
      domain: 'pbx.test',
      password: 'a;b=',
      auth_user: 'u;x',
      display_name: 'A; <b> \\ c',
      transport: 'tls',
      outbound: 'sip:proxy.test:5061',
      answer: 'auto',
    } as const;
    expect(() => accountOf('alice', options, OWN)).toThrow(
      expect.objectContaining({
        code: 'E_CAPABILITY',
        message:
          'agent "alice": password: baresip cannot express ";b=", which it would read as a parameter of its own, in this option',
      }) as Error,
    );
    const account = accountOf('alice', { ...options, password: 'a; b\\c=d;' }, OWN);
    expect(account.line(60)).toBe(
      '"A; <b> \\\\ c" <sip:10%201@pbx.test>;answermode=auto;outbound="sip:proxy.test:5061;transport=tls";auth_user="u;x";auth_pass="a; b\\c=d;";regint=60',
    );
    expect(account.nextHop).toBe('proxy.test:5061');
  });

  test('without a proxy the transport still is not in the account itself', () => {
    const account = accountOf('alice', { domain: 'pbx.test', transport: 'tcp' }, OWN);
    expect(account.line(0)).toBe(
      '<sip:alice@pbx.test>;outbound="sip:pbx.test;transport=tcp";regint=0',
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
      `<sip:alice@pbx.test>;audio_codecs=PCMA/8000/1;${carrying};auth_pass="secret";regint=60`,
    );
  });

  test('without a registrar the route is whom it dials', () => {
    const account = accountOf('alice', {}, OWN, [['X-A', '1']]);
    expect(account.line(0)).toBe(`<sip:alice@${OWN}>;regint=0`);
    expect(account.lineFor?.('sip:bob@[::1]:5060;transport=tcp;x=1')).toBe(
      `<sip:alice@${OWN}>;outbound="sip:x@[::1]:5060;transport=tcp;lr>\r\nX-A: 1\r\nX-Route-End: <x";regint=0`,
    );
    expect('lineFor' in accountOf('alice', {}, OWN)).toBe(false);
  });

  test.each([
    ['password', 'a"b', 'a double quote'],
    ['password', 'a\r\nb', 'a control character'],
    ['auth_user', '"', 'a double quote'],
    ['display_name', 'x\u0000', 'a control character'],
    ['password', 'a\\', 'a backslash at the end'],
    ['auth_user', 'a\\\\\\', 'a backslash at the end'],
    ['display_name', '\\', 'a backslash at the end'],
    ['password', 'a\ud83d', 'half a character (a lone surrogate)'],
    ['display_name', '\udc00b', 'half a character (a lone surrogate)'],
    ['auth_user', '\ud83d ', 'half a character (a lone surrogate)'],
    ['username', 'u\ud83d', 'half a character (a lone surrogate)'],
  ])('%s %j is refused, and says what of it', (option, value, what) => {
    expect(() => accountOf('alice', { domain: 'd.test', [option]: value }, OWN)).toThrow(
      expect.objectContaining({
        code: 'E_CAPABILITY',
        message: `agent "alice": ${option}: baresip cannot express ${what} in this option`,
      }) as Error,
    );
  });

  test.each([
    ['outbound', 'proxy'],
    ['outbound', 'sip:a b'],
    ['outbound', 'sip:x"'],
    ['outbound', 'sip:<x>'],
    ['outbound', 'sip:x\u0000y'],
    ['outbound', 'sip:a@b@c'],
    ['outbound', 'sip:x?Route=y'],
    ['outbound', 'sip:x;a=\\'],
    ['outbound', 'sip:x\ud83d'],
    ['domain', 'a\u0000b'],
    ['domain', 'a\\b'],
    ['domain', 'a,b'],
    ['domain', 'a?b=c'],
    ['domain', 'a%00'],
    ['domain', 'a:5060:b'],
    ['domain', '\ud83d.test'],
    ['domain', ''],
  ])('%s %j is refused', (option, value) => {
    expect(() => accountOf('alice', { domain: 'd.test', [option]: value }, OWN)).toThrow(
      expect.objectContaining({ code: 'E_ARGUMENT' }) as Error,
    );
  });

  test.each(['pbx', 'my_pbx:5080', '[::1]:5070', '127.0.0.1', 'b\u00fccher.test'])(
    'domain %s is taken',
    (domain) => {
      expect(accountOf('alice', { domain }, OWN).aor).toBe(`sip:alice@${domain}`);
    },
  );

  test.each(['sip:p', 'sips:u@p:5061;lr', 'sip:[::1]:5060;transport=tcp;ob', 'sip:my_proxy;x=a,b'])(
    'outbound %s is taken',
    (outbound) => {
      expect(accountOf('alice', { outbound }, OWN).line(0)).toContain(`;outbound="${outbound}"`);
    },
  );
});

describe('no value becomes a parameter', () => {
  test.each(PARAMETERS)('%s', (parameter) => {
    const other = parameter.replace(/./, (letter) => letter.toUpperCase());
    const texts = [`x;${parameter}=y`, `x; \t${other} = y;z`, `;${parameter}=`];
    for (const option of ['password', 'auth_user', 'display_name']) {
      for (const text of [...texts, `x;${parameter};y`, `x;${parameter} y`])
        expect(() => lineOf({ [option]: text }), `${option} ${text}`).toThrow(REFUSED);
    }
    for (const text of [`;${parameter}=y`, `;lr;${other}=sip:evil`, `;${parameter}`])
      expect(() => lineOf({ outbound: `sip:p${text}` }), text).toThrow(REFUSED);
    const carried = { headers: { 'X-A': `y;${other} =z` }, headers_compat: true } as const;
    expect(() => headersOf('a', carried, '1.0.0')).toThrow(REFUSED);
  });

  test('nor does any other text: what baresip finds in the line is what was given', () => {
    const next = random(20260731);
    const parts = [
      ';',
      '=',
      ' ',
      '\\',
      '"',
      ',',
      '<',
      '>',
      '%',
      '\u00e9',
      'a',
      'mwi',
      'outbound',
      '1',
    ];
    const text = () =>
      Array.from({ length: 1 + next(7) }, () => parts[next(parts.length)]).join('');
    let taken = 0;
    for (let round = 0; round < 400; round++) {
      const given = { display_name: text(), auth_user: text(), password: text() };
      let line: string;
      try {
        line = lineOf({ ...given, domain: 'd.test', outbound: 'sip:p' });
      } catch {
        continue;
      }
      taken += 1;
      const { display, parameters } = asRead(line);
      expect(display).toBe(given.display_name.replaceAll('\\', '\\\\'));
      expect(parameters).toEqual({
        outbound: 'sip:p',
        auth_user: given.auth_user,
        auth_pass: given.password,
        regint: '0',
      });
    }
    expect(taken).toBeGreaterThan(40);
  });
});

const lineOf = (options: AgentOptions) => accountOf('a', options, OWN).line(0);

/** Parses the line as baresip does (src/sip/addr.c and src/msg/param.c of re, 1.1 to 4.10). */
function asRead(command: string): { display: string; parameters: Record<string, string> } {
  const line = /^".*"$/s.test(command) ? command.slice(1, -1) : command;
  const QUOTED = String.raw`(?:"(?:[^"\\]|\\.)*"|\\.|[^"\\DELIMITERS])`;
  const until = (delimiters: string) => QUOTED.replace('DELIMITERS', delimiters);
  const parts = new RegExp(`^(${until(' \\t\\r\\n<')}*)[ \\t\\r\\n]*<[^>]+>(.*)$`, 's').exec(line);
  const [, display = '', rest = ''] = parts ?? [];
  const bare = (text: string) => text.replace(/^"(.*)"$/s, '$1');
  const parameters = PARAMETERS.flatMap((name): [string, string][] => {
    const value = new RegExp(
      `;[ \\t\\r\\n]*${name}[ \\t\\r\\n]*=[ \\t\\r\\n]*(${until(' \\t\\r\\n;')}+)`,
      'is',
    );
    const found = value.exec(rest)?.[1];
    return found === undefined ? [] : [[name, bare(found)]];
  });
  return { display: bare(display), parameters: Object.fromEntries(parameters) };
}

/** Whole numbers below the given one, the same in every run (a linear congruential generator). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('the login of a TURN server is that of the account', () => {
  const options = { nat: 'turn', stun_server: 'h', password: 'p', auth_user: 'u' } as const;
  expect(accountOf('alice', options, OWN).line(0)).toMatch(
    /;stunserver="turn:h";auth_user="u";auth_pass="p";stunuser="u";stunpass="p";regint=0$/,
  );
  const own = accountOf('alice', { nat: 'turn', stun_server: 'h', password: 'p' }, OWN).line(0);
  expect(own).toMatch(/;stunuser="alice";stunpass="p";regint=0$/);
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

/** A user part that makes the account line that long. */
const userOf = (bytes: number) => 'a'.repeat(bytes - `<sip:@${OWN}>;regint=0`.length);

test.each<[string, AgentOptions, boolean]>([
  ['a line as long as 1.0.0 reads it', { username: userOf(511) }, true],
  ['a longer one', { username: userOf(512) }, false],
  ['a longer one, in bytes', { display_name: 'é'.repeat(250) }, false],
  ['auth_user alone, for which baresip would ask a password', { auth_user: 'u' }, false],
  ['auth_user with an empty password', { auth_user: 'u', password: '' }, false],
  ['auth_user with a password', { auth_user: 'u', password: 'p' }, true],
  ['mwi', { mwi: true }, false],
  [
    'headers in the route',
    { domain: 'pbx.test', headers: { 'X-A': 'a' }, headers_compat: true },
    false,
  ],
])('from the accounts file or by a command: %s', (_, options, expected) => {
  const { carried } = headersOf('alice', options, '1.0.0');
  const line = accountOf('alice', options, OWN, carried).line(0);
  expect(isReadFromFile(line, options)).toBe(expected);
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
    wanted: [],
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
