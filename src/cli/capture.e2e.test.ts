/** `--capture`: packets of the network in the captures of `--artifacts`, taken by dumpcap and read by tshark. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { leavingNothing } from '../testing/cli/leftovers.js';
import { BY_CONTENT, findTcpdump, findWireshark } from '../testing/real-servers.js';
import { runCli } from '../testing/cli/run-cli.js';
import { eventsOf, runFiles, steer, writeFiles } from '../testing/cli/run-files.js';

/** Folder of dumpcap and tshark. */
let programs: string | undefined;
/** Whether dumpcap may capture here. */
let mayCapture = false;
const path = (...folders: string[]): Record<string, string> => ({
  PATH: [...folders, process.env['PATH'] ?? ''].join(':'),
});
beforeAll(async () => {
  programs = await findWireshark();
  if (programs === undefined) return;
  const { stdout } = await runCli(['doctor', '--all'], { env: path(programs) });
  mayCapture = /^ok {7}capture of RTP .*may capture$/m.test(stdout);
}, 300_000);

interface Packet {
  seconds: number;
  kind: 'sip' | 'rtp' | 'rtcp' | 'other';
  ports: readonly string[];
}

/** The packets of a capture as they follow each other in the file. */
async function packetsOf(file: string): Promise<Packet[]> {
  const fields = ['frame.time_epoch', 'frame.interface_name', 'frame.protocols'];
  const ports = ['udp.srcport', 'udp.dstport'];
  const shown = [...fields, ...ports].flatMap((field) => ['-e', field]);
  const read = ['-r', file, ...BY_CONTENT, '-T', 'fields', ...shown];
  const { stdout } = await promisify(execFile)(`${programs ?? ''}/tshark`, read);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [seconds = '', seenBy = '', protocols = '', from = '', to = ''] = line.split('\t');
      const names = protocols.split(':');
      const kind = (['sip', 'rtcp', 'rtp'] as const).find((name) => names.includes(name));
      expect(kind === 'sip').toBe(seenBy !== 'network');
      return { seconds: Number(seconds), kind: kind ?? 'other', ports: [from, to] };
    });
}

/** RTP ports that the user agents of a scenario offered, and the RTCP ports behind them. */
function mediaPorts(events: readonly RunEvent[], name: string): string[] {
  const id = events.flatMap((event) =>
    event.type === 'scenario_started' && event.scenario.name === name ? [event.scenario.id] : [],
  );
  const offered = events.flatMap((event) =>
    event.type === 'sip' && id.includes(event.scenario) && event.message.direction === 'sent'
      ? (/^m=audio (\d+)/m.exec(event.message.body)?.[1] ?? [])
      : [],
  );
  return [...new Set(offered.flatMap((port) => [port, `${Number(port) + 1}`]))].sort();
}

const CALLS = `
const call = (name, other) => scenario(name, () => {
  const [alice, bob] = [agent('alice'), other()];
  alice.dial(bob);
  await_until(() => assert(alice.state).equals(State.Established));
  wait('1500ms');
  assert(name).equals('good');
});
const answering = () => {
  const bob = peer('bob');
  bob.on_invite([[200]]);
  return bob;
};
call('good', () => agent('bob', { answer: 'auto' }));
call('bad', () => agent('bob', { answer: 'auto' }));
call('with a peer', answering);
`;

