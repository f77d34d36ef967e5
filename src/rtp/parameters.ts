/** What the two sides of a session have agreed on, and the callbacks that report what the session receives. */
import type { CodecName } from './codec.js';
import type { SrtpKeys } from './srtp/protection.js';

/** Where packets are sent; an IP address, no name. */
export interface RtpAddress {
  readonly address: string;
  readonly port: number;
}

export interface RtpParameters {
  readonly remote: RtpAddress;
  /** Where RTCP is sent (RFC 3605); by default the port above that of RTP. If equal to `remote`, both share a port (RFC 5761). */
  readonly rtcp?: RtpAddress;
  /** The codec that is sent. L16 is 8 kHz, one channel. */
  readonly codec: CodecName;
  readonly payloadType: number;
  /** Packet time in ms: 5 to 200; the next shorter one that the codec has. */
  readonly ptimeMs: number;
  /** Parameters of the codec that the other side wants (the fmtp of its description); only those of opus change anything. */
  readonly fmtp?: string;
  /** Payload type of events (RFC 4733) that are sent; absent: the other side takes none. */
  readonly telephoneEvent?: number;
  /** What may arrive, according to this side's own SDP; by default the same as is sent. */
  readonly accepts?: {
    readonly codecs: readonly { readonly payloadType: number; readonly codec: CodecName }[];
    readonly telephoneEvent?: number;
  };
  /** The direction of the SDP, as this side has it. */
  readonly sends: boolean;
  readonly receives: boolean;
  /** Keys of SRTP and SRTCP (RFC 3711); absent: plain RTP. If the same keys are passed again, their contexts are kept. */
  readonly srtp?: SrtpKeys;
}

/** A WAV file that grows: 8 kHz, one channel, 16 bits; no length in its header until it is closed. */
export interface RtpStream {
  readonly direction: 'sent' | 'received';
  readonly path: string;
  /** When the direction began, ms (performance.now()). */
  readonly at: number;
}

export interface RtpSink {
  /** A digit that came as event: 0-9, *, #, A-D, or "!" for a hook flash. */
  digit(digit: string, durationMs: number): void;
  /** The last sample of what `play` was given has been sent. */
  playedToEnd(): void;
  /** A direction has begun, with a file of its own: at the first `start` that has it, and after each hold. */
  stream?(stream: RtpStream): void;
  /** Packets arrive that do not fit the other side's SRTP key; called once for each key. */
  unauthentic?(): void;
}
