/**
 * Removes unrequested "100 Continue" answers. A client must be able to read them before the final answer
 * (RFC 9110, 15.2), but undici ends the connection at one: so they are filtered out before undici reads.
 */
import type { Socket } from 'node:net';

const BEGINNING = 'HTTP/1.1 100';
/** Longest status line and fields of a 100; a longer one is left to undici. */
const LONGEST = 16 * 1024;

/** @param socket carries one exchange: bytes after the first other answer are not examined. */
export function skipContinue(socket: Socket): void {
  const read = socket.read.bind(socket);
  /** Received bytes that may belong to a 100. */
  let held: Buffer = Buffer.alloc(0);
  let isLooking = true;
  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size) as Buffer | null;
    if (!isLooking || chunk === null) return chunk;
    held = withoutContinue(Buffer.concat([held, chunk]));
    if (held.length < LONGEST && mayBeContinue(held)) return null;
    isLooking = false;
    return held;
  };
}

function withoutContinue(bytes: Buffer): Buffer {
  let rest = bytes;
  while (
    rest
      .subarray(0, BEGINNING.length + 1)
      .toString('latin1')
      .trimEnd() === BEGINNING
  ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return rest;
    rest = rest.subarray(end + 4);
  }
  return rest;
}

function mayBeContinue(bytes: Buffer): boolean {
  const start = bytes.subarray(0, BEGINNING.length).toString('latin1');
  return BEGINNING.startsWith(start);
}
