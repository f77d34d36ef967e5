/** What which baresip version can do: one table, used by the driver and shown by `offhook doctor`. */

export interface Capability {
  /** Name used in errors and by doctor. */
  name: string;
  /** First version that has it. */
  since: string;
  what: string;
}

export const OLDEST_VERSION = '1.0.0';

const CAPABILITIES = {
  call_ids: { since: '1.1.0', what: 'commands address a call by its id' },
  uareg: { since: '2.0.0', what: 'an account is registered and unregistered in place' },
  converters: { since: '2.0.0', what: 'audio formats are converted by modules' },
} as const satisfies Record<string, Omit<Capability, 'name'>>;

export type CapabilityName = keyof typeof CAPABILITIES;

export function listCapabilities(): Capability[] {
  return Object.entries(CAPABILITIES).map(([name, row]) => ({ name, ...row }));
}

export function hasCapability(version: string, name: CapabilityName): boolean {
  return compareVersions(version, CAPABILITIES[name].since) >= 0;
}

/** Numbers between dots, most significant first; what follows them ("4.9.0-dev") does not count. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let at = 0; at < 3; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbers(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
