/** Payloads of RTP packets as samples and back. All samples are 8 kHz, one channel, 16 bits. */
import { decodeG711, encodeAlaw, encodeMulaw, type G711Law } from '../audio/g711.js';
import { g722 } from './g722.js';

/** Codecs that are always there. */
type PlainCodecName = 'PCMU' | 'PCMA' | 'G722' | 'L16';
export type CodecName = PlainCodecName | 'opus';

/** Samples a second, and ticks of the RTP clock of most codecs. */
export const RATE = 8000;

/** Ticks of the RTP clock a second: that of G722 is 8 kHz although its sound is 16 kHz (RFC 3551, 4.5.2). */
export const RTP_CLOCKS: Readonly<Record<CodecName, number>> = {
  PCMU: RATE,
  PCMA: RATE,
  G722: RATE,
  L16: RATE,
  opus: 48_000,
};

/** One direction of a stream: a codec may keep state from one packet to the next. */
export interface Codec {
  /** Ticks of the RTP clock a second. */
  readonly clock: number;
  /** Packet times it can have, ms, the shortest first; absent: any. */
  readonly packetTimes?: readonly number[];
  encode(samples: Int16Array): Uint8Array;
  /** Returns no samples for octets that this codec cannot decode. */
  decode(payload: Uint8Array): Int16Array;
  /** Releases the codec's memory; the codec must not be used afterwards. */
  close?(): void;
}

export function codecOf(name: PlainCodecName): Codec {
  return { clock: RTP_CLOCKS[name], ...codings(name) };
}

function codings(name: PlainCodecName): Pick<Codec, 'encode' | 'decode'> {
  switch (name) {
    case 'PCMU':
      return { encode: encodeMulaw, decode: (payload) => fromG711('mulaw', payload) };
    case 'PCMA':
      return { encode: encodeAlaw, decode: (payload) => fromG711('alaw', payload) };
    case 'L16':
      return { encode: toL16, decode: fromL16 };
    case 'G722':
      return g722();
  }
}

/** The longest packet time of the codec that is not above what is wanted, else its shortest; ms. */
export function packetTimeOf({ packetTimes }: Codec, wantedMs: number): number {
  if (packetTimes === undefined) return wantedMs;
  return packetTimes.findLast((ms) => ms <= wantedMs) ?? packetTimes[0] ?? wantedMs;
}

function fromG711(law: G711Law, payload: Uint8Array): Int16Array {
  const out = new Int16Array(payload.length);
  for (let i = 0; i < out.length; i += 1) out[i] = decodeG711(law, payload[i] ?? 0);
  return out;
}

/** Two bytes a sample, the more significant first (RFC 3551, 4.5.11). */
function toL16(samples: Int16Array): Uint8Array {
  const out = Buffer.allocUnsafe(samples.length * 2);
  for (let i = 0; i < samples.length; i += 1) out.writeInt16BE(samples[i] ?? 0, i * 2);
  return out;
}

/** Half a sample at the end is left out. */
function fromL16(payload: Uint8Array): Int16Array {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const out = new Int16Array(payload.length >> 1);
  for (let i = 0; i < out.length; i += 1) out[i] = view.getInt16(i * 2);
  return out;
}
