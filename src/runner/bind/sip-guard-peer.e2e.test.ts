/**
 * A raw SIP peer does what the script says, and so does a proxy in front of an agent: the policy has to hold on every level of
 * both, octets included.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { rawPeer, type RawPeer } from '../../testing/agents/raw-peer.js';
import { eventsOf, runScenario } from '../../testing/cli/run-files.js';

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

/** Attacks by what they do; `BAD` is the URI that may not be reached, p and q are peers of the scenario. */
const ATTACKS: Readonly<Record<string, string>> = {
  'a call': 'p.dial(BAD)',
  'a request': 'p.request("OPTIONS", BAD)',
  'a message': 'p.message(BAD, "x")',
  'a subscription': 'p.subscribe("dialog", BAD)',
  octets: 'p.send("hello", BAD)',
  'an INVITE as octets': 'p.send(`INVITE ${BAD} SIP/2.0\\r\\nCall-ID: 1\\r\\n\\r\\n`, BAD)',
  'a Route': 'p.request("OPTIONS", q, { headers: { Route: `<${BAD};lr>` } })',
  'a Request-URI for somebody else': 'p.request("OPTIONS", q, { request_uri: BAD })',
  'a Request-URI for somebody else, of a call': 'p.dial(q, { request_uri: BAD })',
  'a Request-URI for somebody else, inside a call': `const bob = agent("bob");
    p.dial(bob); bob.accept(); await_until(() => assert(p.state).equals(State.Established));
    p.bye({ request_uri: BAD })`,
  'a number that is not allowed, as a tel URI':
    'p.dial("sip:1@192.0.2.1", { request_uri: "tel:900" })',
  'a Request-URI for somebody else as octets':
    'p.send(`OPTIONS sip:x@192.0.2.1 SIP/2.0\\r\\nRoute: <${BAD};lr>\\r\\n\\r\\n`, "sip:192.0.2.1:5060")',
  'a target inside a dialog': `const t = p.subscribe("dialog", q);
    await_until(() => assert(t.final).is_present());
    p.request("SUBSCRIBE", BAD, { in: t })`,
  'a Contact in an answer': `p.dial(q); q.respond(200, "OK", { contact: \`<\${BAD}>\` });`,
  'a Contact in an answer, as octets': 'p.send(`SIP/2.0 200 OK\\r\\nm: <${BAD}>\\r\\n\\r\\n`, q)',
  'a Record-Route': 'p.dial(q, { headers: { "Record-Route": `<${BAD};lr>` } })',
  'a folded Contact': 'p.send(`INVITE sip:q SIP/2.0\\r\\nContact:\\r\\n <${BAD}>\\r\\n\\r\\n`, q)',
  'a session description': `p.dial(q, { sdp: "${SDP}" })`,
  'a session description in an answer': `p.dial(q); q.answer({ sdp: "${SDP}" })`,
  'wishes for a session description': 'p.dial(q, { sdp: { address: "192.0.2.9" } })',
  'a candidate': 'p.dial(q, { sdp: { lines: ["a=candidate:1 1 UDP 1 192.0.2.9 4000 typ host"] } })',
  'a recorder': 'p.record_session(BAD)',
  'addresses of a recording session': 'p.record_session(q, { sdp: { address: "192.0.2.9" } })',
  'an answer of a recorder': `const r = peer("r", { recorder: true }); p.record_session(r);
    r.answer({ sdp: { address: "192.0.2.9" } })`,
  'a transfer': `p.dial(q); q.answer(); await_until(() => assert(p.state).equals(State.Established));
    p.refer(BAD)`,
  'a proxy': 'peer("r", { outbound: BAD }).ping(q)',
  'a registrar': 'peer("r", { domain: BAD.replace(/^.*@/, "") }).register()',
};

