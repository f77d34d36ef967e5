/** Where the reader is, as the fragment of the address: links can be kept and sent. */
const VIEWS = ['flow', 'quality', 'logs', 'compare'] as const;
export type View = (typeof VIEWS)[number];

export type Route =
  | { place: 'overview' }
  /** Only on narrow screens a place of its own. */
  | { place: 'list' }
  | {
      place: 'scenario';
      key: string;
      /** The number of the attempt, from 1; absent: the one to look at first. */
      attempt?: number;
      /** ms since the attempt began. */
      at?: number;
      view: View;
    };

export function parseRoute(hash: string): Route | undefined {
  const text = hash.replace(/^#/, '');
  if (text === 'overview' || text === 'list') return { place: text };
  const fields = new URLSearchParams(text);
  const key = fields.get('scenario');
  if (key === null) return undefined;
  const attempt = Number(fields.get('attempt'));
  const at = /^(\d+(?:\.\d+)?)s$/.exec(fields.get('t') ?? '');
  return {
    place: 'scenario',
    key,
    ...(Number.isInteger(attempt) && attempt > 0 ? { attempt } : {}),
    ...(at === null ? {} : { at: Math.round(Number(at[1]) * 1000 * 1000) / 1000 }),
    view: VIEWS.find((view) => view === fields.get('view')) ?? 'flow',
  };
}

export function hashOf(route: Route): string {
  if (route.place !== 'scenario') return `#${route.place}`;
  const fields = new URLSearchParams({ scenario: route.key });
  if (route.attempt !== undefined) fields.set('attempt', String(route.attempt));
  if (route.at !== undefined) fields.set('t', `${Number((route.at / 1000).toFixed(4))}s`);
  if (route.view !== 'flow') fields.set('view', route.view);
  return `#${fields.toString()}`;
}
