/** A timer for conclusions from silence, such as "no answer came". */

export interface SilenceTimer {
  /** Nothing happens after this, even if the time is over already. */
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
