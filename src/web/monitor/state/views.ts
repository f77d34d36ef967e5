/** Monitors as the feed tells them: one signal each, so that a change draws one row. */
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type {
  Change,
  HealthProblem,
  MonitorView,
  Undelivered,
} from '../../../monitor/model/view.js';
import {
  allLabels,
  countStates,
  matches,
  NO_FILTER,
  worstFirst,
  type Filter,
} from '../layout/order.js';

/** The first message of the feed: everything there is to show. */
export interface WholeState {
  readonly monitors: readonly MonitorView[];
  readonly problems: readonly HealthProblem[];
  readonly undelivered: Undelivered;
}

const byName = new Map<string, Signal<MonitorView>>();
const names = signal<readonly string[]>([]);

/** Whether the state has come at all. */
export const isKnown = signal(false);
export const problems = signal<readonly HealthProblem[]>([]);
/** Messages of notifications that nobody took. A new object each time that one of them may have changed. */
export const undelivered = signal<Undelivered>({ dead: 0, late: 0 });
export const filter = signal<Filter>(NO_FILTER);

/** All monitors, in no particular order. */
const views = computed(() => names.value.flatMap((name) => byName.get(name)?.value ?? []));
export const total = computed(() => names.value.length);
export const counts = computed(() => countStates(views.value));
export const labels = steady(() => allLabels(views.value));
/** Names of those that the filter lets through, the worst first. */
export const shown = steady(() =>
  worstFirst(views.value.filter((view) => matches(view, filter.value))).map(({ name }) => name),
);
/** What monitors do just now: "3 running, 1 paused"; '' for none of it. */
export const activity = computed(() => {
  const running = views.value.filter((view) => view.running !== undefined).length;
  const paused = views.value.filter((view) => view.paused).length;
  return [running > 0 ? `${running} running` : '', paused > 0 ? `${paused} paused` : '']
    .filter((text) => text !== '')
    .join(', ');
});

/** undefined: there is no such monitor (any more). */
export function viewOf(name: string): ReadonlySignal<MonitorView> | undefined {
  // what a component read is asked again when monitors come or go
  return names.value.includes(name) ? byName.get(name) : undefined;
}

export function begin({ monitors, problems: told, undelivered: messages }: WholeState): void {
  batch(() => {
    const there = new Set(monitors.map(({ name }) => name));
    for (const name of byName.keys()) if (!there.has(name)) byName.delete(name);
    for (const view of monitors) put(view);
    names.value = monitors.map(({ name }) => name);
    problems.value = told;
    undelivered.value = messages;
    isKnown.value = true;
  });
}

export function apply(change: Change): void {
  batch(() => {
    switch (change.type) {
      case 'monitor': {
        const { name } = change.monitor;
        put(change.monitor);
        if (!names.peek().includes(name)) names.value = [...names.peek(), name];
        return;
      }
      case 'removed':
        byName.delete(change.name);
        names.value = names.peek().filter((name) => name !== change.name);
        return;
      case 'health':
        problems.value = change.problems;
        return;
      case 'undelivered':
        undelivered.value = change.undelivered;
    }
  });
}

function put(view: MonitorView): void {
  const known = byName.get(view.name);
  if (known === undefined) byName.set(view.name, signal(view));
  else known.value = view;
}

/** A list that stays the same object while its content is the same, so that components that show it are not drawn again. */
function steady(compute: () => string[]): ReadonlySignal<readonly string[]> {
  let last: readonly string[] = [];
  return computed(() => {
    const next = compute();
    const isSame = next.length === last.length && next.every((one, index) => one === last[index]);
    if (!isSame) last = next;
    return last;
  });
}
