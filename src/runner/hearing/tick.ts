/**
 * When audio is looked at: one timer for all agents, for waking up costs more than anything that is done then.
 * Frames come every 20 ms.
 */

/** `urgent`: a verb waits; `calm`: somebody watches. */
type Pace = 'urgent' | 'calm' | 'never';

const EVERY_MS: Readonly<Record<Exclude<Pace, 'never'>, number>> = { urgent: 20, calm: 80 };

const paces = new Map<() => void, Exclude<Pace, 'never'>>();
let running: { timer: NodeJS.Timeout; everyMs: number } | undefined;

/** Has `look` called at that pace from now on, at least. */
export function tick(look: () => void, pace: Pace): void {
  if (pace === 'never') paces.delete(look);
  else paces.set(look, pace);
  const all = [...paces.values()];
  const everyMs = all.length === 0 ? undefined : Math.min(...all.map((one) => EVERY_MS[one]));
  if (running?.everyMs === everyMs) return;
  clearInterval(running?.timer);
  running = everyMs === undefined ? undefined : { everyMs, timer: started(everyMs) };
}

function started(everyMs: number): NodeJS.Timeout {
  return setInterval(() => {
    for (const look of [...paces.keys()]) look();
  }, everyMs).unref();
}
