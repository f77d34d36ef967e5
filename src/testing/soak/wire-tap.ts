/**
 * What a tap at the other end of the wire has kept, held against what the driver says was received and sent. Each
 * function returns what differs, in words.
 */
import { isUtf8 } from 'node:buffer';

/** Text as the driver shows it: each line UTF-8 where it is that. */
function textOf(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at) + 1;
    const line = bytes.subarray(at, end === 0 ? bytes.length : end);
    text += line.toString(isUtf8(line) ? 'utf8' : 'latin1');
    at += line.length;
  }
  return text;
}

/** A datagram without what lies behind its Content-Length, as RFC 3261, 18.3 has it. */
function messageIn(datagram: Buffer): Buffer {
  const text = datagram.toString('latin1');
  const empty = /\n\r*\n/.exec(text);
  if (empty === null) return datagram;
  const end = empty.index + empty[0].length;
  const fields = text.slice(0, end).replace(/\r*\n\r*[ \t]/g, ' ');
  const lengths = [...fields.matchAll(/\n\r*(?:content-length|l)[ \t\r]*:[ \t\r]*([^\n]*)/gi)];
  const value = lengths.at(-1)?.[1]?.replace(/[ \t\r]+$/, '') ?? '';
  return /^\d+$/.test(value) ? datagram.subarray(0, end + Number(value)) : datagram;
}

/**
 * The parts of a datagram up to its first end mark, and up to the first one after its head. If its Content-Length is wrong
 * or missing, no more is certain: what follows the mark may be a part of the message or a message of its own.
 */
function beforeMarks(datagram: Buffer): Buffer[] {
  const empty = /\n\r*\n/.exec(datagram.toString('latin1'));
  return [0, empty?.index ?? 0]
    .map((from) => datagram.indexOf('\x1b[;m\n', from))
    .filter((mark) => mark >= 0)
    .map((mark) => datagram.subarray(0, mark));
}

/** Checks that the reported messages are the sent datagrams, in order, less as many as baresip refused. */
export function receivedDifferences(
  given: readonly Buffer[],
  told: readonly string[],
  { refused, crashed }: { refused: number; crashed: boolean },
): string[] {
  let at = 0;
  let left = 0;
  for (const raw of told) {
    const from = at;
    while (at < given.length && !isTold(given[at] ?? Buffer.alloc(0), raw)) at += 1;
    if (at === given.length)
      return [
        `received ${JSON.stringify(raw)}, expected one of ${JSON.stringify(given.slice(from, from + 3).map(textOf))}`,
      ];
    left += at - from;
    at += 1;
  }
  left += given.length - at;
  // After a crash nobody can tell how many datagrams baresip had read.
  if (crashed || left === refused) return [];
  return [`${left} of ${given.length} datagrams are not in the trace, baresip refused ${refused}`];
}

function isTold(datagram: Buffer, raw: string): boolean {
  // What baresip prints of a datagram begins at its start line.
  const blank = /^(?:\r?\n)*/.exec(datagram.toString('latin1'))?.[0].length ?? 0;
  const bytes = datagram.subarray(blank);
  if (textOf(messageIn(bytes)) === raw) return true;
  return beforeMarks(bytes).some((certain) => textOf(certain) === raw);
}

/** Checks that the reported messages are the datagrams that arrived; after a crash the last ones may be missing on either side. */
export function sentDifferences(
  taken: readonly Buffer[],
  told: readonly string[],
  crashed: boolean,
): string[] {
  const wire = taken.map(textOf);
  const at = wire.findIndex((text, index) => text !== told[index]);
  const first = at < 0 && told.length > wire.length ? wire.length : at;
  if (first < 0 || (crashed && first >= Math.min(wire.length, told.length))) return [];
  return [
    `sent: on the wire ${JSON.stringify(wire[first])}, told ${JSON.stringify(told[first])} (${wire.length} and ${told.length} in all)`,
  ];
}

/** What was sent over one connection. */
export interface Given {
  stream: Buffer;
  /** How many bytes baresip has certainly read: it has answered a request that ends there. */
  read: number;
}

/**
 * Checks that the reported messages, joined, are the beginning of the stream, with only empty lines between them, and that
 * they cover at least its first `least` bytes.
 */
export function tiled(
  what: 'received' | 'sent',
  stream: Buffer,
  told: readonly string[],
  least: number,
): string[] {
  let at = 0;
  const skipEmpty = (): void => {
    while (stream[at] === 0x0d || stream[at] === 0x0a) at += 1;
  };
  const goesOn = (): string => JSON.stringify(stream.toString('latin1', at, at + 600));
  for (const [index, raw] of told.entries()) {
    const size = [Buffer.byteLength(raw), Buffer.byteLength(raw, 'latin1')];
    skipEmpty();
    const length =
      size.find((one) => textOf(stream.subarray(at, at + one)) === raw) ?? mixed(stream, at, raw);
    if (length === undefined) {
      // What was sent while the connection closed did not arrive.
      if (what === 'sent' && at >= stream.length) return [];
      return [
        `${what} message ${index} is ${JSON.stringify(raw)}, the stream goes on with ${goesOn()}`,
      ];
    }
    at += length;
  }
  skipEmpty();
  return at >= least ? [] : [`${what} and not told, of ${told.length} messages: ${goesOn()}`];
}

/** The length in bytes of a text in which lines of two encodings are mixed. */
function mixed(stream: Buffer, at: number, raw: string): number | undefined {
  for (let size = raw.length; size <= raw.length * 3; size += 1)
    if (textOf(stream.subarray(at, at + size)) === raw) return size;
  return undefined;
}
