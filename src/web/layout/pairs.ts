import type { RowPair } from '../../story/compare.js';

/** Pairs of which only one side has a row. */
export function differingPairs(pairs: readonly RowPair[]): RowPair[] {
  return pairs.filter(({ left, right }) => left === undefined || right === undefined);
}

/** Place of the pair that holds one of the rows; -1 where none does. */
export function pairOfRows(
  pairs: readonly RowPair[],
  rows: { left?: number; right?: number } | undefined,
): number {
  if (rows === undefined) return -1;
  return pairs.findIndex(
    ({ left, right }) =>
      (left !== undefined && left === rows.left) || (right !== undefined && right === rows.right),
  );
}
