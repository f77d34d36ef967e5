/**
 * H.264 as files and in RTP: NAL units of a byte stream (ITU-T H.264, annex B), access units, and payloads of packets in
 * packetization mode 1 (RFC 6184). Nothing is decoded. Pure.
 */

/** Types of NAL units (H.264, table 7-1) and of payloads that hold several or a part of one (RFC 6184, table 1). */
const LAST_SLICE = 5;
const SPS = 7;
const PPS = 8;
const LAST_SINGLE = 23;
const STAP_A = 24;
const FU_A = 28;
/** A fragmented unit that is longer is dropped, so that no sender can fill the memory. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Bits of the header of a fragment (RFC 6184, 5.8). */
const FU_START = 0x80;
const FU_END = 0x40;
/** First octet of a NAL unit: type, and importance with the forbidden bit. */
const TYPE = 0x1f;
const IMPORTANCE = 0xe0;
/** Begin a new access unit when they follow a slice: 6 to 9 and 14 to 18 (H.264, 7.4.1.2.3). */
const BEGINS_UNIT = new Set([6, 7, 8, 9, 14, 15, 16, 17, 18]);

export const START_CODE = Uint8Array.of(0, 0, 0, 1);

/** The NAL units of one picture. */
export type AccessUnit = readonly Uint8Array[];

export interface Clip {
  readonly units: readonly AccessUnit[];
  /** What the fmtp line says (RFC 6184, 8.1): six hex digits, and both parameter sets in Base64. */
  readonly profileLevelId: string;
  readonly parameterSets: string;
}

const typeOf = (nal: Uint8Array): number => (nal[0] ?? 0) & TYPE;
const isSlice = (nal: Uint8Array): boolean => typeOf(nal) >= 1 && typeOf(nal) <= LAST_SLICE;

/** @throws Error: what is wrong with the file, to follow its name */
export function readClip(bytes: Uint8Array): Clip {
  const begin = bytes.findIndex((octet) => octet !== 0);
  if (begin < 2 || bytes[begin] !== 1) {
    throw new Error('is no H.264 byte stream: it does not begin with 00 00 01');
  }
  const nals = nalUnits(bytes);
  const units = accessUnits(nals);
  if (units.length === 0) throw new Error('holds no picture');
  const sps = nals.find((nal) => typeOf(nal) === SPS);
  const pps = nals.find((nal) => typeOf(nal) === PPS);
  if (sps === undefined || pps === undefined || sps.length < 4) {
    throw new Error('has no sequence and picture parameter sets (NAL units 7 and 8)');
  }
  return {
    units,
    profileLevelId: Buffer.from(sps.subarray(1, 4)).toString('hex'),
    parameterSets: [sps, pps].map((one) => Buffer.from(one).toString('base64')).join(','),
  };
}

/** The NAL units between start codes (annex B.1): without these, and without the zeros in front of them. */
export function nalUnits(bytes: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let begin: number | undefined;
  const take = (end: number): void => {
    if (begin === undefined) return;
    let last = end;
    while (last > begin && bytes[last - 1] === 0) last -= 1;
    if (last > begin) nals.push(bytes.subarray(begin, last));
  };
  for (let at = 2; at < bytes.length; at += 1) {
    if (bytes[at] !== 1 || bytes[at - 1] !== 0 || bytes[at - 2] !== 0) continue;
    take(at - 2);
    begin = at + 1;
  }
  take(bytes.length);
  return nals;
}

/** Units that hold no picture are left out. */
function accessUnits(nals: readonly Uint8Array[]): AccessUnit[] {
  const units: Uint8Array[][] = [];
  let unit: Uint8Array[] = [];
  let hasSlice = false;
  for (const nal of nals) {
    // first_mb_in_slice is 0: its code is a single bit (7.3.3, 9.1)
    const isFirstSlice = isSlice(nal) && ((nal[1] ?? 0) & 0x80) !== 0;
    if (hasSlice && (isFirstSlice || BEGINS_UNIT.has(typeOf(nal)))) {
      units.push(unit);
      unit = [];
      hasSlice = false;
    }
    unit.push(nal);
    hasSlice ||= isSlice(nal);
  }
  if (hasSlice) units.push(unit);
  return units;
}