/** Attacks through the proxy in front of an agent. `BAD` is the URI that may not be reached; a and b are in a call, a has the proxy. */
const THROUGH_A_PROXY: Readonly<Record<string, string>> = {
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

const IN_A_CALL = `const BAD = env("BAD"); const a = agent("a", { proxy: true }); const b = agent("b");
a.dial(b); b.accept(); await_until(() => assert(a.state).equals(State.Established));\n`;

const prologue = 'const BAD = env("BAD"); const p = peer("p"); const q = peer("q");\n';
const run = (source: string, flags: readonly string[]) =>
  runScenario(source, ['--json', '--set', `BAD=${forbidden.uri}`, ...flags]);
const codes = (stdout: string): string[] => finished(stdout).flatMap(([, all]) => all);

/** Name and error codes of each scenario. */
function finished(stdout: string): [name: string, codes: string[]][] {
  return eventsOf(stdout).flatMap((event): [string, string[]][] =>
    event.type === 'scenario_finished'
      ? [[event.scenario.name, event.failures.map(({ code }) => code)]]
      : [],
  );
}

test('every attack is denied, and nothing arrives', async () => {
  const scenarios = Object.entries(ATTACKS).map(
    ([name, attack]) => `scenario(${JSON.stringify(name)}, () => { ${prologue}${attack} });`,
  );
  const { stdout } = await run(scenarios.join('\n'), ['--allow-sip', '1@192.0.2.1', '--jobs', '4']);
  expect(Object.fromEntries(finished(stdout))).toEqual(
    Object.fromEntries(Object.keys(ATTACKS).map((name) => [name, ['E_SIP_DENIED']])),
  );
  expect(forbidden.received).toEqual([]);
});

test('the same through a proxy in front of an agent', async () => {
  const scenarios = Object.entries(THROUGH_A_PROXY).map(
    ([name, attack]) => `scenario(${JSON.stringify(name)}, () => { ${IN_A_CALL}${attack} });`,
  );
  const { stdout } = await run(scenarios.join('\n'), ['--allow-sip', '1@192.0.2.1']);
  expect(Object.fromEntries(finished(stdout))).toEqual(
    Object.fromEntries(Object.keys(THROUGH_A_PROXY).map((name) => [name, ['E_SIP_DENIED']])),
  );
  expect(forbidden.received).toEqual([]);
});

test('what is allowed goes through, and peers of the scenario reach each other', async () => {
  const host = forbidden.uri.replace(/^.*@/, '');
  const source = `${prologue}assert(p.ping(BAD).status).equals(200);
p.dial(q); q.answer(); await_until(() => assert(p.state).equals(State.Established)); q.bye();
p.send("OPTIONS " + BAD + " SIP/2.0\\r\\n\\r\\n", BAD);`;
  const { code, stdout } = await run(source, ['--allow-sip', `peer@${host}`]);
  expect(codes(stdout)).toEqual([]);
  expect(code).toBe(0);
  expect(forbidden.received.length).toBe(2);
});

test('a peer and an agent of the scenario call each other', async () => {
  const source = `const p = peer("p"); const bob = agent("bob");
const up = () => await_until(() => [p, bob].forEach((one) => assert(one.state).equals(State.Established)));
p.dial(bob); bob.accept(); up(); bob.hangup();
bob.dial(p); p.answer(); up(); p.bye();
await_until(() => assert(bob.state).equals(State.Idle));`;
  const { stdout } = await run(source, ['--allow-sip', '1@192.0.2.1']);
  expect(codes(stdout)).toEqual([]);
});

test('every INVITE counts as a call, whatever level it comes from', async () => {
  const source = `${prologue}p.dial(q);
p.request("INVITE", q);
p.send(p.message_text({ start: "INVITE " + q.aor + " SIP/2.0", headers: [["Call-ID", "third"]] }), q);`;
  const { stdout } = await run(source, ['--max-calls', '2']);
  expect(codes(stdout)).toEqual(['E_CALL_LIMIT']);
});

test('peers count as agents', async () => {
  const { stdout } = await run(`${prologue}peer("r");`, ['--max-agents', '2']);
  expect(codes(stdout)).toEqual(['E_AGENT_LIMIT']);
});
