/**
 * `--sip-trace FILE.pcapng` (or .pcap): the SIP messages of all agents as a capture that Wireshark, tshark and sngrep
 * read. The texts come from inside the agents, so those of TLS are readable; the IP, UDP and TCP headers around
 * them are made up of what the trace says (docs/decisions/0020-captures-of-sip.md). A message between two agents is in it once, as on the wire.
 */
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import { contentLengthOf, type SipMessage } from '../../sip/sip-message.js';
import type { Reporter } from '../reporter.js';
import { oneLine } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';
import { WallClock } from '../wall-clock.js';
import { Pcap, Pcapng, type CaptureFormat } from './capture-file.js';
import { capturedPackets, inOrder } from './captured-packets.js';
import { MediaEnds } from './media-ends.js';
import type { Network } from './network.js';
import { inEthernet, MOST_IN_DATAGRAM, PacketMaker, type Route } from './ip-packets.js';
import { topBranch } from '../../story/sip-join.js';

interface SipCaptureOptions {
  format: 'pcap' | 'pcapng';
  /** Takes whole packets. */
  write: (bytes: Uint8Array) => void;
  /** Writes what is left. */
  finish?: () => Promise<void>;
  /** The network during the run: RTP of the agents is added. */
  network?: Network;
}

/** The interface of packets that were really captured. */
export const NETWORK = {
  name: 'network',
  description: 'RTP and RTCP as captured, behind Ethernet headers of zeros',
} as const;

type SipEvent = Extract<RunEvent, { type: 'sip' }>;

const COMMENT =
  'SIP messages as the agents traced them, so those of TLS are readable. Their texts are real, but secrets are masked. ' +
  'IP, UDP and TCP headers are made up from the addresses in the trace: there are no handshakes and no acknowledgements, ' +
  'and what went over TLS or a WebSocket is shown as a UDP datagram. A message that both its ends traced is here once.';

/** How many of the newest messages and connections are remembered: more than are ever under way at the same time. */
const MOST_REMEMBERED = 5000;

export class SipCaptureReporter implements Reporter {
  readonly ignores: ReadonlySet<RunEvent['type']> = new Set([
    'agent',
    'agent_config',
    'agent_log',
    'assertion',
    'log',
    'source',
    'step_started',
    'step_finished',
    'verb_started',
    'verb_finished',
    'waiting',
    'waited',
  ]);
  readonly #options: SipCaptureOptions;
  readonly #format: CaptureFormat;
  readonly #clock = new WallClock();
  readonly #scenarios = new Map<string, ScenarioId>();
  readonly #packets = new PacketMaker();
  /** How often a text was seen sent more often than received; below 0: received more often. */
  readonly #open = new Map<string, number>();
  readonly #media = new MediaEnds();
  /** Where requests came from over a connection, by their agent and branch. */
  readonly #connections = new Map<string, string>();

