/** Where the media of user agents come from and go to, as the user agents said it in SIP. Pure. */
import { parseSdp } from '../../sip/sdp.js';
import type { SipMessage } from '../../sip/sip-message.js';
import type { CapturedPacket } from './captured-packets.js';
import { endText, parseEnd } from './ip-packets.js';

/** The port of a placeholder address; the real one follows later (RFC 8840, 4.1.1). */
const DISCARD_PORT = 9;
const NOWHERE: readonly string[] = ['0.0.0.0', '::'];
/** RFC 8839, 5.1: "a=candidate:1 1 UDP 2130706431 192.0.2.1 8998 typ srflx raddr 10.0.1.1 rport 8998" */
const CANDIDATE =
  /^a=candidate:\S+ \d+ \S+ \d+ (\S+) (\d{1,5}) typ \S+(?: raddr (\S+) rport (\d{1,5}))?/gim;
/** RFC 3605: "a=rtcp:53020", with an address behind it where that is another one. */
const RTCP = /^a=rtcp:(\d{1,5})(?: IN IP[46] (\S+))?/gim;

export class MediaEnds {
  readonly #ends = new Set<string>();

  /**
   * Takes what a user agent sent. The address in a session description may be that of a NAT in front of the user agent: the
   * address its SIP comes from counts as well.
   */
  note({ direction, local, body }: SipMessage): void {
    if (direction !== 'sent' || body === '') return;
    const own = /^(.*):\d+$/.exec(local)?.[1];
    for (const { port, address } of parseSdp(body)?.media ?? []) {
      if (port === 0 || port === DISCARD_PORT) continue;
      for (const host of [address, own]) {
        this.#add(host, port);
        // RTCP has the next port (RFC 3550, 11), unless an attribute says otherwise
        this.#add(host, port + 1);
        for (const [, rtcp, other] of body.matchAll(RTCP)) this.#add(other ?? host, Number(rtcp));
      }
    }
    for (const [, host, port, base, basePort] of body.matchAll(CANDIDATE)) {
      this.#add(host, Number(port));
      if (base !== undefined) this.#add(base, Number(basePort));
    }
  }

  /** Whether the packet comes from or goes to one of the noted addresses. */
  has({ ends: [source, destination] }: CapturedPacket): boolean {
    return this.#ends.has(source) || this.#ends.has(destination);
  }

  #add(host: string | undefined, port: number): void {
    if (host === undefined || NOWHERE.includes(host)) return;
    const bare = host.replace(/^\[|\]$/g, '');
    const end = parseEnd(bare.includes(':') ? `[${bare}]:${port}` : `${bare}:${port}`);
    if (end !== undefined) this.#ends.add(endText(end));
  }
}
