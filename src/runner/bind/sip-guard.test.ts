import { describe, expect, test } from 'vitest';
import type { UserAgent } from '../../agents/user-agent.js';
import { NEW_AGENT } from '../../model/agent-state.js';
import type { HeaderField, SipMessage } from '../../sip/sip-message.js';
import { makePolicy } from '../../policy/policy.js';
import { ScenarioSipGuard } from './sip-guard.js';

const BOB = '127.0.0.1:5070';
const AGENTS = {
  bob: { contact: `sip:bob@${BOB}`, alive: true },
  gone: { contact: 'sip:gone@127.0.0.1:5080', alive: false },
  six: { contact: 'sip:six@[::1]:5090', alive: true },
  secure: { contact: 'sip:secure@127.0.0.1:6001;transport=tls', alive: true },
};

/** The part of an agent the guard reads: its address, and whether it is alive. */
const agents = Object.entries(AGENTS).map(
  ([name, { contact, alive }]) =>
    ({ name, contact, serverless: true, state: { ...NEW_AGENT, alive } }) as UserAgent,
);

function guardWith(allowed: readonly string[], maxCalls?: number) {
  const denied: string[] = [];
  const policy = makePolicy({
    untrusted: false,
    isolate: { value: 'never', origin: 'default' },
    read: [],
    sip: { items: allowed, origin: '--allow-sip' },
    maxAgents: { value: 10, origin: 'default' },
    ...(maxCalls === undefined ? {} : { maxCalls: { value: maxCalls, origin: '--max-calls' } }),
  });
  const guard = new ScenarioSipGuard(
    policy,
    () => agents,
    (_agent, error) => denied.push(error.message),
  );
  return { guard: guard.guardOf('alice'), denied, scenario: guard };
}

function sent(
  uri: string,
  remote: string,
  headers: HeaderField[] = [],
  method = 'INVITE',
): SipMessage {
  return {
    direction: 'sent',
    transport: 'UDP',
    local: '127.0.0.1:5060',
    remote,
    method,
    uri,
    call_id: `${uri}${remote}`,
    cseq: 1,
    headers: [['To', `<${uri}>`], ...headers],
    body: '',
  };
}

const DIRECT = { routed: false };
const ALLOWED = ['100@pbx.example', '@10.0.0.1', '200@192.0.2.2:5070', '@127.0.0.1:15060'];
const route = (...uris: string[]): HeaderField[] => uris.map((uri) => ['Route', `<${uri}>`]);

