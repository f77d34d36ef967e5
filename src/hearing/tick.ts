/**
 * When audio is looked at: one timer for all agents, as seldom as possible, because waking up costs more than
 * the work done then. Frames come every 20 ms.
 */

/** Default time between two looks. */
export const CALM_MS = 150;
/** Longest and shortest time between two looks. */
const LONGEST_MS = 2000;
const FRAME_MS = 20;

/** Looks at audio. @returns in how many milliseconds the next look may find something. */
export type Look = () => number;

const looks = new Set<Look>();
let next: { timer: NodeJS.Timeout; at: number } | undefined;

/** Calls `look` again and again, for the first time within `ms`. */
export function beginLooking(look: Look, ms: number): void {
  looks.add(look);
  wake(ms);
}

export function endLooking(look: Look): void {
  looks.delete(look);
  if (looks.size > 0) return;
  clearTimeout(next?.timer);
  next = undefined;
}

/** Makes the next look come in `ms` at the latest. */
function wake(ms: number): void {
  const wait = Math.min(LONGEST_MS, Math.max(FRAME_MS, Math.ceil(ms)));
  const at = performance.now() + wait;
  if (next !== undefined && next.at <= at) return;
  clearTimeout(next?.timer);
  next = { timer: setTimeout(all, wait).unref(), at };
}

function all(): void {
  next = undefined;
  let soonest = LONGEST_MS;
  for (const look of [...looks]) soonest = Math.min(soonest, look());
  if (looks.size > 0) wake(soonest);
}
