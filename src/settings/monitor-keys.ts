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
