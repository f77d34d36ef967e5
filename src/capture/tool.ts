/** Finds a program that may capture packets on this machine: dumpcap of Wireshark, or tcpdump. */
import { execa } from 'execa';
import { findProgram } from '../servers/find-program.js';

export interface CaptureTool {
  program: string;
  /** Its arguments for a classic capture file of what the filter (pcap-filter(7)) lets through. */
  args: (file: string, filter: string) => readonly string[];
  /** A packet is in the file at most so many ms after it was sent: the kernel hands over many at a time. */
  settleMs: number;
}

/** Why nothing may be captured, and what helps. */
export interface CaptureLack {
  seen: string;
  remedy: string;
}

interface Kind {
  name: string;
  /** Opens the interface and ends at once. */
  probe: readonly string[];
  args: CaptureTool['args'];
  settleMs: number;
}

/** Every interface: calls within this machine and to others. */
const INTERFACE = 'any';
const KINDS: readonly Kind[] = [
  {
    name: 'dumpcap',
    probe: ['-i', INTERFACE, '-L'],
    args: (file, filter) => ['-q', '-P', '-i', INTERFACE, '-f', filter, '-w', file],
    // it lets the kernel wait 250 ms
    settleMs: 400,
  },
  {
    name: 'tcpdump',
    probe: ['-i', INTERFACE, '-d'],
    // started by root, it would give up the right to write into our folder
    args: (file, filter) => [
      ...['-n', '-U', '-i', INTERFACE, '-w', file],
      ...(process.getuid?.() === 0 ? ['-Z', 'root'] : []),
      filter,
    ],
    // it lets the kernel wait 1 s; without a wait (--immediate-mode), the kernel has room for few packets
    settleMs: 1300,
  },
];
const PROBE_MS = 5000;

/** The first that may capture. */
export async function findCaptureTool(): Promise<CaptureTool | CaptureLack> {
  let refused: CaptureLack | undefined;
  for (const { name, probe, args, settleMs } of KINDS) {
    const program = await findProgram(name);
    if (program === undefined) continue;
    const { failed, stderr, shortMessage } = await execa(program, probe, {
      reject: false,
      stdin: 'ignore',
      timeout: PROBE_MS,
    });
    if (!failed) return { program, args, settleMs };
    const [reason = shortMessage] = stderr.split('\n').filter((line) => line.trim() !== '');
    refused ??= {
      seen: `${program} cannot capture: ${reason?.trim() ?? 'it does not say why'}`,
      remedy: `as root: setcap cap_net_raw,cap_net_admin+eip ${program}`,
    };
  }
  return (
    refused ?? {
      seen: 'neither dumpcap nor tcpdump was found',
      remedy: 'install one (Debian, Ubuntu: apt-get install wireshark-common, or tcpdump)',
    }
  );
}

/**
 * What the programs print at their end: dumpcap "Packets received/dropped on interface 'any': 143/2 (pcap:2/dumpcap:0/...)",
 * tcpdump "2 packets dropped by kernel", and the same "by interface" where there were any.
 */
const MISSED =
  /^(?:Packets received\/dropped on interface .*: \d+\/(\d+) \(|(\d+) packets? dropped by )/gm;

/** How many packets a capture missed, from what its program printed; undefined where it does not say. */
export function missedPackets(log: string): number | undefined {
  const found = [...log.matchAll(MISSED)].map(([, ofDumpcap, ofTcpdump]) => ofDumpcap ?? ofTcpdump);
  if (found.length === 0) return undefined;
  return found.reduce((sum, digits) => sum + Number(digits), 0);
}
