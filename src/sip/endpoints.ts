/**
 * Finds the direction of a message in the trace, which prints only addresses. An agent's own sockets are
 * those it listens on and, over TCP and TLS, the ephemeral ends of connections it opened.
 */

/** The address line above a message in the trace. */
export interface TraceAddress {
  transport: string;
  source: string;
  destination: string;
}

export class Endpoints {
  readonly #listening: ReadonlySet<string>;
  readonly #opened = new Set<string>();

  /** `listening`: sockets as "address:port". */
  constructor(listening: Iterable<string>) {
    this.#listening = new Set(listening);
  }

  /**
   * `via`: value of the topmost Via header, used only where the trace shows no address. `proven`: whether the
   * address line is surely baresip's own; an imitated line must not teach us ends of connections.
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
    // UDP uses only sockets that listen, so this line is an imitation. As a sent message it has to be confirmed.
    if (address.transport === 'UDP') return true;
    // Neither end listens: the agent opened this connection, and its first message is the agent's request.
    if (proven) this.opened(request ? source : destination);
    return request;
  }

  /** Notes one end ("address:port") of a connection that the agent opened. */
  opened(end: string): void {
    this.#opened.add(end);
  }
}
