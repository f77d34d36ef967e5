import { signal } from '@preact/signals';
import { parseRoute } from '../layout/route.js';

export const route = signal(parseRoute(location.hash));

/** Replaces the address of a monitor in the API, for which the server sends this page, too, by the page's own address. */
export function leaveApiAddress(): void {
  const match = /^(.*\/)monitors\/([^/]+)$/.exec(location.pathname);
  if (match === null) return;
  const [, base = '/', name = ''] = match;
  history.replaceState(null, '', `${base}#/monitor/${name}`);
  route.value = parseRoute(location.hash);
}

/** How far the overview was scrolled when it was left. */
let overviewTop = 0;

export function listenToAddress(): void {
  addEventListener('hashchange', () => {
    const from = route.peek();
    const to = parseRoute(location.hash);
    const isOtherPlace =
      from.place !== to.place ||
      (from.place === 'monitor' && to.place === 'monitor' && from.name !== to.name);
    if (isOtherPlace && from.place === 'overview') overviewTop = scrollY;
    route.value = to;
    if (!isOtherPlace) return;
    // The new place is drawn after this event.
    requestAnimationFrame(() => {
      scrollTo(0, to.place === 'overview' ? overviewTop : 0);
      document.querySelector<HTMLElement>('[data-start]')?.focus({ preventScroll: true });
    });
  });
}
