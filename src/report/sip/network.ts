/** A capture of the network that runs beside the scenarios, as reporters see it; and the reporter that says what it missed. */
import type { RunEvent } from '../../model/run-event.js';
import type { Reporter } from '../reporter.js';

export interface CapturedNetwork {
  /** A classic capture file in pieces; it may be read several times. */
  pieces: Iterable<Uint8Array>;
  /** What the capture missed, as sentences without a full stop. */
  losses: readonly string[];
}

/**
 * Ends the capture, and gives what it saw for as long as `read` runs. A reporter that was given this calls it once: the
 * files of the capture stay until all reporters have read them.
 */
export type Network = (read: (captured: CapturedNetwork) => Promise<void> | void) => Promise<void>;

/** Warns of packets that the capture missed, once, however many files the packets go into. */
export class NetworkLossReporter implements Reporter {
  readonly #network: Network;
  #tell: (event: RunEvent) => void = () => undefined;
  #at = 0;

  constructor(network: Network) {
    this.#network = network;
  }

  attach(tell: (event: RunEvent) => void): void {
    this.#tell = tell;
  }

  on({ at }: RunEvent): void {
    this.#at = at;
  }

  async complete(): Promise<void> {
    await this.#network(({ losses }) => {
      for (const text of losses) {
        this.#tell({ type: 'warning', at: this.#at, text: `--capture: ${text}` });
      }
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
