import { afterEach, describe, expect, test } from 'vitest';
import { hasCapability } from '../../baresip/capabilities.js';
import { testBinaries } from '../../testing/agents/agent-bench.js';
import { rawPeer, type RawPeer } from '../../testing/agents/raw-peer.js';
import { eventsOf, logsOf, runScenario } from '../../testing/cli/run-files.js';

const binaries = await testBinaries();

/** An SDP answer to any offer of baresip. */
const ANSWER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 9 RTP/AVP 0',
  'a=sendrecv',
  '',
].join('\r\n');

function hostOf({ uri }: RawPeer): string {
  return uri.replace(/^.*@/, '');
}

/** Allows the peer itself; the targets the peer sends the agent to are not allowed. */
const onlyTo = (peer: RawPeer): string[] => ['--allow-sip', `peer@${hostOf(peer)}`];
const DIAL = `const alice = agent("alice");
alice.dial(env("PEER"));
try { await_until(() => assert(alice.state).equals("never"), "3s"); } catch (error) { log(error.code); }`;

describe.each(binaries)('baresip $version and a peer that steers it', ({ path, version }) => {
  const follows = !hasCapability(version, 'redirect_choice');
  const peers: RawPeer[] = [];
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.close();
  });

  const makePeer = async (answer: Parameters<typeof rawPeer>[0]): Promise<RawPeer> => {
    const peer = await rawPeer(answer);
    peers.push(peer);
    return peer;
  };
  const busy = (): Promise<RawPeer> =>
    makePeer((method) => (method === 'INVITE' ? ['486 Busy Here'] : ['200 OK']));
  /** Sends whoever calls it to the target. */
  const redirecting = (target: () => string): Promise<RawPeer> =>
    makePeer((method) =>
      method === 'INVITE' ? [`302 Moved\r\nContact: <${target()}>`] : ['200 OK'],
    );
  const referring = async (target: () => string): Promise<RawPeer> => {
    let invite = '';
    const peer = await makePeer((method, request) => {
      if (method === 'INVITE') {
        invite = request;
        return [`200 OK\r\n\r\n${ANSWER}`];
      }
      if (method !== 'ACK') return ['200 OK'];
      // RFC 3515, 2.4.1
      peer.within(invite, { method: 'REFER', cseq: 7, more: [`Refer-To: <${target()}>`] });
      return [];
    });
    return peer;
  };
  const run = (peer: RawPeer, flags: readonly string[], source = DIAL) =>
    runScenario(source, ['--json', '--baresip', path, '--set', `PEER=${peer.uri}`, ...flags]);
  const codes = (stdout: string): string[] =>
    eventsOf(stdout).flatMap((event) =>
      event.type === 'scenario_finished' ? event.failures.map(({ code }) => code) : [],
    );
  const invites = ({ received }: RawPeer): number =>
    received.filter((text) => text.startsWith('INVITE')).length;

  test('REFER to a target that is not allowed ends the agent', async () => {
    const target = await busy();
    const peer = await referring(() => target.uri.replace('peer@', '+19001@'));
    const { stdout, code } = await run(peer, onlyTo(peer));
    expect(codes(stdout)[0]).toBe('E_SIP_DENIED');
    // the wait that was running at that moment was cut short
    expect(logsOf(stdout)).toEqual(['E_SIP_DENIED']);
    expect(stdout).toContain(`allow it with --allow-sip '+19001@${hostOf(target)}'`);
    expect(stdout).toContain('the other side made it send INVITE to');
    expect(invites(target)).toBeLessThanOrEqual(1);
    expect(code).toBe(1);
    const ended = eventsOf(stdout).findIndex(
      (event) => event.type === 'agent' && event.entry.event.type === 'exited',
    );
    const told = eventsOf(stdout).findIndex(
      (event) => event.type === 'agent' && event.entry.event.type === 'warning',
    );
    expect(told).toBeGreaterThan(0);
    expect(ended).toBeGreaterThan(told);
  });

  test('REFER and a redirect through a proxy: the INVITE does not leave', async () => {
    const source = DIAL.replace('agent("alice")', 'agent("alice", { proxy: true })');
    expect(source).toContain('proxy');
    const target = await busy();
    for (const make of [referring, redirecting]) {
      const peer = await make(() => target.uri.replace('peer@', '+19001@'));
      const { stdout } = await run(peer, onlyTo(peer), source);
      if (make === referring || follows) expect(codes(stdout)[0]).toBe('E_SIP_DENIED');
      expect(invites(peer)).toBe(1);
      expect(invites(target)).toBe(0);
    }
  });

  test('REFER is followed where every target is allowed, and where its target is', async () => {
    for (const allowed of [[], ['--allow-sip', '*@127.0.0.1']]) {
      const target = await busy();
      const peer = await referring(() => target.uri);
      const { stdout } = await run(peer, allowed);
      expect(codes(stdout)).not.toContain('E_SIP_DENIED');
      expect(invites(target)).toBe(1);
    }
  });

  test('--untrusted: REFER is declined', async () => {
    const target = await busy();
    const peer = await referring(() => target.uri);
    const { stdout } = await run(peer, ['--untrusted', '--allow-sip', `@127.0.0.1`]);
    expect(codes(stdout)[0]).toBe(follows ? 'E_CAPABILITY' : undefined);
    expect(invites(target)).toBe(0);
    if (follows) expect(invites(peer)).toBe(0);
    else
      expect(peer.received.some((text) => /^SIP\/2.0 [3-6]\d\d[^]*CSeq: 7 REFER/.test(text))).toBe(
        true,
      );
  });

  test('--untrusted through a proxy: a call is placed, and a redirect goes nowhere', async () => {
    const source = DIAL.replace('agent("alice")', 'agent("alice", { proxy: true })');
    const target = await busy();
    const peer = await redirecting(() => target.uri.replace('peer@', '+19001@'));
    await run(peer, ['--untrusted', '--allow-sip', `peer@${hostOf(peer)}`], source);
    expect(invites(peer)).toBe(1);
    expect(invites(target)).toBe(0);
  });

  test('a redirect to a target that is not allowed', async () => {
    const target = await busy();
    const peer = await redirecting(() => target.uri.replace('peer@', '+19001@'));
    const { stdout } = await run(peer, onlyTo(peer));
    expect(logsOf(stdout)).toEqual([follows ? 'E_SIP_DENIED' : 'E_AWAIT_TIMEOUT']);
    if (follows) expect(codes(stdout)[0]).toBe('E_SIP_DENIED');
    else expect(invites(target)).toBe(0);
  });

  test('a redirect whose maddr leads elsewhere', async () => {
    const peer: RawPeer = await redirecting(() => `${peer.uri};maddr=127.0.0.2`);
    const { stdout } = await run(peer, onlyTo(peer));
    expect(codes(stdout)[0]).toBe(follows ? 'E_SIP_DENIED' : undefined);
  });

  test('--max-calls counts what a peer makes an agent dial', async () => {
    const target = await busy();
    const peer = await referring(() => target.uri);
    const { stdout } = await run(peer, ['--max-calls', '1']);
    expect(codes(stdout)[0]).toBe('E_CALL_LIMIT');
    expect(logsOf(stdout)).toEqual(['E_CALL_LIMIT']);
  });

  test('--max-calls: the next dial is refused before anything is sent', async () => {
    const peer = await busy();
    const source = `const alice = agent("alice");
      for (let i = 0; i < 3; i++) { alice.dial(env("PEER")); await_until(() => assert(alice.state).equals(State.Idle)); }`;
    const { stdout } = await run(peer, ['--max-calls', '2'], source);
    expect(codes(stdout)).toEqual(['E_CALL_LIMIT']);
    expect(new Set(peer.received.map((text) => /^Call-ID: (.*)$/im.exec(text)?.[1])).size).toBe(2);
  });

  test('--untrusted: agents of the scenario call each other, and nobody else', async () => {
    const source = `const alice = agent("alice"), bob = agent("bob", { transport: "tcp" });
      alice.dial(bob);
      await_until(() => assert(bob.state).equals(State.Ringing));
      bob.accept();
      await_until(() => assert(alice.state).equals(State.Established));
      alice.hangup();
      alice.dial(env("PEER"));`;
    const peer = await busy();
    const { stdout } = await run(peer, ['--untrusted'], source);
    expect(codes(stdout)).toEqual(['E_SIP_DENIED']);
    expect(peer.received).toEqual([]);
  });
});
