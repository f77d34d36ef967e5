/** Suites of SRTP by their names in session descriptions, and the session keys made of a master key (RFC 3711, 4.3). */
import { createCipheriv } from 'node:crypto';

export interface SuiteSizes {
  /** Length of the key, and of the salt, in octets. */
  readonly key: number;
  readonly salt: number;
  /** Octets of the authentication tag. */
  readonly tag: number;
  readonly rtcpTag: number;
  /** Encrypts and authenticates in one (AES-GCM); otherwise AES in counter mode with HMAC-SHA1. */
  readonly isAead: boolean;
}

/** RFC 4568, 6.2 (the short tag is for RTP alone) and RFC 7714, 12 and 14.2. */
export const SUITES = {
  AES_CM_128_HMAC_SHA1_80: { key: 16, salt: 14, tag: 10, rtcpTag: 10, isAead: false },
  AES_CM_128_HMAC_SHA1_32: { key: 16, salt: 14, tag: 4, rtcpTag: 10, isAead: false },
  AEAD_AES_128_GCM: { key: 16, salt: 12, tag: 16, rtcpTag: 16, isAead: true },
  AEAD_AES_256_GCM: { key: 32, salt: 12, tag: 16, rtcpTag: 16, isAead: true },
} as const satisfies Record<string, SuiteSizes>;

export type SrtpSuite = keyof typeof SUITES;

/** What one direction of a stream is protected with. */
export interface SrtpKey {
  readonly suite: SrtpSuite;
  /** The master key and behind it the master salt, as the `inline` of an a=crypto line has them (RFC 4568, 6.1). */
  readonly master: Buffer;
}

export interface SessionKeys {
  readonly cipher: Buffer;
  readonly auth: Buffer;
  readonly salt: Buffer;
}

/** A master key gives six keys (RFC 3711, 4.3.2); these are the labels of the first one for each kind of packet. */
const FIRST_LABEL = { rtp: 0, rtcp: 3 } as const;
const AUTH_BYTES = 20;
/** A salt of 96 bits is filled up with zeros behind it (RFC 7714, 11). */
const SALT_BYTES = 14;
const LABEL_AT = 7;
const BLOCK_BYTES = 16;

export function isSuite(name: string): name is SrtpSuite {
  return Object.hasOwn(SUITES, name);
}

/** Octets of a master key with its salt. */
export function masterBytes(suite: SrtpSuite): number {
  return SUITES[suite].key + SUITES[suite].salt;
}

/** The key derivation rate is 0: the keys hold as long as the master key does. */
export function sessionKeys({ suite, master }: SrtpKey, packets: 'rtp' | 'rtcp'): SessionKeys {
  const { key, salt } = SUITES[suite];
  const block = Buffer.alloc(BLOCK_BYTES);
  master.copy(block, 0, key, key + Math.min(salt, SALT_BYTES));
  const derived = (label: number, length: number): Buffer => {
    const counter = Buffer.from(block);
    counter[LABEL_AT] = (counter[LABEL_AT] ?? 0) ^ label;
    const cipher = createCipheriv(`aes-${key * 8}-ctr`, master.subarray(0, key), counter);
    return cipher.update(Buffer.alloc(length));
  };
  const first = FIRST_LABEL[packets];
  return {
    cipher: derived(first, key),
    auth: derived(first + 1, AUTH_BYTES),
    salt: derived(first + 2, salt),
  };
}