describe('a request that an agent has sent', () => {
  const judge = (message: SipMessage, caller = DIRECT) =>
    guardWith(ALLOWED).guard.sent(message, caller)?.code;

  test.each<[string, string, HeaderField[]]>([
    ['sip:100@pbx.example', '192.0.2.77:5060', []],
    ['sip:100@PBX.example.', '192.0.2.77:5060', []],
    ['SIP:1@10.0.0.1', '10.0.0.1:5060', []],
    ['sips:1@10.0.0.1', '10.0.0.1:5061', []],
    ['sip:1@10.0.0.1:5099;transport=tcp', '10.0.0.1:5099', []],
    ['sip:1@0xa.1', '10.0.0.1:5060', []],
    ['sip:1@[::ffff:10.0.0.1]', '10.0.0.1:5060', []],
    ['sip:200@192.0.2.2:5070', '192.0.2.2:5070', []],
    // the request goes by way of a proxy that is allowed
    ['sip:100@pbx.example', '10.0.0.1:5060', route('sip:10.0.0.1;lr')],
    [
      'sip:100@pbx.example',
      '10.0.0.1:5060',
      [['route', 'Edge <sip:tok@10.0.0.1;lr>, <sip:10.0.0.1:9;lr>']],
    ],
    ['sip:100@pbx.example', '127.0.0.1:15060', route('sip:127.0.0.1:15060;lr')],
    // a proxy that routes strictly: the target is the last Route
    ['sip:10.0.0.1', '10.0.0.1:5060', route('sip:100@pbx.example')],
    // the request goes to maddr
    ['sip:1@10.0.0.1;maddr=10.0.0.1', '10.0.0.1:5060', []],
  ])('allowed: %s to %s %j', (uri, remote, headers) => {
    expect(judge(sent(uri, remote, headers))).toBeUndefined();
  });

  test.each<[string, string, HeaderField[]]>([
    ['sip:101@pbx.example', '192.0.2.77:5060', []],
    // the address differs from the URI
    ['sip:1@10.0.0.1', '192.0.2.66:5060', []],
    ['sip:200@192.0.2.2:5070', '192.0.2.2:5060', []],
    ['sip:200@192.0.2.2:5070', '', []],
    ['sip:1@10.0.0.1;maddr=192.0.2.66', '192.0.2.66:5060', []],
    // a hop that is not allowed, the first or a later one
    ['sip:100@pbx.example', '192.0.2.66:5060', route('sip:192.0.2.66;lr')],
    ['sip:100@pbx.example', '10.0.0.1:5060', route('sip:10.0.0.1;lr', 'sip:evil.example;lr')],
    [
      'sip:100@pbx.example',
      '10.0.0.1:5060',
      [['ROUTE', '<sip:10.0.0.1;lr>,<sip:evil.example;lr>']],
    ],
    ['sip:100@pbx.example', '10.0.0.1:5060', [['Route', 'sip:evil.example']]],
    // strict routing: the target is not allowed
    ['sip:10.0.0.1', '10.0.0.1:5060', route('sip:+19001@pbx.example')],
    // the next hop is allowed, and the request went elsewhere
    ['sip:100@pbx.example', '192.0.2.66:5060', route('sip:10.0.0.1;lr')],
    ['tel:100', '10.0.0.1:5060', []],
  ])('denied: %s to %s %j', (uri, remote, headers) => {
    expect(judge(sent(uri, remote, headers))).toBe('E_SIP_DENIED');
  });

  test.each<[string, string, HeaderField[], boolean]>([
    [`sip:anybody@${BOB}`, BOB, [], true],
    [`SIP:anybody@0x7f.1:5070`, BOB, [], true],
    [`sip:x@${BOB}`, BOB, route(`sip:${BOB};lr`), true],
    ['sip:x@[0:0::1]:5090', '[::1]:5090', [], true],
    ['sip:x@127.0.0.1:6001;transport=tls', '127.0.0.1:6001', [], true],
    // an agent that has ended: another process may have its port
    ['sip:gone@127.0.0.1:5080', '127.0.0.1:5080', [], false],
    // an agent's URI, but the request goes another way
    [`sip:x@${BOB}`, '192.0.2.66:5060', [], false],
    [`sip:x@${BOB}`, '127.0.0.1:5080', [], false],
    [`sip:x@${BOB}`, BOB, route('sip:evil.example;lr'), false],
    [`sip:x@${BOB}`, BOB, route(`sip:${BOB};lr`, 'sip:gone@127.0.0.1:5080;lr'), false],
    [`sip:x@${BOB};maddr=192.0.2.66`, '192.0.2.66:5070', [], false],
    [`sip:x@${BOB}?Route=%3Csip:evil.example%3E`, BOB, [], false],
  ])('to an agent of the scenario: %s to %s %j: %j', (uri, remote, headers, allowed) => {
    const { guard, denied } = guardWith([]);
    expect(guard.sent(sent(uri, remote, headers), DIRECT)?.code).toBe(
      allowed ? undefined : 'E_SIP_DENIED',
    );
    expect(denied).toHaveLength(allowed ? 0 : 1);
  });

  test('every method but those of an INVITE that was judged, and none inside a dialog', () => {
    const to = (method: string, headers: HeaderField[] = []) =>
      judge(sent('sip:+19001@evil.example', '192.0.2.66:5060', headers, method));
    for (const method of ['INVITE', 'MESSAGE', 'REFER', 'NOTIFY', 'PUBLISH', 'X'])
      expect(to(method)).toBe('E_SIP_DENIED');
    for (const method of ['ACK', 'CANCEL']) expect(to(method)).toBeUndefined();
    const within = sent('sip:x@evil.example', '192.0.2.66:5060');
    expect(judge({ ...within, headers: [['t', '<sip:x@evil.example>;tag=1']] })).toBeUndefined();
  });

  test('the denial names the hop, and what would allow it', () => {
    const { guard } = guardWith(ALLOWED);
    const error = guard.sent(sent('sip:1@10.0.0.1', '192.0.2.66:5060'), DIRECT);
    expect(error?.message).toContain('by way of "sip:1@192.0.2.66:5060": not allowed');
    expect(error?.details.hint).toBe("allow it with --allow-sip '1@192.0.2.66:5060'");
  });

  test('through a proxy no agent is ours', () => {
    expect(judge(sent(`sip:x@${BOB}`, BOB), { routed: true })).toBe('E_SIP_DENIED');
  });
});

test('before anything is sent, an agent that has ended is a stranger', () => {
  const { guard } = guardWith([]);
  expect(() => {
    guard.target(`sip:bob@${BOB}`, DIRECT, 'dial');
  }).not.toThrow();
  expect(() => {
    guard.target('sip:gone@127.0.0.1:5080', DIRECT, 'dial');
  }).toThrow('not dialled');
});

test('a call whose INVITE nobody saw is denied wherever something is forbidden', () => {
  const uri = 'sip:100@pbx.example';
  expect(guardWith(ALLOWED).guard.unseen(uri)?.code).toBe('E_SIP_DENIED');
  expect(guardWith(['*'], 3).guard.unseen(uri)?.code).toBe('E_SIP_DENIED');
  expect(guardWith(['*']).guard.unseen(uri)).toBeUndefined();
});

describe('calls that are placed at the same time', () => {
  const OVER = expect.stringMatching(/the scenario has placed 1 \(limit/) as string;

  test('count before their INVITEs are sent, and no longer when none was', async () => {
    const { scenario } = guardWith(['*'], 1);
    let end = (): void => undefined;
    const first = scenario.placing('alice', () => new Promise<void>((resolve) => (end = resolve)));
    const second = (): Promise<number> => scenario.placing('bob', () => Promise.resolve(1));
    await expect(second()).rejects.toMatchObject({ code: 'E_CALL_LIMIT', message: OVER });
    end();
    await first;
    await expect(second()).resolves.toBe(1);
  });

  test('count once, also while their verbs go on', async () => {
    const { scenario, guard } = guardWith(['*'], 2);
    await scenario.placing('alice', async () => {
      expect(guard.sent(sent('sip:1@pbx.example', '192.0.2.1:5060'), DIRECT)).toBeUndefined();
      await expect(scenario.placing('bob', () => Promise.resolve(1))).resolves.toBe(1);
    });
  });
});
