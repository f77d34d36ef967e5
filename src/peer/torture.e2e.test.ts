/**
 * RFC 4475 and RFC 5118, sent by a peer to a peer and to a real baresip over UDP, in one run: nobody crashes or hangs, and
 * both still answer after each message.
 *
 * A peer is lenient where the RFC names a refusal. It answers without 400 what lacks fields or breaks the grammar behind
 * the start line (badinv01, clerr, ncl, scalar02, quotbal, ltgtruri, escruri, baddate, regbadct, badaspec, baddn,
 * mismatch01, insuf, multi01, mcl01, ipv6-bad), takes any Request-URI instead of 416 (unkscm, novelsc, unksm2), any
 * Require instead of 420 (bext01) and any body instead of 415 (invut): which refusal a test wants, the script says, by
 * respond() or on_invite(). A request with another version is no request to it, so that there is no 505 (badvers).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { logsOf, runScenario } from '../testing/cli/run-files.js';
import { RFC_4475, RFC_5118 } from '../testing/torture/all.js';
import { VALID } from '../testing/torture/valid.js';

const ALL = [...RFC_4475, ...RFC_5118];
const RUN_MS = 55_000;

const SCENARIO = `
const MESSAGES = ${JSON.stringify(ALL.map(({ name, octets }) => ({ name, octets })))};
const [p, q, bob] = [peer('sender'), peer('receiver'), agent('bob')];
q.on_invite([[486]]);
function codesAfter(octets, to) {
  const id = /^(?:Call-ID|i) *: *([^\\r\\n]*)/im.exec(octets)?.[1] ?? '';
  const before = to.sip.all().length;
  p.send(octets, to, 'latin1');
  assert(p.ping(to).status).equals(200);
  const codes = to.sip.all().slice(before)
    .filter((one) => one.direction === 'sent' && one.code !== undefined)
    // neither the answer to the ping, nor an earlier answer that is sent again
    .filter((one) => one.call_id === id)
    .map((one) => one.code);
  return [...new Set(codes)];
}
for (const { name, octets } of MESSAGES) {
  log(JSON.stringify([name, codesAfter(octets, q), codesAfter(octets, bob)]));
}
// and calls still work
q.on_invite([[200]]);
const call = p.dial(q);
await_until(() => assert(call.final?.code).equals(200));
p.hangup();
p.dial(bob);
await_until(() => assert(bob.state).equals(State.Ringing));
`;

/** Nothing is answered: responses, and start lines that are none. */
const SILENT = [
  ...['unreason', 'noreason', 'scalarlg', 'bigcode', 'bcast'],
  ...['lwsruri', 'lwsstart', 'trws', 'badvers'],
];
const IN_A_DIALOG = ['wsinv', 'via-received-param-with-delim', 'mult-ip-in-header'];
const UNKNOWN_METHODS = ['intmeth', 'esc02', 'mismatch02'];

/** What a lenient peer answers: 200, or by on_invite() 486 to an INVITE. */
function expected(name: string, octets: string): number[] {
  if (SILENT.includes(name)) return [];
  if (IN_A_DIALOG.includes(name)) return [481];
  if (UNKNOWN_METHODS.includes(name)) return [405];
  return [octets.startsWith('INVITE ') ? 486 : 200];
}

let answers: ReadonlyMap<string, readonly [peer: number[], agent: number[]]>;

beforeAll(async () => {
  const { stdout, code } = await runScenario(SCENARIO, ['--json', '--timeout', '50s'], {
    timeout: RUN_MS,
  });
  expect(code, stdout.slice(-3000)).toBe(0);
  const lines = logsOf(stdout).map((text) => JSON.parse(text) as [string, number[], number[]]);
  answers = new Map(lines.map(([name, peer, agent]) => [name, [peer, agent]]));
}, RUN_MS);

describe('a peer', () => {
  it.each(ALL)('$section $name', ({ name, octets }) => {
    expect(answers.get(name)?.[0]).toEqual(expected(name, octets));
  });
});

describe('baresip', () => {
  // Its parser knows no line that is longer than its buffers (longreq).
  const requests = VALID.filter(({ name }) => !SILENT.includes(name) && name !== 'longreq');

  it.each(requests)('answers the valid request $section $name', ({ name }) => {
    expect(answers.get(name)?.[1]).toHaveLength(1);
  });

  it.each(ALL.filter(({ name }) => SILENT.includes(name)))(
    'is silent at $section $name',
    ({ name }) => {
      expect(answers.get(name)?.[1]).toEqual([]);
    },
  );
});
