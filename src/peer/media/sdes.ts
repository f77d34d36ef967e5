/** Keys of SRTP in session descriptions (RFC 4568): offered, answered, and settled by both. */
import { randomBytes } from 'node:crypto';
import { isSuite, masterBytes, SUITES, type SrtpKey, type SrtpSuite } from '../../rtp/srtp/keys.js';
import type { SrtpKeys } from '../../rtp/srtp/protection.js';
import type { PeerOptions } from '../../schema/types.gen.js';
import { cryptoLines, type SdpMedia } from '../../sip/sdp.js';

/** The option `media_enc` of a peer. */
export type MediaEncryption = PeerOptions['media_enc'];

/** An a=crypto line that can be used. */
interface CryptoLine extends SrtpKey {
  readonly tag: string;
}

/** Profiles of RTP; `S` stands for SRTP (RFC 3711, 12; RFC 5124). */
const PLAIN = /^RTP\/AVPF?$/i;
const SECURE = /^RTP\/SAVPF?$/i;
const IS_CRYPTO_LINE = /^a=crypto:/i;

/**
 * Undefined for a line this side cannot use (RFC 4568, 6.3.7 and 9.1): an unknown suite, a key of another length, several keys
 * or one with an MKI, parameters that change how packets are protected.
 */
function parseCrypto(value: string): CryptoLine | undefined {
  const [tag = '', suite = '', key = '', ...parameters] = value.split(/\s+/);
  if (!/^\d{1,9}$/.test(tag) || !isSuite(suite)) return undefined;
  // behind the key its lifetime may stand, but no MKI, which has a colon
  const text = /^inline:([A-Za-z0-9+/]+={0,2})(?:\|[\d^]+)?$/.exec(key)?.[1];
  if (text === undefined || parameters.some((one) => !/^(?:WSH=|-)/.test(one))) return undefined;
  const master = Buffer.from(text, 'base64');
  return master.length === masterBytes(suite) ? { tag, suite, master } : undefined;
}

function usable(media: SdpMedia): readonly CryptoLine[] {
  return cryptoLines(media).flatMap((value) => parseCrypto(value) ?? []);
}

/** How a description of the peer's own speaks of keys. */
export interface CryptoPart {
  /** "RTP/SAVP", or whatever the offer has. */
  readonly protocol: string;
  readonly lines: readonly string[];
}

/** The own keys of one call: the same in every description, unless the script writes others. */
export class OwnKeys {
  readonly #encryption: MediaEncryption;
  readonly #keys = new Map<SrtpSuite, string>();

  constructor(encryption: MediaEncryption) {
    this.#encryption = encryption;
  }

  offer(wished: readonly string[] = []): CryptoPart {
    const suites = Object.keys(SUITES) as SrtpSuite[];
    const isWritten = this.#encryption === undefined || hasKeys(wished);
    return {
      protocol: this.#encryption === 'srtp-mand' ? 'RTP/SAVP' : 'RTP/AVP',
      lines: isWritten ? [] : suites.map((suite, i) => this.#line(String(i + 1), suite)),
    };
  }

  /** Takes the first offered line that can be used (5.1.2); undefined: the stream is to be refused. */
  answer(offered: SdpMedia, wished: readonly string[] = []): CryptoPart | undefined {
    const { protocol } = offered;
    const isSecure = SECURE.test(protocol);
    if (hasKeys(wished)) return { protocol, lines: [] };
    if (!isSecure && !PLAIN.test(protocol)) return undefined;
    if (this.#encryption === undefined) return isSecure ? undefined : { protocol, lines: [] };
    const [taken] = usable(offered);
    if (taken !== undefined) return { protocol, lines: [this.#line(taken.tag, taken.suite)] };
    return isSecure || this.#encryption === 'srtp-mand' ? undefined : { protocol, lines: [] };
  }

  #line(tag: string, suite: SrtpSuite): string {
    const key = this.#keys.get(suite) ?? randomBytes(masterBytes(suite)).toString('base64');
    this.#keys.set(suite, key);
    return `a=crypto:${tag} ${suite} inline:${key}`;
  }
}

function hasKeys(lines: readonly string[]): boolean {
  return lines.some((line) => IS_CRYPTO_LINE.test(line));
}

/** What two descriptions settle: keys, plain RTP (both undefined), or why there is no audio. */
export interface SettledKeys {
  readonly keys?: SrtpKeys;
  readonly problem?: string;
}

/** @returns the keys of a stream that is not refused, as both sides have described it, whoever wrote the descriptions */
export function settledKeys(
  offered: SdpMedia,
  answered: SdpMedia,
  offerer: 'own' | 'remote',
): SettledKeys {
  const [answer] = cryptoLines(answered);
  if (answer === undefined || cryptoLines(offered).length === 0) {
    if (!SECURE.test(answered.protocol) && !SECURE.test(offered.protocol)) return {};
    const side = cryptoLines(offered).length === 0 ? 'offer' : 'answer';
    return { problem: `the ${side} has no a=crypto line` };
  }
  const answerKey = parseCrypto(answer);
  if (answerKey === undefined) {
    return { problem: `the a=crypto line of the answer cannot be used (${shown(answer)})` };
  }
  const offerKey = usable(offered).find(
    ({ tag, suite }) => tag === answerKey.tag && suite === answerKey.suite,
  );
  if (offerKey === undefined) {
    return { problem: `the answer takes an a=crypto line that was not offered (${shown(answer)})` };
  }
  const [sends, receives] = offerer === 'own' ? [offerKey, answerKey] : [answerKey, offerKey];
  return { keys: { sends, receives } };
}

/** The same keys, except that packets are sent with a random one, which nobody knows: the other side cannot decrypt them. */
export function unknownKeys({ sends, receives }: SrtpKeys): SrtpKeys {
  return { sends: { ...sends, master: randomBytes(sends.master.length) }, receives };
}

/** Tag and suite, without the key. */
function shown(value: string): string {
  return value.split(/\s+/).slice(0, 2).join(' ');
}
