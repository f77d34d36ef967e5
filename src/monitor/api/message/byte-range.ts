/** The Range header (RFC 9110, 14.1.2 and 14.2), as far as players of audio use it: one range of bytes. Pure. */

export interface ByteRange {
  /** Positions of the first and the last byte, counted from 0. */
  readonly start: number;
  readonly end: number;
}

/** @returns undefined: send all of it, as for what is no range or several; 'unsatisfiable': it begins behind the end */
export function byteRange(
  field: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(field?.trim() ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (last === '') return undefined;
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
