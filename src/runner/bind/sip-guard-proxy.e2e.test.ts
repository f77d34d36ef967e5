/** A proxy in front of an agent says what the script wants: the policy holds for it as for baresip. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { rawPeer, type RawPeer } from '../../testing/raw-peer.js';
import { eventsOf, runScenario } from '../../testing/run-files.js';

/** Nobody may be reached there. */
let forbidden: RawPeer;
beforeAll(async () => {
  forbidden = await rawPeer(() => ['200 OK']);
});
beforeEach(() => {
  forbidden.received.length = 0;
});
afterAll(() => {
  forbidden.close();
});

const SDP = `v=0\\r\\no=- 1 1 IN IP4 192.0.2.9\\r\\ns=-\\r\\nc=IN IP4 192.0.2.9\\r\\nt=0 0\\r\\nm=audio 4000 RTP/AVP 0\\r\\n`;

/** `BAD` is the URI that may not be reached; a and b are agents in a call, a with a proxy. */
const ATTACKS: Readonly<Record<string, string>> = {
  'a call': 'a.hangup(); a.dial(BAD, { headers: { X: "1" } })',
  'a request': 'a.request("OPTIONS", BAD)',
  'a message': 'a.message(BAD, "x", { content_type: "a/b" })',
  'a redirection': 'a.deflect(BAD)',
  'a session description in the call': `a.request("UPDATE", { body: "${SDP}", content_type: "application/sdp" })`,
  'a session description outside': `a.request("OPTIONS", b, { body: "${SDP}", content_type: "application/sdp" })`,
  'a proxy of its own': 'agent("c", { proxy: true, outbound: BAD })',
  'a transfer by somebody else': `const p = peer("p"); a.hangup(); p.dial(a); a.accept();
    await_until(() => assert(p.state).equals(State.Established)); p.refer(BAD)`,
};

const PROLOGUE = `const BAD = env("BAD"); const a = agent("a", { proxy: true }); const b = agent("b");
a.dial(b); b.accept(); await_until(() => assert(a.state).equals(State.Established));\n`;

const run = (source: string) =>
  runScenario(source, ['--json', '--set', `BAD=${forbidden.uri}`, '--allow-sip', '1@192.0.2.1']);

test('every attack is denied, and nothing arrives', async () => {
  const scenarios = Object.entries(ATTACKS).map(
    ([name, attack]) => `scenario(${JSON.stringify(name)}, () => { ${PROLOGUE}${attack} });`,
  );
  const { stdout } = await run(scenarios.join('\n'));
  const codes = eventsOf(stdout).flatMap((event) =>
    event.type === 'scenario_finished'
      ? [[event.scenario.name, event.failures.map(({ code }) => code)] as const]
      : [],
  );
  expect(Object.fromEntries(codes)).toEqual(
    Object.fromEntries(Object.keys(ATTACKS).map((name) => [name, ['E_SIP_DENIED']])),
  );
  expect(forbidden.received).toEqual([]);
});
