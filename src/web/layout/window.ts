/** The part of a long list that is in sight. */
export interface Window {
  /** Indexes: the first, and the one behind the last. */
  from: number;
  to: number;
}

/** @param beyond how many more on each side, so that a quick scroll shows no gap */
export function windowOf(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  beyond: number,
): Window {
  const first = Math.floor(scrollTop / rowHeight);
  const visible = Math.ceil(height / rowHeight) + 1;
  return {
    from: Math.min(count, Math.max(0, first - beyond)),
    to: Math.max(0, Math.min(count, first + visible + beyond)),
  };
}

/** Where to scroll so that a row is in sight, with more before it than after; undefined when it is already. */
export function scrollFor(
  row: number,
  scrollTop: number,
  height: number,
  rowHeight: number,
): number | undefined {
  const top = row * rowHeight;
  if (top >= scrollTop && top + rowHeight <= scrollTop + height) return undefined;
  return Math.max(0, Math.round(top - (height * 2) / 3));
}
