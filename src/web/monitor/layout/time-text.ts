/** Times and shares as people read them. Times are those of the reader's own clock and zone. */
import { formatMs, utcOffset } from '../../../time.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const WEEKDAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

const two = (number: number): string => String(number).padStart(2, '0');

/** "12 s", "5 min", "2 h 5 min", "3 d 4 h": the two largest units. @param ms less than 0 counts as 0 */
export function spanText(ms: number): string {
  const span = Math.max(ms, 0);
  if (span < MINUTE) return `${Math.floor(span / 1000)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) return both(span, HOUR, 'h', MINUTE, 'min');
  return both(span, DAY, 'd', HOUR, 'h');
}

function both(span: number, large: number, name: string, small: number, smallName: string): string {
  const rest = Math.floor((span % large) / small);
  const first = `${Math.floor(span / large)} ${name}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** "12:03:11". */
export function clockText(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** "2026-11-30 12:03:11". */
export function dateText(at: number): string {
  return `${dayText(at)} ${clockText(at)}`;
}

/** "2026-11-30". */
function dayText(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The clock for a time of today, date and clock otherwise. */
export function shortText(at: number, now: number): string {
  return dayText(at) === dayText(now) ? clockText(at) : dateText(at);
}

/** "30 Nov". */
export function dayOfMonthText(at: number): string {
  const date = new Date(at);
  return `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`;
}

/** "Mon 30". */
export function weekdayText(at: number): string {
  const date = new Date(at);
  return `${WEEKDAYS[date.getDay()] ?? ''} ${date.getDate()}`;
}

/** "14:00". */
export function hourText(at: number): string {
  return clockText(at).slice(0, 5);
}

/** "Europe/Berlin, UTC+01:00"; "UTC". @param at the offset is that of this time */
export function zoneText(at: number): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions() as { timeZone?: string };
  if (timeZone === undefined || timeZone === 'UTC') return offsetText(at);
  return `${timeZone}, ${offsetText(at)}`;
}

/** "UTC+01:00"; "UTC". */
export function offsetText(at: number): string {
  const offset = utcOffset(new Date(at).getTimezoneOffset());
  return offset === '+00:00' ? 'UTC' : `UTC${offset}`;
}

/** @returns the time as `<time datetime>` wants it; undefined for what is no time */
export function isoText(at: number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** "99.98 %", cut instead of rounded: what was down for a moment is never "100 %". undefined: "–". */
export function percentText(share: number | undefined): string {
  if (share === undefined) return '–';
  return share >= 1 ? '100 %' : `${(Math.floor(Math.max(share, 0) * 10_000) / 100).toFixed(2)} %`;
}

/** "850 ms", "2 s", "2 min": a duration without what is zero. */
export function axisText(ms: number): string {
  if (ms === 0) return '0';
  if (ms >= HOUR) return spanText(ms);
  return formatMs(ms)
    .replace(/\.0 s$/, ' s')
    .replace(/ min 0 s$/, ' min');
}