  constructor(options: SipCaptureOptions) {
    this.#options = options;
    this.#format = options.format === 'pcap' ? new Pcap() : pcapng();
    options.write(this.#format.header());
  }

  on(event: RunEvent): void {
    switch (event.type) {
      case 'run_started':
        this.#clock.on(event);
        return;
      case 'scenario_started':
        this.#scenarios.set(event.scenario.id, event.scenario);
        return;
      case 'scenario_finished':
        this.#scenarios.delete(event.scenario.id);
        return;
      case 'sip':
        this.#message(event);
        return;
      default:
        return;
    }
  }

  async close(): Promise<void> {
    const { network, finish } = this.#options;
    try {
      await network?.(({ pieces }) => {
        this.#addMedia(pieces);
      });
    } finally {
      await finish?.();
    }
  }

  /** Adds RTP behind the messages, so that readers know from these what is RTP. */
  #addMedia(file: Iterable<Uint8Array>): void {
    for (const packet of inOrder(capturedPackets(file))) {
      if (!this.#media.has(packet)) continue;
      const { time, ip } = packet;
      const seen = { time, seenBy: NETWORK.name, bytes: inEthernet(ip) };
      this.#options.write(this.#format.packet(seen));
    }
  }

  #message(event: SipEvent): void {
    const { at, happened = at, agent, message, raw } = event;
    if (this.#options.network !== undefined) this.#media.note(message);
    const route = this.#routeOf(event);
    if (this.#isSecondView(event)) return;
    const sent = message.direction === 'sent';
    const { text, notes } = shownText(raw, message, route);
    const scenario = this.#scenarios.get(event.scenario);
    const title = scenario === undefined ? event.scenario : scenarioTitle(scenario);
    const comment = oneLine([`${title}: ${message.direction} by ${agent}`, ...notes].join('; '));
    const time = Math.round(this.#clock.ms(happened) * 1000);
    const [first, ...more] = this.#packets.packets(route, text);
    const packet = { time, seenBy: oneLine(agent), sent };
    if (first === undefined) return;
    this.#options.write(this.#format.packet({ ...packet, bytes: first, comment }));
    for (const bytes of more) this.#options.write(this.#format.packet({ ...packet, bytes }));
  }

  /** Whether the other end has traced this very message already: the text holds the branch of its hop, so it cannot be another one. */
  #isSecondView({ scenario, message, raw }: SipEvent): boolean {
    const key = `${scenario}\n${message.transport}\n${raw}`;
    const before = this.#open.get(key) ?? 0;
    const sent = message.direction === 'sent';
    const after = before + (sent ? 1 : -1);
    this.#open.delete(key);
    if (after !== 0) remember(this.#open, key, after);
    return sent ? before < 0 : before > 0;
  }

  /**
   * A response goes back over the connection that its request came by (RFC 3261, 18.2.2), while baresip names the
   * port where the other side listens.
   */
  #routeOf({ agent, message }: SipEvent): Route {
    const { direction, transport, local, code } = message;
    const sent = direction === 'sent';
    let { remote } = message;
    if (transport !== 'UDP') {
      const key = `${agent} ${topBranch(message)}`;
      if (!sent && code === undefined) remember(this.#connections, key, remote);
      if (sent && code !== undefined) remote = this.#connections.get(key) ?? remote;
    }
    // Wireshark reads segments to or from the ports of TLS and HTTP (5061, 80, 443) as nothing else
    const protocol = transport === 'TCP' ? 'tcp' : 'udp';
    return sent
      ? { protocol, source: local, destination: remote }
      : { protocol, source: remote, destination: local };
  }
}

function pcapng(): Pcapng {
  const section = { comment: COMMENT, system: process.platform, program: 'Offhook' };
  return new Pcapng(section, (name) =>
    name === NETWORK.name ? NETWORK.description : `SIP of agent ${name}, from its own trace`,
  );
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  const oldest = map.keys().next().value;
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest);
}

/**
 * The text as it stands in the file, and what is to be said about it. In a stream the next message is found by
 * Content-Length, so it has to fit the text in the file, which differs from the wire where a secret is masked.
 */
function shownText(
  raw: string,
  { transport, headers }: SipMessage,
  { source, destination, protocol }: Route,
): { text: Uint8Array; notes: string[] } {
  const notes = transport === 'UDP' || transport === 'TCP' ? [] : [`over ${transport}`];
  if (source === '' || destination === '') notes.push('the trace shows no addresses');
  let text = Buffer.from(raw);
  if (protocol === 'udp') {
    if (text.length > MOST_IN_DATAGRAM) notes.push(`cut: it has ${text.length} bytes`);
    return { text, notes };
  }
  const end = /\n\r*\n/.exec(raw);
  const given = contentLengthOf(headers);
  const length = Buffer.byteLength(end === null ? '' : raw.slice(end.index + end[0].length));
  if (end !== null && given !== undefined && Number(given) !== length) {
    const head = raw.slice(0, end.index);
    const fitting = head.replace(/^((?:content-length|l)[ \t]*:[ \t]*)\d+/gim, `$1${length}`);
    text = Buffer.from(fitting + raw.slice(end.index));
    notes.push(`Content-Length was ${given} on the wire, where no secret was masked`);
  }
  return { text, notes };
}
