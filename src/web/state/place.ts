/** Where the reader is and what the list shows, as signals; the route is kept in the address. */
import { computed, effect, signal } from '@preact/signals';
import { matching, NO_FILTER, type Filter } from '../layout/filter.js';
import type { ShownKinds } from '../layout/lines.js';
import type { TimeMode } from '../layout/time-text.js';
import { attemptAt, attemptIndex, entries, entryOf, firstFailed, page } from './page.js';
import { hashOf, parseRoute, type Route, type View } from './route.js';

export const filter = signal<Filter>(NO_FILTER);
export const filtered = computed(() => matching(entries, filter.value));
export const route = signal<Route>(parseRoute(location.hash) ?? startRoute());
export const timeMode = signal<TimeMode>('absolute');
export const shownKinds = signal<ShownKinds>({ script: true, events: true, media: false });
export const helpIsOpen = signal(false);

/** The scenario in sight, with the index of its attempt. */
export const current = computed(() => {
  const here = route.value;
  if (here.place !== 'scenario') return undefined;
  const entry = entryOf(here.key);
  if (entry === undefined) return undefined;
  const index = attemptIndex(entry, here.attempt);
  const attempt = attemptAt(index);
  return attempt === undefined ? undefined : { entry, attempt, index };
});

/** Index of the row whose details are shown, among those of the story. */
export const selectedRow = signal<number | undefined>(undefined);
/** Selects the next or previous line of the ladder; undefined while there is none. */
export const moveLine = signal<((by: 1 | -1) => void) | undefined>(undefined);
/** Starts or stops the player; undefined while there is no player. */
export const togglePlay = signal<(() => void) | undefined>(undefined);
/** Part with the audio that was played last. */
export const playedPart = signal<number | undefined>(undefined);
/** Whether audio plays. */
export const isPlaying = signal(false);
/** Where the player stands, in ms since the attempt began; undefined while nobody has used it. */
export const cursor = signal<number | undefined>(undefined);

function startRoute(): Route {
  return firstFailed === undefined
    ? { place: 'overview' }
    : { place: 'scenario', key: firstFailed.key, view: 'flow' };
}

/** @param keep true: replaces the entry in the browser's history instead of adding one */
export function go(to: Route, keep = false): void {
  const from = route.peek();
  if (hashOf(from) === hashOf(to) && location.hash !== '') return;
  if (!isSameAttempt(from, to)) {
    selectedRow.value = undefined;
    cursor.value = undefined;
  }
  route.value = to;
  if (keep) history.replaceState(null, '', hashOf(to));
  else history.pushState(null, '', hashOf(to));
}

/** Less room than for list and detail beside each other (style/2-layout.css). */
export const isNarrow = (): boolean => matchMedia('(max-width: 719px)').matches;

export function openScenario(key: string): void {
  const here = route.peek();
  const entry = entryOf(key);
  if (entry === undefined || (here.place === 'scenario' && here.key === key)) return;
  go({ place: 'scenario', key, view: 'flow' });
}

export function openView(view: View): void {
  const here = route.peek();
  if (here.place === 'scenario') go({ ...here, view }, true);
}

/** Keeps the moment in the address. */
export function markMoment(at: number | undefined): void {
  const here = route.peek();
  if (here.place !== 'scenario') return;
  const { at: _, ...rest } = here;
  go(at === undefined ? rest : { ...rest, at }, true);
}

function isSameAttempt(from: Route, to: Route): boolean {
  if (from.place !== 'scenario' || to.place !== 'scenario') return false;
  return from.key === to.key && from.attempt === to.attempt;
}

/** The next scenario of the list in that direction; `failed`: that failed or was flaky. */
export function step(by: 1 | -1, failed = false): void {
  const here = route.peek();
  const all = filtered.peek();
  const at = here.place === 'scenario' ? all.findIndex(({ key }) => key === here.key) : -1;
  const ahead = by === 1 ? all.slice(at + 1) : at < 0 ? [] : all.slice(0, at).reverse();
  const next = ahead.find(({ failure }) => !failed || failure !== undefined);
  if (next !== undefined) openScenario(next.key);
}

export function listenToAddress(): void {
  addEventListener('hashchange', () => {
    const to = parseRoute(location.hash) ?? startRoute();
    if (hashOf(to) === hashOf(route.peek())) return;
    if (!isSameAttempt(route.peek(), to)) selectedRow.value = undefined;
    route.value = to;
  });
  effect(() => {
    const name = current.value?.entry.name;
    document.title = `${name === undefined ? '' : `${name} - `}Offhook ${page.run.run}`;
  });
}
