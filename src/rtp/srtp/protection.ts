/** What a session does to its packets: nothing, or SRTP in both directions, by keys that may change (RFC 3711). */
import { SrtpContext, type Refusal } from './context.js';
import type { SrtpKey } from './keys.js';

export interface SrtpKeys {
  readonly sends: SrtpKey;
  readonly receives: SrtpKey;
}

/** Packets in a row (half a second of audio) that show a wrong key: fewer may just have crossed a change of keys. */
const TOLD_AFTER = 25;

export class Protection {
  readonly #unauthentic: () => void;
  #send: SrtpContext | undefined;
  #receive: SrtpContext | undefined;
  #refused = 0;
  #inARow = 0;

  /** @param unauthentic is called once for each key that does not fit what comes */
  constructor(unauthentic: () => void) {
    this.#unauthentic = unauthentic;
  }

  /** Packets that were not taken. */
  get refused(): number {
    return this.#refused;
  }

  /** Takes new keys from now on; with the same keys the contexts go on. Undefined means plain RTP. */
  use(keys: SrtpKeys | undefined): void {
    this.#send = contextOf(keys?.sends, this.#send);
    const receive = contextOf(keys?.receives, this.#receive);
    if (receive !== this.#receive) this.#inARow = 0;
    this.#receive = receive;
  }

  protect(packet: Buffer): Buffer {
    return this.#send?.protect(packet) ?? packet;
  }

  protectReport(packet: Buffer): Buffer {
    return this.#send?.protectReport(packet) ?? packet;
  }

  /** Undefined for a packet that is not to be taken. */
  unprotect(datagram: Buffer): Buffer | undefined {
    return this.#taken(this.#receive === undefined ? datagram : this.#receive.unprotect(datagram));
  }

  unprotectReport(datagram: Buffer): Buffer | undefined {
    const receive = this.#receive;
    return this.#taken(receive === undefined ? datagram : receive.unprotectReport(datagram));
  }

  #taken(packet: Buffer | Refusal): Buffer | undefined {
    if (typeof packet !== 'string') {
      this.#inARow = 0;
      return packet;
    }
    this.#refused += 1;
    if (packet === 'repeated') return undefined;
    this.#inARow += 1;
    if (this.#inARow === TOLD_AFTER) this.#unauthentic();
    return undefined;
  }
}

function contextOf(
  key: SrtpKey | undefined,
  before: SrtpContext | undefined,
): SrtpContext | undefined {
  if (key === undefined) return undefined;
  const isSame = before?.key.suite === key.suite && before.key.master.equals(key.master);
  return isSame ? before : new SrtpContext(key, before);
}
