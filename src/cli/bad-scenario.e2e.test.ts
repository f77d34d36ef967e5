/** A mistake of a scenario or a server leads to one clear failure, with its place and a remedy. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import { peerSdp, rawPeer } from '../testing/agents/raw-peer.js';
import { runScenario } from '../testing/cli/run-files.js';
import { shownTogether } from '../testing/cli/run-together.js';

interface Case {
  what: string;
  source: string;
  error: string | RegExp;
  hint?: string;
  at: string;
}

function expectFailure(stdout: string, { error, hint, at }: Omit<Case, 'what' | 'source'>): void {
  if (typeof error === 'string') expect(stdout).toContain(`    ${error}\n`);
  else expect(stdout).toMatch(error);
  if (hint !== undefined) expect(stdout).toContain(`hint: ${hint}\n`);
  expect(stdout).toContain(`at it.js:${at}\n`);
  expect(stdout).toMatch(/^ {4}> \d+ \|/m);
  expect(stdout).toMatch(/see more: offhook run it\.js (--lab )?-v --sip-trace\n/);
  expect(stdout).toMatch(/^ {2}✗ failed in/m);
}

function cases(title: string, list: readonly Case[]): void {
  describe(title, () => {
    let shown: Awaited<ReturnType<typeof shownTogether>>;
    beforeAll(async () => {
      shown = await shownTogether(list.map(({ source }) => source));
    });

    it.each(list.map((one, index) => ({ ...one, index })))('$what', ({ index, ...expected }) => {
      expectFailure(shown.of(index), expected);
    });

    it('all have failed, and nothing else is told', () => {
      const { code, stdout, stderr } = shown.result;
      expect(stdout).toContain(`\n${list.length} scenarios: ${list.length} failed in `);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    });
  });
}

cases('options and arguments', [
  {
    what: 'a misspelt option',
    source: "agent('alice', { pasword: 'x' });",
    error: 'agent(): there is no option "pasword" [E_ARGUMENT]',
    hint: 'did you mean "password"?',
    at: '1:1',
  },
  {
    what: 'an unknown option',
    source: "agent('alice', { zzz: 1 });",
    error: /agent\(\): there is no option "zzz" \[E_ARGUMENT\]/,
    at: '1:1',
  },
  {
    what: 'a mistyped option',
    source: "const a = 1;\nagent('alice', { regint: 'x' });",
    error:
      'agent(): option "regint" must be a whole number from 5 to 86400: got "x" (string) [E_ARGUMENT]',
    at: '2:1',
  },
  {
    what: 'a value outside its list',
    source: "agent('alice', { transport: 'UDP' });",
    error:
      'agent(): option "transport" must be "udp", "tcp" or "tls": got "UDP" (string) [E_ARGUMENT]',
    hint: 'did you mean "udp"?',
    at: '1:1',
  },
  {
    what: 'a mistyped argument',
    source: "const a = agent('alice'); a.dial(5);",
    error:
      'dial(): "target" must be an agent, a SIP or tel URI, or a number as text: got 5 (number) [E_ARGUMENT]',
    hint: 'write "5"',
    at: '1:27',
  },
  {
    what: 'a duration in milliseconds',
    source: 'wait(5000);',
    error: /wait\(\): "duration" must be .* got 5000 \(number\) \[E_ARGUMENT\]/,
    hint: 'write "5000ms" for milliseconds',
    at: '1:1',
  },
  {
    what: 'a missing variable',
    source: "agent(env('NOWHERE_SET'));",
    error: 'env("NOWHERE_SET"): not set, and no default was given [E_ENV_MISSING]',
    hint: 'set it with --set NOWHERE_SET=..., in an .env file, or give a default: env("NOWHERE_SET", "...")',
    at: '1:7',
  },
  {
    what: 'a scenario after something that acts',
    source: "agent('a');\nscenario('x', () => {});",
    error: /^ {4}scenario\(\): .* \[E_SCRIPT_STRUCTURE\]/m,
    hint: 'move what comes before it into setup()',
    at: '2:1',
  },
]);

cases('agents and calls', [
  {
    what: 'two agents of one name',
    source: "agent('alice');\nagent('alice');",
    error:
      'agent "alice": not started: this scenario already has an agent with that name [E_AGENT_NAME]',
    hint: 'give each agent a name of its own',
    at: '2:1',
  },
  {
    what: 'dialling itself',
    source: "const a = agent('a');\na.dial(a);",
    error: 'agent "a": dial(): its target is the agent itself [E_TARGET]',
    hint: 'make a second agent for the other side',
    at: '2:1',
  },
  {
    what: 'a call of another agent',
    source:
      "const a = agent('a'), b = agent('b');\na.dial(b);\nawait_until(() => assert(b.state).equals(State.Ringing));\na.hangup(b.calls[0]);",
    error: 'agent "a": hangup(): the call belongs to agent "b" [E_ARGUMENT]',
    hint: 'pass a call of the agent itself, from its calls',
    at: '4:1',
  },
  {
    what: 'no call where one is wanted',
    source: "const a = agent('a');\na.hangup('first');",
    error:
      'hangup(): takes an options object or a call of the agent: got "first" (string) [E_ARGUMENT]',
    hint: 'take it from calls: agent.calls[0]',
    at: '2:1',
  },
  {
    what: 'dialling while in a call',
    source: "const [a, b] = [agent('a'), agent('b')];\na.dial(b);\na.dial(b);",
    error:
      /agent "a": dial: dialling while in a call: with sip:b@127\.0\.0\.1:\d+, (Calling|Ringing)/,
    hint: 'hang up first, or dial from another agent',
    at: '3:1',
  },
  {
    what: 'hanging up without a call',
    source: "const a = agent('a');\na.hangup();",
    error: 'agent "a": hangup: the agent has no call [E_CALL_STATE]',
    hint: 'dial or accept one first',
    at: '2:1',
  },
  {
    what: 'accepting without a call',
    source: "const a = agent('a');\na.accept();",
    error: 'agent "a": accept: no call is waiting (waited 5.0 s) [E_CALL_TIMEOUT]',
    hint: 'let somebody dial this agent first',
    at: '2:1',
  },
  {
    what: 'registering without a registrar',
    source: "const a = agent('a');\na.register();",
    error: 'agent "a": register: the agent has no registrar [E_REGISTER]',
    hint: 'give the agent a domain',
    at: '2:1',
  },
  {
    what: 'an unknown host to register with',
    source: "const a = agent('a', { domain: 'nowhere.invalid' });\na.register();",
    error:
      'agent "a": register: REGISTER was not sent: the host "nowhere.invalid" is not known: its name has no address [E_REGISTER]',
    hint: 'check the spelling of domain and outbound, or write an IP address',
    at: '2:1',
  },
  {
    what: 'an unknown host to dial',
    source:
      "const a = agent('a');\na.dial('sip:x@nowhere.invalid');\nawait_until(() => assert(a.state).equals(State.Ringing), '300ms');",
    error:
      /await_until\(\): a\.state: never held .*\n +expected: equals "Ringing"\n +seen: +"Idle"/,
    at: '3:1',
  },
  {
    what: 'a name only the hosts file knows',
    source: "const a = agent('a', { domain: 'localhost:9' });\na.register();",
    error:
      'agent "a": register: REGISTER was not sent: baresip found no address of the host "localhost" [E_REGISTER]',
    hint: 'baresip asks name servers only, never the hosts file: write "127.0.0.1:9" instead',
    at: '2:1',
  },
  {
    what: 'a registrar that is down (TCP)',
    source: "const a = agent('a', { domain: '127.0.0.1:9', transport: 'tcp' });\na.register();",
    error: 'agent "a": register: REGISTER was not sent: Connection refused [E_REGISTER]',
    hint: 'nothing listens at 127.0.0.1:9: check the port and the transport, and that the registrar runs',
    at: '2:1',
  },
  {
    what: 'a registrar that is down (UDP)',
    source:
      "const a = agent('a', { domain: '127.0.0.1:9' });\na.register();\nawait_until(() => assert(a.registered).is_true(), '300ms');",
    error: 'await_until(): a.registered: never held (waited 300 ms) [E_AWAIT_TIMEOUT]',
    hint: 'agent "a" is not registered: no final answer to REGISTER yet: check domain, outbound, transport, and that the registrar runs',
    at: '3:1',
  },
]);

const TALKING =
  "const [a, b] = [agent('a'), agent('b')]; a.dial(b); b.accept(); await_until(() => assert(a.state).equals(State.Established));\n";

cases('hold, mute and media', [
  {
    what: 'holding without a call',
    source: "const a = agent('a');\na.hold();",
    error: 'agent "a": hold: the agent has no call [E_CALL_STATE]',
    hint: 'dial or accept one first',
    at: '2:1',
  },
  {
    what: 'resuming without a call',
    source: "const a = agent('a');\na.resume();",
    error: 'agent "a": resume: the agent has no call [E_CALL_STATE]',
    at: '2:1',
  },
  {
    what: 'muting a call that is not answered',
    source: "const [a, b] = [agent('a'), agent('b')];\na.dial(b);\na.mute();",
    error:
      /agent "a": mute: the call with sip:b@127\.0\.0\.1:\d+ is not answered: (Calling|Ringing) \[E_CALL_STATE\]/,
    hint: 'wait for State.Established first',
    at: '3:1',
  },
  {
    what: 'holding a call that is over',
    source: `${TALKING}const [call] = a.calls; a.hangup();\na.hold(call);`,
    error: /agent "a": hold: the call with sip:b@\S+ has ended: bye by local \[E_CALL_STATE\]/,
    at: '3:1',
  },
  {
    what: 'holding a call of another agent',
    source: `${TALKING}a.hold(b.calls[0]);`,
    error: 'agent "a": hold(): the call belongs to agent "b" [E_ARGUMENT]',
    hint: 'pass a call of the agent itself, from its calls',
    at: '2:1',
  },
  {
    what: 'holding something that is not a call',
    source: `${TALKING}a.hold(b);`,
    error: /hold\(\): takes an options object or a call of the agent: got .* \[E_ARGUMENT\]/,
    at: '2:1',
  },
  {
    what: 'dialling beside a call that is not on hold',
    source: `${TALKING}a.dial('sip:x@127.0.0.1:9');`,
    error: /agent "a": dial: dialling while in a call: with sip:b@127\.0\.0\.1:\d+, Established/,
    hint: 'hold() it first, hang up, or dial from another agent',
    at: '2:1',
  },
  {
    what: 'resuming one of two calls, without saying which',
    source:
      TALKING +
      "const c = agent('c'), d = agent('d'); a.hold(); a.dial(c); c.accept(); await_until(() => assert(a.state).equals(State.Established));\n" +
      'a.hold(); a.dial(d); d.accept(); await_until(() => assert(a.state).equals(State.Established));\n' +
      'a.resume();',
    error: /agent "a": resume: 2 calls are on hold: with sip:b@\S+ and sip:c@\S+ \[E_CALL_STATE\]/,
    hint: 'say which one: resume(agent.calls[0])',
    at: '4:1',
  },
  {
    what: 'verifying media without a call',
    source: "const a = agent('a');\na.verify_media();",
    error: 'agent "a": verify_media: the agent has no call [E_CALL_STATE]',
    hint: 'dial or accept one first',
    at: '2:1',
  },
  {
    what: 'verifying media of a held call',
    source: `${TALKING}a.verify_media(); b.hold();\nawait_until(() => assert(a.rtp?.flowing).is_false()); a.verify_media('300ms');`,
    error:
      /agent "a": verify_media: RTP stopped (?:\d+ ms|1\.\d s) ago, after \d+ packets, on hold \(remote\) \(waited 300 ms\) \[E_MEDIA\]/,
    hint: 'resume the call first, on the side that holds it',
    at: '3:55',
  },
  {
    what: 'verifying silence where media flows',
    source: `${TALKING}a.verify_no_media('2s');`,
    error:
      /agent "a": verify_no_media: RTP received: \d+ packets \(after (?:\d+ ms|1\.\d s) of 2\.0 s\) \[E_MEDIA\]/,
    at: '2:1',
  },
  {
    what: 'verifying media in a condition',
    source: `${TALKING}await_until(() => a.verify_media());`,
    error: /verify_media\(\): called inside a condition: .* \[E_CONDITION\]/,
    at: '2:19',
  },
  {
    what: 'a misspelt option of wait()',
    source: "wait('1s', { medai: true });",
    error: 'wait(): there is no option "medai" [E_ARGUMENT]',
    hint: 'did you mean "media"?',
    at: '1:1',
  },
]);

it.concurrent.each([
  {
    what: "wait('5s', { media: true })",
    error: /agent "a": wait: no RTP received \(after (?:9\d\d ms|1\.\d s) of 5\.0 s\) \[E_MEDIA\]/,
  },
  {
    what: "a.verify_media('400ms')",
    error: /agent "a": verify_media: no RTP received \(waited 400 ms\) \[E_MEDIA\]/,
  },
  {
    what: "wait('20s')",
    options: { rtp_timeout: 1 },
    error:
      /agent "a": the call dropped during wait: ended by error: media .* \(after \d+(?:\.\d)? m?s of 20 s\) \[E_WAIT_DROPPED\]/,
    hint: 'if the call is to end, wait for its end: await_until(() => assert(agent.state).equals(State.Idle))',
  },
])('an answer without any RTP: $what', async ({ what, options = {}, ...expected }) => {
  const peer = await rawPeer((method) =>
    method === 'INVITE' ? [`200 OK\r\n\r\n${peerSdp()}`] : method === 'ACK' ? [] : ['200 OK'],
  );
  const { code, stdout } = await runScenario(
    `const a = agent('a', ${JSON.stringify(options)}); a.dial('${peer.uri}'); await_until(() => assert(a.state).equals(State.Established));\n${what};`,
  );
  peer.close();
  expectFailure(stdout, { ...expected, at: '2:1' });
  expect(code).toBe(1);
});

it('a wrong password: what the registrar answered', async () => {
  const { code, stdout } = await runScenario(
    `const a = agent('alice', { username: env('A_USER'), password: 'wrong', domain: env('SIP_DOMAIN') });
a.register();
await_until(() => assert(a.registered).is_true(), '500ms');`,
    ['--lab'],
  );
  expectFailure(stdout, {
    error: /await_until\(\): a\.registered: never held .*\n +expected: is true\n +seen: +false/,
    hint: 'agent "alice" is not registered: the registrar answered 403 Wrong Password: check username, password and auth_user',
    at: '3:1',
  });
  expect(stdout).toMatch(/\|<-+ 403 Wrong Password -+\|/);
  expect(stdout).not.toContain('wrong');
  expect(code).toBe(1);
});

it('a local port in use', async () => {
  const taken = createSocket('udp4');
  taken.bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  const { code, stdout } = await runScenario(`agent('a', { local_port: ${port} });`);
  taken.close();
  expect(stdout).toContain(
    `agent "a": port ${port} or ${port + 1} of 127.0.0.1 is in use [E_AGENT_START]\n`,
  );
  expect(stdout).toContain('hint: choose another local_port, or leave it out\n');
  expect(stdout).toContain('at it.js:1:1\n');
  expect(code).toBe(3);
});

cases('habits from elsewhere', [
  {
    what: 'a timer',
    source: 'const a = 1;\nsetTimeout(() => {}, 5);',
    error: "ReferenceError: 'setTimeout' is not defined [E_SCRIPT_THROWN]",
    hint: 'wait with wait() or await_until(): a scenario has no timers',
    at: '2:1',
  },
  {
    what: 'a misspelt function',
    source: 'await_untill(() => true);',
    error: "ReferenceError: 'await_untill' is not defined [E_SCRIPT_THROWN]",
    hint: 'did you mean "await_until"?',
    at: '1:1',
  },
  {
    what: 'a misspelt state',
    source: 'await_until(() => State.Idle === State.Established || State.Rining);',
    error: 'State: there is no "Rining" [E_ARGUMENT]',
    hint: 'use one of Idle, Calling, Ringing, Established',
    at: '1:55',
  },
]);
