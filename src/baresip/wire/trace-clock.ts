/** When baresip wrote a message of the trace: from 2.0 on its mark line tells the local time, in ms. */

const DAY_MS = 24 * 60 * 60 * 1000;
/** Time zones differ by whole multiples of this: which one an agent has makes no difference then. */
const ZONE_MS = 15 * 60 * 1000;
/** A message read within that was not late: when it was read is more exact than its time, which is cut to ms. */
const AT_ONCE_MS = 2;
/** No stall is that long; then the two clocks do not agree. */
const LONGEST_MS = 60 * 1000;

/**
 * @param mark "00:54:28.733", as in the mark line
 * @param read when it was read: of Date.now(), and of performance.now(), which the result is of
 */
export function writtenAt(mark: string | undefined, read: { date: number; clock: number }): number {
  const parts = /^(\d\d):(\d\d):(\d\d)\.(\d{3})$/.exec(mark ?? '');
  if (parts === null) return read.clock;
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = parts.slice(1).map(Number);
  const written = ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
  const late = (((read.date - written) % DAY_MS) + DAY_MS) % ZONE_MS;
  return late <= AT_ONCE_MS || late > LONGEST_MS ? read.clock : read.clock - late;
}
