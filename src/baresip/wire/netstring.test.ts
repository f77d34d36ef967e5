import { describe, expect, test } from 'vitest';
import {
  CommandWriter,
  LONGEST_FRAME,
  NetstringDecoder,
  NetstringError,
  encodeNetstring,
} from './netstring.js';

const TEXTS = ['', 'a', '{"x":"ä€"}', '1:,', 'x'.repeat(5000)];

describe('netstrings', () => {
  test('are decoded with borders at every byte', () => {
    const all = Buffer.from(TEXTS.slice(0, 4).map(encodeNetstring).join(''));
    for (let border = 0; border <= all.length; border++) {
      const decoder = new NetstringDecoder();
      const frames = [
        ...decoder.push(all.subarray(0, border)),
        ...decoder.push(all.subarray(border)),
      ];
      expect(frames).toEqual(TEXTS.slice(0, 4));
    }
  });

  test('are decoded byte by byte', () => {
    const decoder = new NetstringDecoder();
    const bytes = Buffer.from(TEXTS.map(encodeNetstring).join(''));
    expect([...bytes].flatMap((byte) => decoder.push(Buffer.from([byte])))).toEqual(TEXTS);
  });

  test.each([
    'HTTP/1.1 400',
    ':abc,',
    '-1:a,',
    '3:abc;',
    '1a:x,',
    '99999999:',
    `${LONGEST_FRAME + 1}:`,
    '12345678',
  ])('garbage is told at once: %s', (text) => {
    expect(() => new NetstringDecoder().push(Buffer.from(text))).toThrow(NetstringError);
  });

  test('broken UTF-8 does not break a frame', () => {
    const frame = Buffer.concat([Buffer.from('3:a'), Buffer.from([0xff]), Buffer.from('b,')]);
    expect(new NetstringDecoder().push(frame)).toEqual(['a\ufffdb']);
  });
});

/** baresip's reading of frames, with its fault: what stands before a frame counts as part of it (tcp_netstring.c). */
class BaresipReader {
  #buffer = '';
  #at = 0;
  readonly frames: string[] = [];

  read(text: string): void {
    this.#buffer += text;
    while (this.#buffer.length - this.#at >= 3) {
      const digits = /^\d+/.exec(this.#buffer.slice(this.#at))?.[0];
      if (digits === undefined) throw new Error(`no length: ${this.#buffer.slice(this.#at)}`);
      const start = this.#at + digits.length + 1;
      const end = start + Number(digits);
      if (digits.length + Number(digits) + 1 >= this.#buffer.length) return;
      if (this.#buffer[end] !== ',') throw new Error('taken for complete');
      this.frames.push(this.#buffer.slice(start, end));
      this.#at = end + 1;
      if (this.#at < this.#buffer.length) continue;
      this.#buffer = '';
      this.#at = 0;
    }
  }
}

describe('commands and acknowledgements', () => {
  test('a command ends the frame that the acknowledgements have begun', () => {
    const writer = new CommandWriter();
    expect(writer.command('{"a":1}')).toBe('7:{"a":1},');
    writer.answered();
    const begun = writer.acknowledgement() + writer.acknowledgement() + writer.acknowledgement();
    expect(begun).toBe('512:  ');
    const frames = new NetstringDecoder().push(Buffer.from(begun + writer.command('{"b":"ä"}')));
    expect(frames.map((frame) => frame.trimStart())).toEqual(['{"b":"ä"}']);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'baresip reads each command, however late it reads (%i)',
    (seed) => {
      const writer = new CommandWriter();
      const baresip = new BaresipReader();
      const sent: string[] = [];
      let wire = '';
      let replies = 0;
      let state = seed;
      const chance = (most: number): number => {
        state = (state * 48271) % 2147483647;
        return state % most;
      };
      const commandsOf = (frames: readonly string[]): string[] =>
        frames.map((frame) => frame.trim()).filter((frame) => frame !== '{}' && frame !== '');
      const read = (): void => {
        baresip.read(wire);
        wire = '';
      };
      for (let turn = 0; turn < 20_000; turn += 1) {
        const what = chance(100);
        if (what < 3 + seed) {
          for (let count = chance(3); count >= 0; count -= 1) {
            const command = JSON.stringify({
              n: sent.length,
              text: 'x'.repeat(chance(what === 0 ? 1500 : 90)),
            });
            sent.push(command);
            wire += writer.command(command);
          }
        } else if (what < 90 - 10 * (seed % 4)) wire += writer.acknowledgement();
        else if (what < 97) read();
        else if (replies < commandsOf(baresip.frames).length) {
          replies += 1;
          writer.answered();
        }
      }
      read();
      wire = writer.command('last');
      read();
      expect(commandsOf(baresip.frames)).toEqual([...sent, 'last']);
    },
  );
});
