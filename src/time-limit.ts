/** A time limit for work that can be ended from elsewhere as well. */

export interface TimeLimit {
  /** Aborted when the time is over (reason: a TimeoutError), or with the reason of the given signal. */
  readonly signal: AbortSignal;
  /** Must be called when the work is done. */
  readonly cancel: () => void;
}

/**
 * Ends work after so many ms, or when `outer` is aborted. AbortSignal.any() with an AbortSignal.timeout() in it does not do:
 * nothing holds that timeout, Node.js 20 collects it as garbage, and then the time is never over.
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
