/** When baresip wrote a message of the trace: from 2.0 on its mark line holds the local time, in ms. */

const DAY_MS = 24 * 60 * 60 * 1000;
/** Time zones differ by whole multiples of this, so the time zone of the agent does not matter. */
const ZONE_MS = 15 * 60 * 1000;
/** A message read within this time was not late: the time of the read is more exact than the mark, cut to ms. */
const AT_ONCE_MS = 2;
/** No stall is that long: a larger difference means that the two clocks do not agree. */
const LONGEST_MS = 60 * 1000;

/**
 * @param mark "00:54:28.733", as in the mark line
 * @param read when the message was read, by Date.now() and by performance.now(); the result is of the latter
 */
export function writtenAt(mark: string | undefined, read: { date: number; clock: number }): number {
  const parts = /^(\d\d):(\d\d):(\d\d)\.(\d{3})$/.exec(mark ?? '');
  if (parts === null) return read.clock;
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = parts.slice(1).map(Number);
  const written = ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
  const late = (((read.date - written) % DAY_MS) + DAY_MS) % ZONE_MS;
  return late <= AT_ONCE_MS || late > LONGEST_MS ? read.clock : read.clock - late;
}
