import type { HeaderField } from '../../sip/sip-message.js';
import { describe, expect, test } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import { sip } from '../../testing/samples/traced-call.js';
import { RefusalLog } from './refusals.js';

function log(version: string) {
  const events: AgentEvent[] = [];
  return { log: new RefusalLog((event) => events.push(event), version), events };
}

const DIGEST = 'Digest realm="a, algorithm=MD5", nonce="n"';

describe('a challenge', () => {
  test.each([
    ['1.1.0', '401', `${DIGEST}, algorithm=SHA-256, qop="auth"`, /needs SHA-256: baresip 3\.12/],
    ['3.11.0', '407', `${DIGEST},algorithm="sha-256"`, /needs sha-256: baresip 3\.12/],
    ['4.10.0', '401', `${DIGEST}, algorithm=SHA-512-256`, /no baresip knows SHA-512-256/],
    ['4.10.0', '401', `${DIGEST}, algorithm=MD5-sess`, /no baresip knows MD5-sess/],
    ['4.10.0', '407', 'Bearer realm="a"', /no baresip knows Bearer/],
  ])('%s cannot answer %s %s', (version, code, challenge, why) => {
    const { log: refusals, events } = log(version);
    const name = code === '401' ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    const headers: HeaderField[] = [[name, challenge]];
    for (let times = 0; times < 2; times += 1) {
      refusals.message(sip('<', `${code} No`, { method: 'REGISTER', headers }), '');
    }
    expect(events).toEqual([{ type: 'warning', text: expect.stringMatching(why) as string }]);
  });

  test.each([
    ['1.0.0', DIGEST],
    ['1.0.0', `${DIGEST}, algorithm=MD5`],
    ['3.12.0', `${DIGEST}, algorithm=SHA-256`],
  ])('%s answers %s', (version, challenge) => {
    const { log: refusals, events } = log(version);
    refusals.message(sip('<', '401 No', { headers: [['WWW-Authenticate', challenge]] }), '');
    expect(events).toEqual([]);
  });
});

describe('an INVITE that baresip refuses by itself', () => {
  test.each([
    [
      '500 Call Error',
      [['Content-Type', 'multipart/mixed;boundary=x']],
      /no baresip accepts a multip/,
    ],
    ['500 Call Error', [['c', 'application/sdp']], /session description cannot be read/],
    ['488 Not Acceptable Here', [], /no codec in common/],
    ['404 Not Found', [], /user of the Request-URI/],
    ['420 Bad Extension', [['Require', 'foo']], /what Require asks for: foo/],
    ['599 Odd', [], /got no event of the call/],
  ] as const)('%s %j', (answer, headers, why) => {
    const { log: refusals, events } = log('1.0.0');
    const invite = sip('<', 'INVITE', { headers: [['From', '<sip:p@h>;tag=1'], ...headers] });
    refusals.invite(invite, sip('>', answer));
    const begin = `baresip 1.0.0 refused an INVITE from <sip:p@h>;tag=1 by itself: ${answer}: `;
    expect(events).toEqual([{ type: 'warning', text: expect.stringMatching(why) as string }]);
    expect(events).toMatchObject([{ text: expect.stringContaining(begin) as string }]);
  });
});

test('a datagram that was longer than what is read of it', () => {
  const { log: refusals, events } = log('1.0.0');
  refusals.message(sip('<', 'INVITE'), 'x'.repeat(8191));
  refusals.message(sip('>', 'INVITE'), 'x'.repeat(9000));
  refusals.message(sip('<', 'INVITE', { transport: 'TCP' }), 'x'.repeat(9000));
  expect(events).toEqual([]);
  refusals.message(sip('<', 'INVITE'), 'x'.repeat(8192));
  expect(events).toMatchObject([{ text: expect.stringContaining('8192 bytes') as string }]);
});

test('a datagram that could not be read', () => {
  const { log: refusals, events } = log('4.10.0');
  refusals.line('sip: msg decode err: Bad message [74]');
  refusals.line('something else: Bad message [74]');
  expect(events).toEqual([
    { type: 'warning', text: 'baresip dropped a datagram it could not read as SIP: Bad message' },
  ]);
});
