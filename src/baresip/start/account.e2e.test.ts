import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cleanBench, testBinaries } from '../../testing/agent-bench.js';
import type { AgentOptions } from '../../agents/user-agent.js';

const LIMIT = 5000;
const CHALLENGE = '401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n1"';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const binaries = await testBinaries();

describe.each(binaries)('the account line as baresip $version reads it', (binary) => {
  const { bench, peer } = cleanBench(binary);

  const given: [string, AgentOptions & { password: string }][] = [
    ['a display name and a password', { display_name: 'Alice Jones', password: 'pw' }],
    ['separators', { display_name: 'A; <b>, c', auth_user: 'u;v,<w>', password: ';a; b,<c>;' }],
    ['percent', { display_name: '%s%n%d', auth_user: '%n%s', password: '100%d%n%s' }],
    ['backslashes', { display_name: '\\a\\\\', auth_user: 'x\\\\', password: 'a\\b\\\\' }],
    [
      'other letters',
      { display_name: '\u00c4 \ud83d\ude00', auth_user: '\u00fc', password: '\u00df' },
    ],
    ['blanks and marks', { display_name: " '=' ", auth_user: ' = ', password: " =b 'c'= " }],
  ];
  test.each(given)('%s', async (_, options) => {
    const registrar = await peer((method, request) =>
      method !== 'REGISTER' ? [] : [request.includes('\r\nAuthorization:') ? '200 OK' : CHALLENGE],
    );
    const domain = registrar.uri.replace(/^.*@/, '');
    const agent = await bench.start('alice', { ...options, domain, outbound: `sip:${domain}` });
    await agent.act('register', {}, LIMIT);
    const seen = await registrar.seen(/\r\nAuthorization:/);
    const text = Buffer.from(seen, 'latin1').toString();
    const [, user = '', response] =
      /^Authorization: .*username="(.*?)", realm=.*response="(\w+)"/m.exec(text) ?? [];
    expect(user).toBe(options.auth_user ?? 'alice');
    const credentials = md5(`${user}:r:${options.password}`);
    expect(response).toBe(md5(`${credentials}:n1:${md5(`REGISTER:sip:${domain}`)}`));
    const [, display] = /^From: "(.*)" <sip:alice@/m.exec(text) ?? [];
    expect(display?.replaceAll('\\\\', '\\')).toBe(options.display_name);
  });
});