/** Payloads of at most `most` octets that carry the NAL unit: itself, or its fragments (FU-A). */
export function payloadsOf(nal: Uint8Array, most: number): Uint8Array[] {
  if (nal.length <= most) return [nal];
  const first = nal[0] ?? 0;
  const size = most - 2;
  const payloads: Uint8Array[] = [];
  for (let at = 1; at < nal.length; at += size) {
    const part = nal.subarray(at, at + size);
    const flags = (at === 1 ? FU_START : 0) | (at + size >= nal.length ? FU_END : 0);
    const payload = new Uint8Array(part.length + 2);
    payload[0] = (first & IMPORTANCE) | FU_A;
    payload[1] = flags | (first & TYPE);
    payload.set(part, 2);
    payloads.push(payload);
  }
  return payloads;
}

/** Reassembles NAL units from packets in their order. An incomplete unit is left out. */
export class Depacketizer {
  readonly #nal: (nal: Uint8Array) => void;
  readonly #picture: () => void;
  #next: number | undefined;
  #parts: Uint8Array[] | undefined;
  #bytes = 0;
  #hasSlice = false;
  #timestamp: number | undefined;

  /** @param picture is called behind the last NAL unit of each access unit that has a slice */
  constructor(nal: (nal: Uint8Array) => void, picture: () => void) {
    this.#nal = nal;
    this.#picture = picture;
  }

  push(packet: {
    readonly sequence: number;
    readonly timestamp: number;
    readonly marker: boolean;
    readonly payload: Uint8Array;
  }): void {
    const { sequence, timestamp, marker, payload } = packet;
    if (sequence !== this.#next) this.#parts = undefined;
    this.#next = (sequence + 1) & 0xffff;
    // the packet with the marker was lost
    if (timestamp !== this.#timestamp) this.#end();
    this.#timestamp = timestamp;
    this.#read(payload);
    if (marker) this.#end();
  }

  #read(payload: Uint8Array): void {
    const type = typeOf(payload);
    if (type >= 1 && type <= LAST_SINGLE) this.#take(payload);
    else if (type === STAP_A) this.#several(payload);
    else if (type === FU_A) this.#part(payload);
  }

  /** Each behind its length in 16 bits (RFC 6184, 5.7.1). */
  #several(payload: Uint8Array): void {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    for (let at = 1; at + 2 <= payload.length;) {
      const length = view.getUint16(at);
      const nal = payload.subarray(at + 2, at + 2 + length);
      if (length === 0 || nal.length < length) return;
      this.#take(nal);
      at += 2 + length;
    }
  }

  #part(payload: Uint8Array): void {
    const [indicator = 0, header = 0] = payload;
    if ((header & FU_START) !== 0) {
      this.#parts = [Uint8Array.of((indicator & IMPORTANCE) | (header & TYPE))];
      this.#bytes = 0;
    }
    this.#bytes += payload.length;
    if (this.#bytes > MOST_BYTES) this.#parts = undefined;
    if (this.#parts === undefined) return;
    this.#parts.push(payload.subarray(2));
    if ((header & FU_END) === 0) return;
    const nal = Buffer.concat(this.#parts);
    this.#parts = undefined;
    this.#take(nal);
  }

  #take(nal: Uint8Array): void {
    this.#hasSlice ||= isSlice(nal);
    this.#nal(nal);
  }

  #end(): void {
    if (this.#hasSlice) this.#picture();
    this.#hasSlice = false;
    this.#parts = undefined;
  }
}

/** Whether the unit says how pictures are coded: one that a stream begins with. */
export function isParameterSet(nal: Uint8Array): boolean {
  return typeOf(nal) === SPS || typeOf(nal) === PPS;
}
