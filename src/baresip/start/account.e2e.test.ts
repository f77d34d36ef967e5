import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import type { AgentOptions } from '../../agents/user-agent.js';
import { agentStateName } from '../../model/agent-state.js';
import { peerSdp } from '../../testing/agents/raw-peer.js';

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
    ['too long a line for the accounts file', { display_name: 'A', password: 'p'.repeat(600) }],
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

  test('auth_user without a password: baresip does not ask for one', async () => {
    const agent = await bench.start('alice', { auth_user: 'u' });
    expect(agent.state.alive).toBe(true);
  });
});

/** The same INVITE is sent that often, so that one is there as soon as the socket of the agent is open. */
const AGAIN_MS = 1;

describe.each(binaries)('an INVITE at the first moment of an agent, baresip $version', (binary) => {
  const { bench, peer } = cleanBench(binary);
  let repeating: NodeJS.Timeout | undefined;
  afterEach(() => {
    clearInterval(repeating);
  });

  test.each<[string, AgentOptions]>([
    ['udp', {}],
    ['a domain', { domain: '127.0.0.1:9', password: 'pw' }],
    ['a codec of its own', { codecs: ['L16', 'PCMU'] }],
    ['a proxy in front', { proxy: true }],
  ])('%s: it rings and is answered', async (_, options) => {
    const caller = await peer((method) => (method === 'BYE' ? ['200 OK'] : []));
    const agent = await bench.start('alice', options);
    const { contact } = agent;
    await agent.act('kill', {}, LIMIT);
    const invite = inviteFrom(caller.uri, contact);
    repeating = setInterval(() => {
      caller.send(invite, contact.replace(/^.*@/, ''));
    }, AGAIN_MS);
    await agent.act('start', {}, LIMIT);
    await bench.until(() => agentStateName(agent.state) === 'Ringing', 'Ringing');
    clearInterval(repeating);
    await agent.act('accept', {}, LIMIT);
    await caller.seen(/^SIP\/2\.0 200 /);
    const events = bench.events('alice').map((one) => one.type);
    expect(events.indexOf('call_incoming')).toBeGreaterThan(events.lastIndexOf('started'));
    const refusals = caller.received.filter((text) => /^SIP\/2\.0 [3-6]/.test(text));
    expect(refusals).toEqual([]);
  });
});

function inviteFrom(from: string, to: string): string {
  const body = peerSdp();
  return [
    `INVITE ${to} SIP/2.0`,
    `Via: SIP/2.0/UDP ${from.replace(/^.*@/, '')};branch=z9hG4bKfirst`,
    `From: <${from}>;tag=f`,
    `To: <${to}>`,
    'Call-ID: first',
    'CSeq: 1 INVITE',
    'Max-Forwards: 70',
    `Contact: <${from}>`,
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}
