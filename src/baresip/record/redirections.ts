/** Joins the calls before and after a 3xx, while the INVITE of the next call is under way. */
import type { Peer } from '../../sip/peer.js';
import type { AgentEvent } from '../../model/agent-event.js';
import type { Call } from './call-record.js';

export class Redirections {
  readonly #emit: (event: AgentEvent) => void;
  /** Call-ID before -> after. */
  readonly #next = new Map<string, string>();
  /** The address a call was last sent to, by the Call-ID it has now. */
  readonly #addresses = new Map<string, string>();
  #under: { call: Call; uri: string } | undefined;

  constructor(emit: (event: AgentEvent) => void) {
    this.#emit = emit;
  }

  /** The Call-ID that the call has now. */
  currentId(id: string): string {
    const next = this.#next.get(id);
    return next === undefined ? id : this.currentId(next);
  }

  /** The address a 3xx has sent that call to; undefined when none did. */
  addressOf(id: string): string | undefined {
    return this.#addresses.get(id);
  }

  /** The call whose next INVITE is awaited. */
  get waiting(): Call | undefined {
    return this.#under?.call;
  }

  /** The peer the script dialled; the address a server redirects to does not replace it. */
  get peer(): Peer | undefined {
    return this.#under?.call.peer;
  }

  /** The next INVITE takes the place of that call. */
  expect(call: Call, uri: string): void {
    call.timer?.cancel();
    this.#under = { call, uri };
  }

  /** Stops waiting for the next INVITE. */
  giveUp(): void {
    this.#under = undefined;
  }

  /** True when this is the expected call: for the script it is the same call as before. */
  takesPlace(call: Call): boolean {
    if (this.#under === undefined) return false;
    const { call: before, uri } = this.#under;
    this.#under = undefined;
    call.hops = before.hops + 1;
    before.closed = true;
    this.#next.set(before.id, call.id);
    this.#addresses.set(call.id, uri);
    this.#emit({ type: 'call_redirected', call: before.id, to: call.id, uri });
    return true;
  }

  /** baresip itself has sent another INVITE for that call. */
  followed(call: string, uri: string): void {
    this.#addresses.set(call, uri);
    this.#emit({ type: 'call_redirected', call, to: call, uri });
  }
}

export function isRedirection(code = 0): boolean {
  return code >= 300 && code < 400;
}
