/** Captures of SIP, read by tshark: what Wireshark shows is what the run saw. */
import { execFile } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { SipCaptureReporter } from '../report/sip/sip-capture.js';
import type { SipMessage } from '../sip/sip-message.js';
import { BY_CONTENT, findWireshark } from '../testing/real-servers.js';
import { runCli } from '../testing/cli/run-cli.js';
import { eventsOf, runFiles, steer, writeFiles } from '../testing/cli/run-files.js';
import { SampleRun, sipMessage } from '../testing/samples/sample-run.js';

let programs: string | undefined;
let tshark: string | undefined;
beforeAll(async () => {
  programs = await findWireshark();
  if (programs !== undefined) tshark = `${programs}/tshark`;
}, 300_000);

const FIELDS = [
  'sip.Method',
  'sip.Status-Code',
  'sip.Call-ID',
  'sip.CSeq.seq',
  'sip.CSeq.method',
  'sip.Via.branch',
  'frame.interface_name',
  'frame.comment',
  '_ws.expert.severity',
  'ip.checksum.status',
  'udp.checksum.status',
  'tcp.checksum.status',
  'sip.Content-Length',
  'sip.msg_body',
] as const;
type Fields = Record<(typeof FIELDS)[number], string>;

/** Returns all packets of a capture, and asserts that tshark finds no fault in any of them. */
async function packetsOf(file: string): Promise<Fields[]> {
  const checked = ['ip', 'udp', 'tcp'].flatMap((name) => ['-o', `${name}.check_checksum:TRUE`]);
  const { stdout } = await promisify(execFile)(
    tshark ?? '',
    [
      '-r',
      file,
      ...checked,
      ...BY_CONTENT,
      '-T',
      'fields',
      ...FIELDS.flatMap((name) => ['-e', name]),
    ],
    { maxBuffer: 2 ** 26 },
  );
  const packets = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split('\t');
      return Object.fromEntries(FIELDS.map((name, at) => [name, values[at] ?? ''])) as Fields;
    });
  for (const packet of packets) {
    for (const name of ['ip', 'udp', 'tcp'] as const) {
      expect(packet[`${name}.checksum.status`]).toMatch(/^1?$/);
    }
    // comments are 0x100000 and remarks about a conversation 0x200000; notes, warnings and errors, which are higher, must not occur
    for (const severity of packet['_ws.expert.severity'].split(',').filter((one) => one !== '')) {
      expect(Number(severity)).toBeLessThanOrEqual(0x200000);
    }
  }
  return packets;
}

function titleOf({ method, code, call_id, cseq, headers }: SipMessage): string {
  const via = headers.find(([name]) => /^via$/i.test(name))?.[1] ?? '';
  const branch = /branch=([^;]+)/.exec(via)?.[1] ?? '';
  return [code === undefined ? method : '', code ?? '', call_id, cseq, method, branch].join(' ');
}

/** The messages that a capture on the wire would have: each as often as it was traced as sent or as received, whichever is more. */
function onTheWire(events: readonly RunEvent[]): string[] {
  const counts = new Map<string, { sent: number; received: number }>();
  for (const event of events) {
    if (event.type !== 'sip') continue;
    const title = `${event.scenario} ${titleOf(event.message)}`;
    const count = counts.get(title) ?? { sent: 0, received: 0 };
    count[event.message.direction] += 1;
    counts.set(title, count);
  }
  return [...counts]
    .flatMap(([title, { sent, received }]) =>
      new Array<string>(Math.max(sent, received)).fill(title.replace(/^\S+ /, '')),
    )
    .sort();
}

function shown(packets: readonly Fields[]): string[] {
  return packets
    .map((packet) =>
      FIELDS.slice(0, 6)
        // a proxy's message has several Via: the first is that of its hop
        .map((name) => packet[name].split(',')[0])
        .join(' '),
    )
    .sort();
}

const CALLS = {
  'calls.js': `
const call = (alice, bob, target = bob) => {
  alice.dial(target);
  await_until(() => assert(bob.state).equals(State.Ringing));
  bob.accept();
  await_until(() => assert(alice.state).equals(State.Established));
  alice.hangup();
  await_until(() => assert(bob.state).equals(State.Idle));
};
for (const transport of ['udp', 'tcp', 'tls']) {
  scenario(transport, () => call(agent('alice', { transport }), agent('bob', { transport })));
}
scenario('registered', () => {
  const at = (user) => ({
    domain: env('SIP_DOMAIN'),
    outbound: env('SIP_PROXY_TCP'),
    username: env(user + '_USER'),
    password: env(user + '_PASS'),
  });
  const [alice, bob] = [agent('alice', at('A')), agent('bob', at('B'))];
  for (const one of [alice, bob]) {
    one.register();
    await_until(() => assert(one.registered).is_true());
  }
  call(alice, bob, env('B_USER'));
});
`,
};

