/** Pairs of ports for the audio of a peer: those of its own group first, then those of further groups, as calls need them. */
import { takeSlot, type Slot } from '../../agents/ports.js';

/** RTP on the even port, RTCP on the next (RFC 3550, 11). */
export class PortPool {
  readonly #address: string;
  readonly #take: (address: string) => Promise<Slot>;
  /** A queue: the pair given back last is taken last, so that late packets of its call do not reach another call. */
  readonly #free: number[];
  readonly #further: Slot[] = [];
  #taking: Promise<void> | undefined;
  #isReleased = false;
  /** The port in descriptions outside of calls, to which nobody sends. */
  readonly first: number;

  /** @param take gives further groups of ports, which this pool releases */
  constructor(
    address: string,
    [min, max]: readonly [min: number, max: number],
    take: (address: string) => Promise<Slot> = takeSlot,
  ) {
    this.#address = address;
    this.#take = take;
    this.first = min;
    this.#free = pairs(min, max);
  }

  /** The even ports of so many pairs. @throws OffhookError E_PORTS when the machine has no group of ports left. */
  async take(count: number): Promise<number[]> {
    while (this.#free.length < count) {
      this.#taking ??= this.#grow().finally(() => {
        this.#taking = undefined;
      });
      await this.#taking;
    }
    return this.#free.splice(0, count);
  }

  giveBack(ports: readonly number[]): void {
    this.#free.push(...ports);
  }

  async #grow(): Promise<void> {
    const slot = await this.#take(this.#address);
    if (this.#isReleased) {
      slot.release();
      throw new Error('the peer was stopped');
    }
    this.#further.push(slot);
    // No SIP and no control connection use this group: its lower ports are for audio as well.
    this.#free.push(...pairs(slot.sip, slot.rtp[1]));
  }

  /** Releases the further groups; the own one belongs to the peer. */
  release(): void {
    this.#isReleased = true;
    for (const slot of this.#further) slot.release();
  }
}

function pairs(min: number, max: number): number[] {
  return Array.from({ length: Math.floor((max - min + 1) / 2) }, (_, n) => min + 2 * n);
}
