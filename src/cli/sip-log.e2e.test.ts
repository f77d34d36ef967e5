/** What a script reads of messages only an SBC or PBX sends, and --metrics: whole runs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rawPeer } from '../testing/agents/raw-peer.js';
import { eventsOf, runFiles, runScenario } from '../testing/cli/run-files.js';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n';
const MEDIA = 'm=audio 9 RTP/AVP 0\r\na=sendonly\r\n';

const FORWARDED = [
  '100 Trying',
  '181 Call Is Being Forwarded\r\nDiversion: <sip:first@h>;reason=unconditional\r\nDiversion: <sip:second@h>;reason=user-busy',
  `183 Session Progress\r\nP-Asserted-Identity: "Bob" <sip:+15550100@h>\r\nContent-Type: application/sdp\r\n\r\n${SDP}${MEDIA}`,
  '486 Busy Here\r\nReason: Q.850;cause=17;text="User busy"',
];

describe.concurrent('messages of a peer that is not a baresip', () => {
  it('are assertable: Diversion, early media, PAI, Reason', async ({ onTestFinished }) => {
    const peer = await rawPeer((method) => (method === 'INVITE' ? FORWARDED : []));
    // Not afterEach(), which would close it when a test that runs beside this one ends.
    onTestFinished(() => {
      peer.close();
    });
    const source = `
      const alice = agent('alice');
      alice.dial(env('PEER'));
      await_sequence([
        () => assert(alice.provisional).equals([181]),
        () => assert(alice.early_media).is_true(),
        () => assert(alice.state).equals(State.Idle),
      ]);
      assert(alice.provisional).equals([181, 183]);
      const [forwarded] = alice.sip.received(181);
      assert(forwarded.headers('diversion').map((one) => one.split(';')[1]))
        .equals(['reason=unconditional', 'reason=user-busy']);
      const [progress] = alice.sip.received(183);
      assert(progress.header('P-Asserted-Identity')).matches(/^"Bob" <sip:\\+15550100@/);
      assert(progress.sdp.media[0].direction).equals('sendonly');
      assert(alice.sip.received(486)[0].header('reason')).contains('cause=17');
      assert(alice.sip.sent('ACK')).is_not_empty();
      assert(alice.status_code).equals(486);`;
    const { code, stdout } = await runScenario(source, ['--set', `PEER=${peer.uri}`]);
    expect(code === 0 ? '' : stdout).toBe('');
  });
});

const QUALITY = readFileSync(new URL('../../examples/call-quality.js', import.meta.url), 'utf8');
const SHORT = `
  const [alice, bob] = [agent('alice'), agent('bob', { answer: 'auto' })];
  agent('carol');
  alice.dial(bob);
  await_until(() => assert(bob.state).equals(State.Established));
  alice.hangup();`;

describe.concurrent('--metrics', () => {
  it('tells what each agent heard, in the console and as events', async () => {
    let events = '';
    const { code, stdout } = await runFiles(
      { 'it.js': QUALITY },
      ['run', '-q', 'it.js', '--metrics', '--reporter', 'ndjson=out.ndjson'],
      {
        after: (folder) => {
          events = readFileSync(`${folder}/out.ndjson`, 'utf8');
          return Promise.resolve();
        },
      },
    );
    expect(code).toBe(0);
    for (const name of ['alice', 'bob  ']) {
      const line = `s  ${name}  metrics: MOS 4\\.\\d+, round trip \\S+ m?s, jitter \\S+ m?s, \\S+ % lost, \\d+ packets received, \\d+ sent; 1 call\n`;
      expect(stdout).toMatch(new RegExp(line));
    }
    const metrics = eventsOf(events).flatMap((event) => (event.type === 'metric' ? [event] : []));
    expect(metrics).toMatchObject([
      { agent: 'alice', calls: 1, quality: { packet_loss: expect.any(Number) as number } },
      { agent: 'bob', calls: 1, quality: { mos: expect.any(Number) as number } },
    ]);
    expect(metrics[0]?.packets.received).toBeGreaterThan(100);
  });

  it('says so when a call was too short for a report, or there was none', async () => {
    const { stdout } = await runScenario(SHORT, ['--metrics']);
    expect(stdout).toMatch(/s {2}alice {2}metrics: no RTCP report; 1 call\n/);
    expect(stdout).toMatch(/s {2}carol {2}metrics: no RTCP report; 0 calls\n/);
  });

  it('is told only when it was asked for', async () => {
    const { stdout } = await runScenario(SHORT, ['--json']);
    expect(eventsOf(stdout).filter((event) => event.type === 'metric')).toEqual([]);
  });
});
