/** Times of lines as text. */
export type TimeMode = 'absolute' | 'delta' | 'clock';
export const TIME_MODES: readonly TimeMode[] = ['absolute', 'delta', 'clock'];

/** "3.214 s": since the attempt began. */
export function secondsText(ms: number): string {
  return `${(Math.max(ms, 0) / 1000).toFixed(3)} s`;
}

/** "+12 ms", "+1.20 s", "+2 min 5 s". */
export function deltaText(ms: number): string {
  if (ms < 999.5) return `+${Math.round(ms)} ms`;
  if (ms < 59_995) return `+${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `+${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "11:29:38.412", local time of the host. @param epoch ms since 1970 @param offset "+01:00" */
export function clockText(epoch: number, offset: string): string {
  return new Date(epoch + offsetMs(offset)).toISOString().slice(11, 23);
}

/** "2026-11-29 11:29:38 +01:00". */
export function dateText(epoch: number, offset: string): string {
  const local = new Date(epoch + offsetMs(offset)).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset}`;
}

function offsetMs(offset: string): number {
  const match = /^([+-])(\d\d):(\d\d)$/.exec(offset);
  if (match === null) return 0;
  const ms = (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  return match[1] === '-' ? -ms : ms;
}
