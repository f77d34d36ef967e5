/** Which call goes on as which after a 3xx: joined while the INVITE of the next one is under way. */
import type { Peer } from '../../sip/peer.js';
import type { AgentEvent } from '../../model/agent-event.js';
import type { Call } from './call-record.js';

export class Redirections {
  readonly #emit: (event: AgentEvent) => void;
  /** Call-ID before -> after. */
  readonly #next = new Map<string, string>();
  /** Where a call was sent last, by its Call-ID now. */
  readonly #addresses = new Map<string, string>();
  #under: { call: Call; uri: string } | undefined;

  constructor(emit: (event: AgentEvent) => void) {
    this.#emit = emit;
  }

  /** The Call-ID that call has now. */
  currentId(id: string): string {
    const next = this.#next.get(id);
    return next === undefined ? id : this.currentId(next);
  }

  /** Where a 3xx has sent that call; undefined when none did. */
  addressOf(id: string): string | undefined {
    return this.#addresses.get(id);
  }

  /** The call a next INVITE is awaited for. */
  get waiting(): Call | undefined {
    return this.#under?.call;
  }

  /** Whom the script dialled; the address a server sends it to is not its peer. */
  get peer(): Peer | undefined {
    return this.#under?.call.peer;
  }

  /** The next INVITE takes the place of that call. */
  expect(call: Call, uri: string): void {
    clearTimeout(call.timer);
    this.#under = { call, uri };
  }

  /** No such INVITE comes. */
  giveUp(): void {
    this.#under = undefined;
  }

  /** True when this call is the one that was expected: the same for the script as the one before. */
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
