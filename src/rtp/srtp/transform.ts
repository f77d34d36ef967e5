/** Encrypts and authenticates the packets of one kind, RTP or RTCP, in one direction (RFC 3711, 4; RFC 7714). */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { SUITES, sessionKeys, type SessionKeys, type SrtpKey } from './keys.js';

/** A packet in its parts. */
export interface Parts {
  /** What stays readable. */
  readonly header: Buffer;
  readonly body: Buffer;
  /** What is authenticated besides: of RTP the roll-over counter, of RTCP the index with its flag. */
  readonly trailer: Buffer;
}

/** Where a packet stands in its stream. */
export interface Place {
  readonly ssrc: number;
  /** The packet index: 48 bits for RTP, 31 for RTCP. */
  readonly index: number;
}

const GCM_TAG_BYTES = 16;
const NOTHING = Buffer.alloc(0);

export class Transform {
  readonly isAead: boolean;
  readonly tagBytes: number;
  readonly #packets: 'rtp' | 'rtcp';
  readonly #keys: SessionKeys;
  readonly #bits: number;

  constructor(key: SrtpKey, packets: 'rtp' | 'rtcp') {
    const sizes = SUITES[key.suite];
    this.isAead = sizes.isAead;
    this.tagBytes = packets === 'rtp' ? sizes.tag : sizes.rtcpTag;
    this.#bits = sizes.key * 8;
    this.#packets = packets;
    this.#keys = sessionKeys(key, packets);
  }

  /** The body encrypted, and its tag. */
  seal(parts: Parts, place: Place): { body: Buffer; tag: Buffer } {
    if (this.isAead) {
      const cipher = createCipheriv(this.#gcm, this.#keys.cipher, this.#start(place), {
        authTagLength: GCM_TAG_BYTES,
      });
      cipher.setAAD(this.#associated(parts));
      const body = Buffer.concat([cipher.update(parts.body), cipher.final()]);
      return { body, tag: cipher.getAuthTag() };
    }
    const body = this.#counterMode(parts.body, place);
    return { body, tag: this.#hmac({ ...parts, body }) };
  }

  /** The body in the clear; undefined where the tag is wrong. `isPlain`: it is authenticated, but not encrypted. */
  open(parts: Parts, tag: Buffer, place: Place, isPlain = false): Buffer | undefined {
    if (!this.isAead) {
      const right = this.#hmac(parts);
      if (right.length !== tag.length || !timingSafeEqual(right, tag)) return undefined;
      return isPlain ? parts.body : this.#counterMode(parts.body, place);
    }
    const decipher = createDecipheriv(this.#gcm, this.#keys.cipher, this.#start(place), {
      authTagLength: GCM_TAG_BYTES,
    });
    decipher.setAuthTag(tag);
    decipher.setAAD(this.#associated(isPlain ? withBody(parts) : parts));
    try {
      const body = decipher.update(isPlain ? NOTHING : parts.body);
      decipher.final();
      return isPlain ? parts.body : body;
    } catch {
      return undefined;
    }
  }

  get #gcm(): 'aes-128-gcm' | 'aes-256-gcm' {
    return this.#bits === 256 ? 'aes-256-gcm' : 'aes-128-gcm';
  }

  /** The associated data: of RTP the header alone (RFC 7714, 8.1), of RTCP the index as well (9.2). */
  #associated({ header, trailer }: Pick<Parts, 'header' | 'trailer'>): Buffer {
    return this.#packets === 'rtp' ? header : Buffer.concat([header, trailer]);
  }

  #counterMode(body: Buffer, place: Place): Buffer {
    return createCipheriv('aes-128-ctr', this.#keys.cipher, this.#start(place)).update(body);
  }

  #hmac({ header, body, trailer }: Parts): Buffer {
    const hmac = createHmac('sha1', this.#keys.auth).update(header).update(body).update(trailer);
    return hmac.digest().subarray(0, this.tagBytes);
  }

  /** The initialization vector: the salt with SSRC and index in it (RFC 3711, 4.1.1; RFC 7714, 8.1 and 9.1). */
  #start({ ssrc, index }: Place): Buffer {
    const start = Buffer.alloc(this.isAead ? 12 : 16);
    const at = this.isAead ? 2 : 4;
    start.writeUInt32BE(ssrc, at);
    start.writeUIntBE(index, at + 4, 6);
    for (const [i, octet] of this.#keys.salt.entries()) start[i] = (start[i] ?? 0) ^ octet;
    return start;
  }
}

function withBody({ header, body, trailer }: Parts): Pick<Parts, 'header' | 'trailer'> {
  return { header: Buffer.concat([header, body]), trailer };
}
