/** A request and its response that follow one another again and again, as those of a refused registration do. */

/** `times` above 1: `first` and `second` came so often, one behind the other; else `first` stands alone. */
export type Exchange<T> = { first: T; times: 1 } | { first: T; second: T; times: number };

/**
 * Folds neighbours that repeat the same exchange. `isExchange`: whether two neighbours are a request and its
 * response; `isSame`: whether two requests, or two responses, are alike.
 */
export function foldExchanges<T>(
  items: readonly T[],
  isExchange: (first: T, second: T) => boolean,
  isSame: (one: T, other: T) => boolean,
): Exchange<T>[] {
  const folded: Exchange<T>[] = [];
  for (let at = 0; at < items.length;) {
    const [first, second] = [items[at], items[at + 1]];
    if (first === undefined) break;
    let times = 1;
    if (second !== undefined && isExchange(first, second)) {
      const again = (): boolean => {
        const [request, response] = [items[at + 2 * times], items[at + 2 * times + 1]];
        if (request === undefined || response === undefined) return false;
        return isSame(first, request) && isSame(second, response);
      };
      while (again()) times += 1;
    }
    if (times > 1 && second !== undefined) folded.push({ first, second, times });
    else folded.push({ first, times: 1 });
    at += times > 1 ? 2 * times : 1;
  }
  return folded;
}
