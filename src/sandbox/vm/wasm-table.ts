/**
 * QuickJS reports every promise rejection that nothing handles to a tracker, but this build gives no way
 * to install one. These two pieces make it possible: the binary with its function table exported, and a
 * function of ours in the form the table takes.
 */

const SECTION = { table: 4, export: 7 } as const;
const EXPORT_KIND_TABLE = 1;
const HEADER_BYTES = 8;
/** Name of the added export; the build's own are one or two letters. */
export const TABLE_EXPORT = 'table';

/** Appends an export of the first table; everything else stays byte for byte. */
export function withTableExported(binary: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [binary.subarray(0, HEADER_BYTES)];
  let at = HEADER_BYTES;
  while (at < binary.length) {
    const start = at;
    const id = binary[at] ?? 0;
    const size = readUnsigned(binary, at + 1);
    const end = size.next + size.value;
    const section = binary.subarray(start, end);
    parts.push(
      ...(id === SECTION.export ? exportSection(binary.subarray(size.next, end)) : [section]),
    );
    at = end;
  }
  return Uint8Array.from(Buffer.concat(parts));
}

function exportSection(body: Uint8Array): Uint8Array[] {
  const count = readUnsigned(body, 0);
  const entries = body.subarray(count.next);
  const name = Buffer.from(TABLE_EXPORT);
  const added = Uint8Array.from([name.length, ...name, EXPORT_KIND_TABLE, 0]);
  const newCount = Uint8Array.from(unsigned(count.value + 1));
  const length = newCount.length + entries.length + added.length;
  return [Uint8Array.from([SECTION.export, ...unsigned(length)]), newCount, entries, added];
}

/** LEB128, as WebAssembly writes its numbers. */
function readUnsigned(bytes: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  let shift = 0;
  let next = start;
  for (;;) {
    const byte = bytes[next] ?? 0;
    next += 1;
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte < 0x80) return { value, next };
  }
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** JSHostPromiseRejectionTracker of quickjs.h: (context, promise, reason, is_handled, opaque). */
export type Tracker = (
  context: number,
  promise: bigint,
  reason: bigint,
  handled: number,
  opaque: number,
) => void;

/**
 * (module (import "a" "b" (func (param i32 i64 i64 i32 i32))) (export "c" (func 0))): a table holds only
 * functions that come out of a WebAssembly instance.
 */
const GLUE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x09, 0x01, 0x60, 0x05, 0x7f, 0x7e, 0x7e, 0x7f, 0x7f, 0x00],
  ...[0x02, 0x07, 0x01, 0x01, 0x61, 0x01, 0x62, 0x00, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x63, 0x00, 0x00],
]);

/** Puts the tracker into the table and returns its index there: what C knows as a function pointer. */
export function addTracker(table: WebAssembly.Table, tracker: Tracker): number {
  const glue = new WebAssembly.Instance(new WebAssembly.Module(GLUE), { a: { b: tracker } });
  const index = table.grow(1);
  table.set(index, glue.exports['c']);
  return index;
}