describe.concurrent('--capture --artifacts', () => {
  it('puts RTP of each failed scenario beside its SIP, none of those that ran beside it', async ({
    skip,
  }) => {
    if (!mayCapture) skip();
    const captures = new Map<string, { content: Buffer; packets: Packet[] }>();
    const { code, stdout, stderr } = await runFiles(
      { 'calls.js': CALLS },
      [
        'run',
        'calls.js',
        '--jobs=3',
        '--json',
        '--sip-trace=t.txt',
        '--capture',
        '--artifacts=art',
      ],
      {
        env: path(programs ?? ''),
        after: async (folder) => {
          for (const name of await readdir(join(folder, 'art'))) {
            const file = join(folder, 'art', name, 'sip.pcapng');
            const [content, packets] = [await readFile(file), await packetsOf(file)];
            captures.set(`art/${name}/sip.pcapng`, { content, packets });
          }
        },
      },
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const events = eventsOf(stdout);
    const started = events.flatMap(({ type, at }) => (type === 'scenario_started' ? [at] : []));
    const finished = events.flatMap(({ type, at }) => (type === 'scenario_finished' ? [at] : []));
    expect(Math.max(...started)).toBeLessThan(Math.min(...finished));
    expect([...captures.keys()].sort()).toEqual([
      'art/002-calls-bad/sip.pcapng',
      'art/003-calls-with-a-peer/sip.pcapng',
    ]);
    for (const [file, name] of [
      ['art/002-calls-bad/sip.pcapng', 'bad'],
      ['art/003-calls-with-a-peer/sip.pcapng', 'with a peer'],
    ] as const) {
      const { content = Buffer.alloc(0), packets = [] } = captures.get(file) ?? {};
      const times = packets.map(({ seconds }) => seconds);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const media = packets.filter(({ kind }) => kind !== 'sip');
      const expected = mediaPorts(events, name);
      expect(expected).toHaveLength(4);
      expect(media.filter(({ ports }) => !ports.every((one) => expected.includes(one)))).toEqual(
        [],
      );
      for (const port of expected.filter((one) => Number(one) % 2 === 0)) {
        const sent = media.filter(({ kind, ports }) => kind === 'rtp' && ports[0] === port);
        expect(sent.length, `${name}: RTP from ${port}`).toBeGreaterThan(40);
      }
      expect(packets.filter(({ kind }) => kind === 'sip').length).toBeGreaterThanOrEqual(3);
      const told = events.flatMap((event) =>
        event.type === 'artifact' && event.file === file ? [event.sha256] : [],
      );
      expect(told).toEqual([createHash('sha256').update(content).digest('hex')]);
    }
    expect(events.at(-1)?.type).toBe('run_finished');
  });

  it('keeps the packets until Ctrl-C', async ({ skip }) => {
    if (!mayCapture) skip();
    const source = `
      const [alice, bob] = [agent('alice'), agent('bob', { answer: 'auto' })];
      alice.dial(bob);
      await_until(() => assert(alice.state).equals(State.Established));
      wait('1s');
      log('they talk');
      wait('20s');`;
    await steer(
      { 'it.js': source },
      ['run', 'it.js', '--capture', '--artifacts=art'],
      async (cli, { folder }) => {
        await cli.waitFor('they talk');
        cli.kill('SIGINT');
        expect((await cli.done).code).toBe(130);
        const packets = await packetsOf(join(folder, 'art/001-it/sip.pcapng'));
        expect(packets.filter(({ kind }) => kind === 'rtp').length).toBeGreaterThan(40);
        expect(packets.filter(({ kind }) => kind === 'sip').length).toBeGreaterThan(2);
        expect(await readdir(join(folder, 'art/001-it'))).not.toContainEqual(
          expect.stringMatching(/^\./),
        );
      },
      { env: path(programs ?? '') },
    );
  });

  /** A folder with a dumpcap of that name only, which starts the real one in another way. */
  async function dumpcap(folder: string, ...lines: string[]): Promise<void> {
    const file = join(folder, 'bin/dumpcap');
    await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'));
    await chmod(file, 0o755);
  }

  const CALL = `
    const [alice, bob] = [agent('alice'), agent('bob', { answer: 'auto' })];
    alice.dial(bob);
    await_until(() => assert(alice.state).equals(State.Established));
    wait('700ms');
    assert(1).equals(2);`;
  const RUN = ['run', 'it.js', '--json', '--capture', '--artifacts=art'] as const;

  it('says that the capture ended before the run did', async ({ skip }) => {
    if (!mayCapture) skip();
    const { folder, leftovers } = await writeFiles({ 'it.js': CALL, 'bin/': '' });
    await leavingNothing(leftovers, async () => {
      const real = `${programs ?? ''}/dumpcap`;
      await dumpcap(
        folder,
        // only a capture has a file
        `case "$*" in *-w*) exec ${real} -c 9 "$@";; esac`,
        `exec ${real} "$@"`,
      );
      const env = path(join(folder, 'bin'), programs ?? '');
      const { stdout, code } = await runCli(RUN, { cwd: folder, env, leftovers });
      expect(code).toBe(1);
      const warnings = eventsOf(stdout).flatMap((event) =>
        event.type === 'warning' && event.text.startsWith('--capture') ? [event.text] : [],
      );
      expect(warnings).toEqual([
        expect.stringMatching(
          /^--capture: .*bin\/dumpcap ended with exit code 0 before the run did, so later packets are missing: /,
        ),
      ]);
      const packets = await packetsOf(join(folder, 'art/001-it/sip.pcapng'));
      const media = packets.filter(({ kind }) => kind !== 'sip');
      expect(media.length).toBeLessThanOrEqual(9);
    });
  });

  it('takes tcpdump where there is no dumpcap', async ({ skip }) => {
    const tcpdump = await findTcpdump();
    if (!mayCapture || tcpdump === undefined) skip();
    let packets: Packet[] = [];
    const { stdout, code } = await runFiles({ 'it.js': CALL }, RUN, {
      env: path(tcpdump ?? ''),
      after: async (folder) => {
        packets = await packetsOf(join(folder, 'art/001-it/sip.pcapng'));
      },
    });
    expect(code).toBe(1);
    // There is no warning, because tcpdump reported that it missed no packets.
    expect(stdout).not.toContain('--capture');
    // up to the end of the call: tcpdump gets packets from the kernel up to a second late
    const last = (kind: Packet['kind']): number =>
      packets.findLast((packet) => packet.kind === kind)?.seconds ?? 0;
    expect(last('rtp')).toBeGreaterThan(last('sip') - 0.3);
    expect(packets.filter(({ kind }) => kind === 'rtp').length).toBeGreaterThan(40);
  });

  it('needs the right to capture', async ({ skip }) => {
    if (programs === undefined || process.getuid?.() !== 0) skip();
    const { folder, leftovers } = await writeFiles({ 'it.js': CALL, 'bin/': '' });
    await leavingNothing(leftovers, async () => {
      const without = 'setpriv --bounding-set=-net_raw,-net_admin --inh-caps=-net_raw,-net_admin';
      await dumpcap(folder, `exec ${without} ${programs ?? ''}/dumpcap "$@"`);
      const env = path(join(folder, 'bin'));
      const { code, stderr, stdout } = await runCli(RUN, { cwd: folder, env, leftovers });
      expect(stderr).toMatch(/^offhook: --capture: RTP cannot be captured: .*cannot capture: /);
      expect(stderr).toContain('setcap cap_net_raw');
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    });
  });

  it('needs a file to put packets into', async () => {
    const { code, stderr } = await runFiles({ 'it.js': CALL }, ['run', 'it.js', '--capture']);
    expect(stderr).toMatch(/^offhook: --capture: there is no capture file to put RTP into\n/);
    expect(stderr).toContain('add --artifacts, or --sip-trace FILE.pcapng');
    expect(code).toBe(2);
  });
});
