/** A time limit for work that can be ended from elsewhere as well. */

export interface TimeLimit {
  /** Aborted when the time is over (reason: a TimeoutError), or with the reason of the given signal. */
  readonly signal: AbortSignal;
  /** Must be called when the work is done. */
  readonly cancel: () => void;
}

/**
 * Ends work after `ms`, or when `outer` is aborted. AbortSignal.any() with an AbortSignal.timeout() cannot be used here: nothing
 * holds a reference to that timeout, so Node.js 20 collects it as garbage, and the limit never fires.
 */
export function timeLimit(ms: number, outer: AbortSignal): TimeLimit {
  const limit = new AbortController();
  const end = (): void => {
    limit.abort(outer.reason);
  };
  const timer = setTimeout(() => {
    limit.abort(new DOMException(`${ms} ms are over`, 'TimeoutError'));
  }, ms);
  outer.addEventListener('abort', end, { once: true });
  if (outer.aborted) end();
  return {
    signal: limit.signal,
    cancel: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', end);
    },
  };
}
