/** `degraded` of a monitor: limits of what a run measures. */
import type { MonitorSettings, Threshold, ThresholdName } from '../model/settings.js';
import { Misfit } from '../../settings/form.js';

/** @param values as DEGRADED_ROWS read them: a value alone is a warning */
export function thresholdsOf(
  monitor: string,
  values: Readonly<Record<string, unknown>>,
): MonitorSettings['degraded'] | Misfit {
  const limits: Partial<Record<ThresholdName, Threshold>> = {};
  for (const [name, value] of Object.entries(values)) {
    const limit = typeof value === 'number' ? { warning: value } : (value as Threshold);
    const problem = problemOf(name, limit);
    if (problem !== undefined) {
      const { what, ...seen } = problem;
      return new Misfit(['monitors', monitor, 'degraded', name], what, seen);
    }
    limits[name as ThresholdName] = limit;
  }
  return limits;
}

function problemOf(
  name: string,
  { warning, critical }: Threshold,
): { readonly what: string; readonly seen?: string } | undefined {
  if (warning === undefined && critical === undefined)
    return { what: 'must have "warning" or "critical"' };
  if (warning === undefined || critical === undefined) return undefined;
  const isCrossed = name === 'mos' ? critical > warning : critical < warning;
  if (!isCrossed) return undefined;
  return {
    what: 'has a warning that never comes: its critical value is reached first',
    seen: `warning ${shown(name, warning)}, critical ${shown(name, critical)}`,
  };
}

/** A limit with its unit. */
function shown(name: string, limit: number): string {
  if (name === 'mos') return String(limit);
  return name === 'packet_loss' ? `${limit} %` : `${limit} ms`;
}
