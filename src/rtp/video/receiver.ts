/** Receives H.264: NAL units in their order, pictures counted. Of several sources that is heard which was first, until it is silent. */
import { CLOCK } from '../clock.js';
import { isRtcp, parseRtp, type RtpPacket } from '../packet.js';
import { Sources, type Reception } from '../reception.js';
import { ReorderBuffer } from '../reorder.js';
import { Depacketizer } from './h264.js';
import { VIDEO_CLOCK } from './sender.js';

const SILENT_MS = 500;

export class VideoReceiver {
  readonly sources = new Sources();
  readonly #depacketizer: Depacketizer;
  readonly #order: ReorderBuffer<RtpPacket>;
  #accepts: ReadonlySet<number> | undefined;
  #heard: Reception | undefined;
  #pictures = 0;
  #packets = 0;

  constructor(nal: (nal: Uint8Array) => void) {
    this.#depacketizer = new Depacketizer(nal, () => {
      this.#pictures += 1;
    });
    this.#order = new ReorderBuffer((packet) => {
      this.#depacketizer.push(packet);
    });
  }

  /** Packets; those that are missing, by sequence numbers; pictures of which a slice came. */
  get counts(): { packets: number; lost: number; pictures: number } {
    const lost = Math.max(0, this.#heard?.lost ?? 0);
    return { packets: this.#packets, lost, pictures: this.#pictures };
  }

  /** Reads packets of these payload types from now on; undefined: only counts packets. */
  use(accepts: ReadonlySet<number> | undefined): void {
    this.#accepts = accepts;
    if (accepts === undefined) this.#finish();
  }

  datagram(bytes: Uint8Array): void {
    const packet = isRtcp(bytes) ? undefined : parseRtp(bytes);
    if (packet === undefined) return;
    const now = CLOCK.now();
    this.#packets += 1;
    const isVideo = this.#accepts?.has(packet.payloadType) === true;
    const source = this.sources.of(packet.ssrc);
    const before = this.#heard?.at ?? -Infinity;
    source.packet(packet.sequence, packet.timestamp, now, isVideo ? VIDEO_CLOCK : undefined);
    if (!isVideo) return;
    if (source !== this.#heard) {
      if (now - before < SILENT_MS) return;
      this.#finish();
      this.#heard = source;
    }
    this.#order.push(packet.sequence, packet, now);
    this.#wait();
  }

  #wait(): void {
    const { deadline } = this.#order;
    if (deadline !== undefined) CLOCK.at(deadline, this.#late);
  }

  /** Gives up what was waited for. */
  readonly #late = (now: number): void => {
    if ((this.#order.deadline ?? Infinity) <= now) this.#order.flush();
    this.#wait();
  };

  #finish(): void {
    this.#order.restart();
    CLOCK.cancel(this.#late);
  }

  close(): void {
    this.#finish();
    this.#accepts = undefined;
  }
}