describe.concurrent('tshark reads', () => {
  it('the messages of a run, whatever they went over', async ({ skip }) => {
    if (tshark === undefined) skip();
    let packets: Fields[] = [];
    const { stdout, code } = await runFiles(
      CALLS,
      ['run', 'calls.js', '--lab', '--json', '--sip-trace', 'out/run.PCAPNG'],
      {
        after: async (folder) => {
          packets = await packetsOf(join(folder, 'out/run.PCAPNG'));
        },
      },
    );
    expect(code).toBe(0);
    const expected = onTheWire(eventsOf(stdout));
    expect(expected.length).toBeGreaterThan(3 * 6 + 10);
    expect(shown(packets)).toEqual(expected);
    expect(new Set(packets.map((packet) => packet['frame.interface_name']))).toEqual(
      new Set(['alice', 'bob']),
    );
    for (const { 'frame.comment': comment } of packets) {
      expect(comment).toMatch(
        /^calls\.js › (?:udp|tcp|tls|registered): (?:sent|received) by (?:alice|bob)(?:; over TLS)?$/,
      );
    }
  });

  it('RTP of the agents beside it, where that may be captured', async ({ skip }) => {
    if (programs === undefined) skip();
    const env = { PATH: `${programs}:${process.env['PATH'] ?? ''}` };
    const source = `
      const [alice, bob] = [agent('alice'), agent('bob', { answer: 'auto' })];
      alice.dial(bob);
      await_until(() => assert(alice.state).equals(State.Established));
      wait('500ms');`;
    let rtp: string[] = [];
    const args = ['run', 'it.js', '--json', '--capture', '--sip-trace=t.pcapng'];
    const { code, stdout, stderr } = await runFiles({ 'it.js': source }, args, {
      env,
      after: async (folder) => {
        const fields = ['-Y', 'rtp', '-T', 'fields', '-e', 'udp.srcport'];
        const capture = join(folder, 't.pcapng');
        if (!existsSync(capture)) return;
        const read = ['-r', capture, ...BY_CONTENT, ...fields];
        const lines = await promisify(execFile)(tshark ?? '', read);
        rtp = lines.stdout.split('\n').filter((line) => line !== '');
      },
    });
    if (code === 3) {
      const doctor = await runCli(['doctor', '--all'], { env });
      expect(doctor.stdout).toMatch(/^missing {2}capture of RTP .*cannot capture/m);
      expect(stderr).toMatch(/^offhook: --capture: RTP cannot be captured: .*cannot capture/);
      return;
    }
    const offered = eventsOf(stdout).flatMap((event) =>
      event.type === 'sip' && event.message.direction === 'sent'
        ? (/^m=audio (\d+)/m.exec(event.message.body)?.[1] ?? [])
        : [],
    );
    expect([...new Set(rtp)].sort()).toEqual([...new Set(offered)].sort());
    expect(rtp.length).toBeGreaterThan(20);
  });

  it('what is written so far, while the run goes on and after Ctrl-C', async ({ skip }) => {
    if (tshark === undefined) skip();
    const source = `
      const [alice, bob] = [agent('alice'), agent('bob')];
      alice.dial(bob);
      await_until(() => assert(alice.state).equals(State.Ringing));
      log('it rings');
      wait('20s');`;
    await steer(
      { 'it.js': source },
      ['run', 'it.js', '--sip-trace=t.pcap'],
      async (cli, { folder }) => {
        await cli.waitFor('it rings');
        const methods = async (): Promise<string[]> =>
          (await packetsOf(join(folder, 't.pcap'))).map((one) => one['sip.CSeq.method']);
        const rings = async () => {
          expect(await methods()).toEqual(['INVITE', 'INVITE']);
        };
        await vi.waitFor(rings, { timeout: 20_000 });
        cli.kill('SIGINT');
        expect((await cli.done).code).toBe(130);
        expect(await methods()).toContain('CANCEL');
      },
    );
  });

  const BODY = 'x'.repeat(200_000);
  const raw = (number: number, body: string, length = body.length): string =>
    `MESSAGE sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK${number}\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n` +
    `Call-ID: c\r\nCSeq: ${number} MESSAGE\r\nMax-Forwards: 70\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n${body}`;
  const HOPS: readonly (Partial<SipMessage> & { body?: string; length?: number })[] = [
    { transport: 'TLS', remote: '127.0.0.1:5061', body: 'to the port of TLS' },
    { transport: 'WSS', remote: '127.0.0.1:443', body: 'to a port of the web' },
    { transport: 'TCP', remote: '127.0.0.1:5060', body: BODY },
    { transport: 'TCP', remote: '127.0.0.1:5060', body: 'after it' },
    { transport: 'TCP', remote: '127.0.0.1:5060', body: 'pin: ***', length: 99 },
    { transport: 'TCP', remote: '127.0.0.1:5060', body: 'after it' },
    { transport: 'UDP', remote: '127.0.0.1:5060', body: 'pin: ***', length: 2 },
    { transport: 'UDP', local: '[::1]:10000', remote: '[::1]:5060', body: 'IPv6' },
    { transport: 'TCP', local: '[::1]:10000', remote: '[::1]:5060', body: 'IPv6' },
    { transport: 'UDP', local: '', remote: '', body: 'no addresses' },
  ];

  it.each(['pcap', 'pcapng'] as const)(
    'messages that hardly fit into packets: %s',
    async (format) => {
      if (tshark === undefined) return;
      const { folder, leftovers } = await writeFiles({});
      const file = join(folder, 'odd');
      const stream = createWriteStream(file);
      const reporter = new SipCaptureReporter({ format, write: (bytes) => stream.write(bytes) });
      const run = new SampleRun().begin(1).scenario('a.js', 'odd');
      HOPS.forEach(({ body = '', length, ...fields }, at) => {
        const text = raw(at + 1, body, length);
        const headers = [['Content-Length', `${length ?? body.length}`]] as const;
        run.after(1).sip('alice', sipMessage({ ...fields, headers }), text);
      });
      run.sip('alice', sipMessage({}), raw(99, BODY));
      for (const event of run.events) reporter.on(event);
      stream.end();
      await once(stream, 'close');
      const messages = (await packetsOf(file)).filter((one) => one['sip.Method'] !== '');
      await leftovers.assertNothingLeft();
      expect(messages.map((one) => Number(one['sip.CSeq.seq']))).toEqual([
        ...HOPS.map((_, at) => at + 1),
        99,
      ]);
      expect(messages.map((one) => Number(one['sip.Content-Length'])).slice(2, 7)).toEqual([
        ...[200_000, 8, 8, 8, 2],
      ]);
    },
  );
});
