/** Keys of offhook.config.json that only `offhook serve` reads: a run passes over them. */
export const MONITOR_KEYS = [
  'monitors',
  'defaults',
  'max_parallel',
  'notify',
  'auth',
  'listen',
  'store',
  'retention',
  'status_page',
] as const;
export type MonitorKey = (typeof MONITOR_KEYS)[number];

/** Keys that begin so belong to whoever writes the file: a place for anchors of YAML. */
const OF_WRITER = 'x-';

/** The settings of a file, without keys that belong to whoever wrote it. */
export function withoutOwnKeys(settings: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !key.startsWith(OF_WRITER)));
}
