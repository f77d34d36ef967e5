/** How long something computes, whatever else the machine does meanwhile. Never shipped. */

/** @returns the processor time of this process that it takes, in ms */
export function cpuMs(compute: () => unknown): number {
  const before = process.cpuUsage();
  compute();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
