import type { State } from '../../../monitor/model/states.js';
import type { Route } from './route.js';

/**
 * "(2) Berlin - Offhook": how many monitors need somebody stands first, for a tab is narrow. @param isLive "(not live)" stands
 * there otherwise: a count may be wrong
 */
export function pageTitle(
  route: Route,
  counts: Readonly<Record<State, number>>,
  isLive: boolean,
): string {
  const bad = counts.failed + counts.failing;
  const place =
    route.place === 'monitor'
      ? route.name
      : route.place === 'notifications'
        ? 'Notifications'
        : 'Monitors';
  const mark = !isLive ? '(not live) ' : bad === 0 ? '' : `(${bad}) `;
  return `${mark}${place} - Offhook`;
}
