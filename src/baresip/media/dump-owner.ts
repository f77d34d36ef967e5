/**
 * Finds the call a dump belongs to. sndfile names no call (before 2.9 not even the other side), so the call
 * is read from what baresip did just before: media start while it handles a message about an offer or an
 * answer, after it sent an offer, while it answers a call, or at the end of a handshake, and its output shows
 * each of these in that order. Knows the lines and messages that come before a start of media; knows no
 * files.
 */
import type { SipMessage } from '../../sip/sip-message.js';
import { openCalls, type AgentState } from '../../model/agent-state.js';
import type { CtrlEvent } from '../wire/events.js';

/** Requests that carry an offer or an answer, or confirm one; their responses as well. */
const ABOUT_MEDIA = ['INVITE', 'ACK', 'UPDATE', 'PRACK'];

/** A Call-ID. Undefined: the call whose dump the new dump replaces, which the files show. */
export type Owner = string | undefined;

export class DumpOwner {
  readonly #agent: { readonly state: AgentState };
  #owner: Promise<Owner> = Promise.resolve(undefined);
  /** Settles the owner once the 200 is sent that shows which call is being answered. */
  #answered: ((call: string) => void) | undefined;
  /**
   * The end of a DTLS handshake shows in two places, in the same order: a line before the media start, and an
   * event that names the call. The first to be read waits here for the other.
   */
  readonly #handshakes: ((call: string) => void)[] = [];
  readonly #encrypted: string[] = [];

  constructor(agent: { readonly state: AgentState }) {
    this.#agent = agent;
  }

  /** The call whose media began since the last message or line, if any. It may be known only a moment later. */
  now(): Promise<Owner> {
    return this.#owner;
  }

  /** Takes every message of the SIP trace, in its place among the lines. */
  message({ method, direction, code = 0, call_id }: SipMessage): void {
    if (direction === 'received') {
      if (ABOUT_MEDIA.includes(method)) this.#owner = Promise.resolve(call_id);
    } else if (method === 'INVITE' && code === 0) {
      // 1.1 starts the media of its offer at once, without waiting for the answer.
      this.#owner = Promise.resolve(call_id);
    } else if (method === 'INVITE' && code >= 200 && code < 300) {
      this.#answered?.(call_id);
      this.#answered = undefined;
    }
  }

  /** Takes a line of baresip's log (call.c, audio.c, stream.c, dtls_srtp.c; the same from 1.0 to 4.10). */
  line(text: string): void {
    if (text.startsWith('call: answering call on line ')) {
      this.#owner = new Promise((settle) => (this.#answered = settle));
    } else if (text.startsWith('dtls_srtp: ---> DTLS-SRTP complete (audio/')) {
      this.#owner = new Promise((settle) => this.#handshakes.push(settle));
      this.#match();
    } else if (text.startsWith('Audio decoder changed payload ')) {
      this.#owner = Promise.resolve(undefined);
    } else {
      const remote = /^stream: mnat '\w+' connected: raddr (\S+)/.exec(text)?.[1];
      if (remote !== undefined) this.#owner = Promise.resolve(this.#callWith(remote));
    }
  }

  /** CALL_MENC: the media of a call are encrypted from now on. */
  encrypted({ call, param }: CtrlEvent): void {
    // With SDES the third field is the suite, and no handshake has ended.
    if (!/^\d+,audio,RTC?P$/.test(param)) return;
    this.#encrypted.push(call);
    this.#match();
  }

  #match(): void {
    while (this.#handshakes.length > 0) {
      const call = this.#encrypted.shift();
      if (call === undefined) return;
      this.#handshakes.shift()?.(call);
    }
  }

  /** The call that sends to that address; else, as ICE may have found another address, the only call with media. */
  #callWith(remote: string): Owner {
    const calls = openCalls(this.#agent.state).filter(({ facts }) => facts.media !== undefined);
    const same = calls.filter(({ facts }) => facts.media?.remote_address === remote);
    const [only, ...others] = same.length > 0 ? same : calls;
    return others.length > 0 ? undefined : only?.id;
  }
}
