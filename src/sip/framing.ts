/** Cuts a byte stream into SIP messages by their Content-Length (RFC 3261, 18.3; keep-alives: RFC 5626, 3.5.1). */
import { fullName, parseHead, type HeaderField } from './sip-message.js';

/** A head longer than this is no SIP message: the connection is given up. */
const LONGEST_HEAD = 64 * 1024;
const LONGEST_BODY = 8 * 1024 * 1024;

/** A whole message, in latin1: one character for each octet. */
export class StreamFraming {
  #rest = '';

  /**
   * Takes what has arrived, in latin1, and returns the messages that are complete now.
   * @throws Error when the stream can hold no SIP messages any more
   */
  take(chunk: string): string[] {
    this.#rest += chunk;
    const messages: string[] = [];
    for (;;) {
      // Empty lines between messages keep a connection alive.
      this.#rest = this.#rest.replace(/^[\r\n]+/, '');
      const end = /\r?\n\r?\n/.exec(this.#rest);
      if (end === null) {
        if (this.#rest.length > LONGEST_HEAD) throw new Error('no end of the header within 64 KiB');
        return messages;
      }
      const body = end.index + end[0].length;
      const head = parseHead(this.#rest.slice(0, end.index));
      const length = lengthOf(head?.headers ?? []);
      if (length > LONGEST_BODY) throw new Error(`a body of ${length} octets, more than 8 MiB`);
      if (this.#rest.length < body + length) return messages;
      messages.push(this.#rest.slice(0, body + length));
      this.#rest = this.#rest.slice(body + length);
    }
  }
}

/** With a wrong length, or two of them, nobody knows where the next message begins (RFC 4475, 3.1.2.3 and 3.3.9). */
function lengthOf(headers: readonly HeaderField[]): number {
  const given = headers.filter(([name]) => fullName(name) === 'content-length');
  const [first, ...others] = new Set(given.map(([, value]) => value));
  if (first === undefined) return 0;
  if (others.length > 0) throw new Error(`Content-Length is ${first} and ${others.join(' and ')}`);
  if (!/^\d+$/.test(first)) throw new Error(`Content-Length is ${JSON.stringify(first)}`);
  return Number(first);
}
