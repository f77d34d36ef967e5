/** Which of the contract's capabilities a baresip version has. The table is src/schema/capabilities.ts. */
import { CAPABILITIES, type CapabilityName, type CapabilityRow } from '../schema/capabilities.js';

export interface Capability extends CapabilityRow {
  /** Name shown in errors and by doctor. */
  name: CapabilityName;
}

export const OLDEST_VERSION = '1.0.0';

export function listCapabilities(): Capability[] {
  return Object.entries(CAPABILITIES).map(([name, row]) => ({
    name: name as CapabilityName,
    ...row,
  }));
}

export function hasCapability(version: string, name: CapabilityName): boolean {
  const { since, until }: CapabilityRow = CAPABILITIES[name];
  if (compareVersions(version, since) < 0) return false;
  return until === undefined || compareVersions(version, until) < 0;
}

/** The first version with that capability. */
export function sinceOf(name: CapabilityName): string {
  return CAPABILITIES[name].since;
}

/** Compares numbers between dots, most significant first; a suffix ("4.9.0-dev") does not count. */
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
