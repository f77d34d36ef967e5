/**
 * A raw SIP peer: a user agent without a phone. It listens, sends what a script wants, and reports the same events as
 * every other agent. Knows SIP, sockets and RTP. Must not know scripts, scenarios, baresip or reporters.
 */
import { takeSlot, sipPortsAreFree, type Slot } from '../agents/ports.js';
import { hostPort, isOwnAddress, localAddress } from '../agents/address.js';
import type {
  AgentContext,
  AudioStream,
  Done,
  PeerAgent,
  PeerArguments,
  Sound,
  StreamWish,
} from '../agents/user-agent.js';
import { OffhookError } from '../errors.js';
import type { AgentState } from '../model/agent-state.js';
import type { PeerOptions } from '../schema/types.gen.js';
import type { PeerOwnVerb } from '../schema/verbs.js';
import { parseUri } from '../sip/uri.js';
import { peerAccount } from '../signalling/account.js';
import { Media } from './media/media.js';
import { PortPool } from './media/ports.js';
import { clipOf } from './media/video.js';
import { PeerSession } from './session.js';
import { VERBS } from './verbs/table.js';
import type { WireSink } from '../signalling/transport/transport.js';
import { Wire } from '../signalling/transport/wire.js';

/** @throws OffhookError E_PORTS, E_PEER, E_ARGUMENT, and leaves nothing behind. */
export async function startPeer(
  name: string,
  options: PeerOptions,
  context: AgentContext,
): Promise<PeerAgent> {
  const address = options.local_address ?? (await localAddress(nextHopOf(options)));
  if (!isOwnAddress(address)) {
    throw notStarted(name, 'E_ARGUMENT', `no interface of this machine has the address ${address}`);
  }
  const slot = await takeSlot(address);
  try {
    const port = options.local_port ?? slot.sip;
    if (options.local_port !== undefined && !(await sipPortsAreFree(address, port))) {
      const what = `port ${port} or ${port + 1} of ${address} is in use`;
      throw notStarted(name, 'E_PORTS', what);
    }
    return await open(name, options, context, { address, port, slot });
  } catch (error) {
    slot.release();
    throw error;
  }
}

interface Place {
  readonly address: string;
  readonly port: number;
  readonly slot: Slot;
}

async function open(
  name: string,
  options: PeerOptions,
  context: AgentContext,
  { address, port, slot }: Place,
): Promise<PeerAgent> {
  const account = peerAccount(name, options, address, port);
  const clip = clipOf(name, options.video?.file);
  const media = new Media(address, new PortPool(address, slot.rtp), options, clip);
  const session = new PeerSession({ name, options, account, context, media });
  const sink: WireSink = {
    arrived: (message) => {
      session.messenger.arrived(message);
    },
    problem: (text) => {
      session.emit({ type: 'warning', text });
    },
  };
  const wish = {
    address,
    port,
    webSocketPath: options.websocket_path ?? '/ws',
    verifyTls: options.verify_tls === true,
    ...(options.ca_file === undefined ? {} : { caFile: options.ca_file }),
  };
  try {
    session.messenger.wire = await Wire.open(wish, sink);
  } catch (error) {
    throw notStarted(
      name,
      'E_PEER',
      `cannot listen at ${hostPort(address, port)}: ${(error as Error).message}`,
    );
  }
  session.emit({ type: 'started', aor: account.aor, address: hostPort(address, port) });
  return new Peer(session, slot);
}

/** "host" or "host:port" that requests go to first. */
function nextHopOf({ outbound, domain }: PeerOptions): string | undefined {
  return outbound === undefined ? domain : parseUri(outbound)?.host;
}

function notStarted(
  name: string,
  code: 'E_PORTS' | 'E_PEER' | 'E_ARGUMENT',
  seen: string,
): OffhookError {
  return new OffhookError(
    code,
    { subject: `peer "${name}"`, what: 'not started', seen },
    { agents: [name] },
  );
}

class Peer implements PeerAgent {
  readonly name: string;
  readonly aor: string;
  readonly contact: string;
  readonly serverless: boolean;
  readonly hearing = true;
  /** A peer takes any INVITE: the script decides what it replaces. */
  readonly takesReplaces = true;
  readonly #session: PeerSession;
  readonly #slot: Slot;

  constructor(session: PeerSession, slot: Slot) {
    const { name, account } = session.ground;
    this.#session = session;
    this.#slot = slot;
    this.name = name;
    this.aor = account.aor;
    this.contact = account.contact;
    this.serverless = account.serverless;
  }

  get state(): AgentState {
    return this.#session.state;
  }

  async actAsPeer<V extends PeerOwnVerb>(
    verb: V,
    args: PeerArguments<V>,
    limitMs: number,
  ): Promise<Done> {
    this.#session.assertUsable(verb);
    return VERBS[verb](this.#session, args, limitMs);
  }

  watchRtp(): Promise<void> {
    this.#session.rtp.watch();
    return Promise.resolve();
  }

  sendAudio(sound: Sound | undefined): Promise<Done> {
    this.#session.assertUsable('send_audio');
    return Promise.resolve({ seq: this.#session.rtp.send(sound) });
  }

  listen(told: (stream: AudioStream) => void, want: StreamWish): void {
    this.#session.rtp.listen(told, want);
  }

  lend(): undefined {
    return undefined;
  }

  async stop(): Promise<void> {
    await this.#session.stop();
    this.#session.ground.media.release();
    this.#slot.release();
  }
}
