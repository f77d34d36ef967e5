/**
 * Which way a message of the trace went: the trace prints addresses, not directions. An agent's own
 * sockets are the ones it listens on and, over TCP and TLS, the ephemeral ones of connections it opened.
 */

/** What the line above a message in the trace says. */
export interface TraceAddress {
  transport: string;
  source: string;
  destination: string;
}

export class Endpoints {
  readonly #listening: ReadonlySet<string>;
  readonly #opened = new Set<string>();

  /** As "address:port". */
  constructor(listening: Iterable<string>) {
    this.#listening = new Set(listening);
  }

  /**
   * `via`: value of the topmost Via header, which counts only where the trace shows no address. `proven`: whether
   * the address line is surely baresip's own; an imitated one must not teach us ends of connections.
   */
  isSent(
    request: boolean,
    via: string,
    address: TraceAddress | undefined,
    proven: boolean,
  ): boolean {
    // The topmost Via names the sender of a request and the receiver of a response (RFC 3261, 18).
    const sentBy = /^SIP\s*\/\s*2\.0\s*\/\s*\w+\s+([^\s;,]+)/i.exec(via)?.[1] ?? '';
    const ownVia = this.#listening.has(sentBy) || this.#opened.has(sentBy);
    if (address === undefined) return request === ownVia;
    const { source, destination } = address;
    for (const own of [this.#listening, this.#opened]) {
      if (own.has(source)) return true;
      if (own.has(destination)) return false;
    }
    // UDP goes by the sockets that listen: this line is an imitation, and what is sent has to be confirmed.
    if (address.transport === 'UDP') return true;
    // Neither end listens: a connection of our own, on which the first message is a request of ours.
    if (proven) this.opened(request ? source : destination);
    return request;
  }

  /** A connection of the agent's own has that end, as "address:port". */
  opened(end: string): void {
    this.#opened.add(end);
  }
}
