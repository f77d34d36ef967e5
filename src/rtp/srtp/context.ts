/** The cryptographic context of one direction of a session (RFC 3711, 3.2 to 3.4). */
import { ahead16, payloadStart } from '../packet.js';
import type { SrtpKey } from './keys.js';
import { ReplayWindow } from './replay-window.js';
import { Transform } from './transform.js';

/** Why a packet was not taken: its tag is wrong, or it came before. */
export type Refusal = 'unauthentic' | 'repeated';

const SEQUENCES = 0x10000;
const MOST_INDEX = 2 ** 48;
/** Octets of an RTCP packet that stay readable: the first header and its SSRC. */
const RTCP_HEADER_BYTES = 8;
const INDEX_BYTES = 4;
const IS_ENCRYPTED = 2 ** 31;

export class SrtpContext {
  readonly key: SrtpKey;
  readonly #rtp: Transform;
  readonly #rtcp: Transform;
  /** The packet indices that each stream has sent or received; the key is its SSRC. */
  readonly #streams = new Map<number, ReplayWindow>();
  readonly #reports = new Map<number, ReplayWindow>();

  /** @param before the context with the key before: its roll-over counters go on (RFC 3711, 3.3.1) */
  constructor(key: SrtpKey, before?: SrtpContext) {
    this.key = key;
    this.#rtp = new Transform(key, 'rtp');
    this.#rtcp = new Transform(key, 'rtcp');
    for (const [ssrc, { highest }] of before?.streams ?? []) {
      this.#streams.set(ssrc, new ReplayWindow(highest));
    }
  }

  get streams(): ReadonlyMap<number, ReplayWindow> {
    return this.#streams;
  }

  /** Protects an RTP packet for sending. */
  protect(packet: Buffer): Buffer {
    const start = payloadStart(packet) ?? packet.length;
    const place = this.#placeOf(packet);
    const header = packet.subarray(0, start);
    const parts = { header, body: packet.subarray(start), trailer: rollOver(place.index) };
    const { body, tag } = this.#rtp.seal(parts, place);
    windowOf(this.#streams, place.ssrc).add(place.index);
    return Buffer.concat([header, body, tag]);
  }

  /** Reads the RTP packet in a protected datagram. */
  unprotect(datagram: Buffer): Buffer | Refusal {
    const start = payloadStart(datagram);
    const end = datagram.length - this.#rtp.tagBytes;
    if (start === undefined || start > end) return 'unauthentic';
    const place = this.#placeOf(datagram);
    if (place.index < 0 || place.index >= MOST_INDEX) return 'unauthentic';
    if (this.#streams.get(place.ssrc)?.has(place.index) === true) return 'repeated';
    const header = datagram.subarray(0, start);
    const parts = { header, body: datagram.subarray(start, end), trailer: rollOver(place.index) };
    const body = this.#rtp.open(parts, datagram.subarray(end), place);
    if (body === undefined) return 'unauthentic';
    windowOf(this.#streams, place.ssrc).add(place.index);
    return Buffer.concat([header, body]);
  }

  /** Protects a compound RTCP packet for sending. */
  protectReport(packet: Buffer): Buffer {
    const ssrc = packet.readUInt32BE(4);
    const window = windowOf(this.#reports, ssrc);
    const index = window.highest + 1;
    window.add(index);
    const header = packet.subarray(0, RTCP_HEADER_BYTES);
    const trailer = Buffer.alloc(INDEX_BYTES);
    trailer.writeUInt32BE(IS_ENCRYPTED + index);
    const parts = { header, body: packet.subarray(RTCP_HEADER_BYTES), trailer };
    const { body, tag } = this.#rtcp.seal(parts, { ssrc, index });
    const end = this.#rtcp.isAead ? [tag, trailer] : [trailer, tag];
    return Buffer.concat([header, body, ...end]);
  }

  /** Reads the compound RTCP packet in a protected datagram. */
  unprotectReport(datagram: Buffer): Buffer | Refusal {
    const { tagBytes, isAead } = this.#rtcp;
    const end = datagram.length - tagBytes - INDEX_BYTES;
    if (end < RTCP_HEADER_BYTES) return 'unauthentic';
    const [tagAt, trailerAt] = isAead ? [end, end + tagBytes] : [end + INDEX_BYTES, end];
    const trailer = datagram.subarray(trailerAt, trailerAt + INDEX_BYTES);
    const flagged = trailer.readUInt32BE();
    const isPlain = flagged < IS_ENCRYPTED;
    const index = isPlain ? flagged : flagged - IS_ENCRYPTED;
    const ssrc = datagram.readUInt32BE(4);
    if (this.#reports.get(ssrc)?.has(index) === true) return 'repeated';
    const header = datagram.subarray(0, RTCP_HEADER_BYTES);
    const parts = { header, body: datagram.subarray(RTCP_HEADER_BYTES, end), trailer };
    const tag = datagram.subarray(tagAt, tagAt + tagBytes);
    const body = this.#rtcp.open(parts, tag, { ssrc, index }, isPlain);
    if (body === undefined) return 'unauthentic';
    windowOf(this.#reports, ssrc).add(index);
    return Buffer.concat([header, body]);
  }

  /** The index that is nearest to the highest one so far (RFC 3711, 3.3.1 and appendix A). */
  #placeOf(packet: Buffer): { ssrc: number; index: number } {
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    const highest = this.#streams.get(ssrc)?.highest ?? -1;
    const index = highest < 0 ? sequence : highest + ahead16(sequence, highest % SEQUENCES);
    return { ssrc, index };
  }
}

function rollOver(index: number): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(Math.floor(index / SEQUENCES));
  return counter;
}

/** The window of a source. Their number needs no limit: only authentic packets get here, so no attacker can fill the memory. */
function windowOf(windows: Map<number, ReplayWindow>, ssrc: number): ReplayWindow {
  const window = windows.get(ssrc) ?? new ReplayWindow();
  windows.set(ssrc, window);
  return window;
}
