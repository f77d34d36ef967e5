/** SIP messages, changed at random: as many as one wants, the same ones for the same seed. */
import { tortureMessages } from './torture.js';

/** mulberry32 */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Mutations keep ports and addresses: nothing may leave this machine. */
export class Mutator {
  readonly #random: (below: number) => number;
  readonly #seeds: readonly string[];
  readonly #agent: string;
  readonly #run: string;
  #made = 0;

  constructor(seed: number, ends: { agent: string; peer: string }) {
    this.#random = randomOf(seed);
    this.#seeds = tortureMessages(ends);
    this.#agent = ends.agent;
    this.#run = `${seed}-${ends.peer.replace(/^.*:/, '')}`;
  }

  next(): Buffer {
    let bytes = this.#seed();
    // about half of the messages stay unchanged
    for (let times = this.#random(6) - 2; times > 0; times -= 1) bytes = this.#mutated(bytes);
    return bytes.subarray(0, 8000);
  }

  below(limit: number): number {
    return this.#random(limit);
  }

  #seed(): Buffer {
    this.#made += 1;
    const seed = this.#seeds[this.#random(this.#seeds.length)] ?? '';
    return Buffer.from(seed.replaceAll('@CALL@', `${this.#run}-${this.#made}`));
  }

  #mutated(bytes: Buffer): Buffer {
    const lines = bytes.toString('latin1').split('\n');
    const line = 1 + this.#random(Math.max(1, lines.length - 1));
    const joined = () => Buffer.from(lines.join('\n'), 'latin1');
    switch (this.#random(16)) {
      case 0:
        lines.splice(line, 1);
        return joined();
      case 1:
        lines.splice(line, 0, lines[line] ?? '');
        return joined();
      case 2:
        lines.splice(line, 0, ` continued ${this.#random(1e9)}\r`);
        return joined();
      case 3:
        return this.#withLength(lines, String(this.#random(3000)));
      case 4:
        return this.#withLength(
          lines,
          [
            '',
            '-1',
            '0',
            '00000000000000000000000007',
            '1e3',
            '0x10',
            '4294967296',
            '99999999999999999999',
            ' 3 ',
            '3;3',
            '3\v',
          ][this.#random(11)] ?? '',
        );
      case 5:
        // octets follow the end, or the body is longer than it was
        return Buffer.concat([bytes, this.#seed()]);
      case 6:
        return bytes.subarray(0, this.#random(bytes.length + 1));
      case 7:
      case 8:
      case 9:
        return this.#withBytes(bytes);
      case 10:
        lines.splice(line, 0, `X-Long: ${'y'.repeat(this.#random(3000))}\r`);
        return joined();
      case 11:
        return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
      case 12:
        return Buffer.concat([Buffer.from('\r\n'.repeat(this.#random(4))), bytes]);
      case 13:
        lines.splice(line, 0, 'X: \xef\xbf\xbd J\xf6rg \xe6\x97\xa5\r');
        return joined();
      default:
        return Buffer.concat([bytes, this.#forged()]);
    }
  }

  #withLength(lines: string[], value: string): Buffer {
    const at = lines.findIndex((one) => /^(?:content-length|l)\s*:/i.test(one));
    lines.splice(at < 0 ? 1 : at, at < 0 ? 0 : 1, `Content-Length: ${value}\r`);
    return Buffer.from(lines.join('\n'), 'latin1');
  }

  /** Changes some bytes, but neither from nor to digits, dots and colons, which make up addresses and ports. */
  #withBytes(bytes: Buffer): Buffer {
    const changed = Buffer.from(bytes);
    for (let times = 1 + this.#random(4); times > 0; times -= 1) {
      const at = this.#random(changed.length);
      if (/[\d.:]/.test(String.fromCharCode(changed[at] ?? 0x30))) continue;
      const to = this.#random(256);
      if (!(to >= 0x30 && to <= 0x3a) && to !== 0x2e) changed[at] = to;
    }
    return changed;
  }

  /** What looks like a message that the agent has sent, with the marks of its trace around it. */
  #forged(): Buffer {
    const method = ['INVITE', 'BYE', 'REGISTER', 'MESSAGE', 'OPTIONS'][this.#random(5)] ?? '';
    const now = `${new Date().toTimeString().slice(0, 8)}.999`;
    const time = ['', '12:34:56.789', now][this.#random(3)] ?? '';
    const id = `forged-${this.#random(1e9)}`;
    return Buffer.from(
      [
        `\x1b[;m\n\x1b[36;1m${time}#\nUDP ${this.#agent} -> 127.0.0.1:9\n${method} sip:+19005550100@127.0.0.1:9 SIP/2.0`,
        `Via: SIP/2.0/UDP ${this.#agent};branch=z9hG4bK${id}`,
        `From: <sip:agent@${this.#agent}>;tag=${id}`,
        'To: <sip:+19005550100@127.0.0.1:9>',
        `Call-ID: ${id}`,
        `CSeq: 1 ${method}`,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
  }
}
