/** A timer for conclusions from silence, such as "no answer came". */

export interface SilenceTimer {
  /** Stops the timer: `action` is not called any more, even if the time is already over. */
  cancel(): void;
}

/**
 * Calls `action` after `ms`, once everything that had arrived by then was read. A plain timer may fire before
 * that: when this process was paused, Node runs timers that are due before it reads sockets and pipes.
 */
export function afterReading(ms: number, action: () => void): SilenceTimer {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(action);
  }, ms);
  return {
    cancel: () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
