/** Where the reader is, as the fragment of the address: `#/`, `#/notifications` or `#/monitor/NAME`, with `?run=ID` for one of its runs. */
export type Route =
  | { readonly place: 'overview' }
  | { readonly place: 'notifications' }
  | { readonly place: 'monitor'; readonly name: string; readonly run?: string };

const NOTIFICATIONS = '#/notifications';

export function parseRoute(hash: string): Route {
  if (hash === NOTIFICATIONS) return { place: 'notifications' };
  const match = /^#\/monitor\/([^?]+)(?:\?(.*))?$/.exec(hash);
  const name = match?.[1] === undefined ? undefined : decoded(match[1]);
  if (name === undefined) return { place: 'overview' };
  const run = new URLSearchParams(match?.[2] ?? '').get('run');
  return { place: 'monitor', name, ...(run === null ? {} : { run }) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export function hashOf(route: Route): string {
  if (route.place === 'overview') return '#/';
  if (route.place === 'notifications') return NOTIFICATIONS;
  const run =
    route.run === undefined ? '' : `?${new URLSearchParams({ run: route.run }).toString()}`;
  return `#/monitor/${encodeURIComponent(route.name)}${run}`;
}
