/** Which monitors the overview shows, and in which order. */
import { STATES, type State } from '../../../monitor/model/states.js';
import type { MonitorView } from '../../../monitor/model/view.js';

/** States that need attention come first. `unknown` stands before `ok`, because nobody knows that the line works. */
export const WORST_FIRST: readonly State[] = ['failed', 'failing', 'degraded', 'unknown', 'ok'];

export interface Filter {
  /** Looked for in name, info, note and labels, in any case. */
  readonly text: string;
  /** The states that are shown; with none of them, all are. */
  readonly states: ReadonlySet<State>;
  /** "name=value" of a label; absent: any. */
  readonly label?: string;
}

export const NO_FILTER: Filter = { text: '', states: new Set() };

const BY_NAME = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The worst first, paused ones behind others of their state, then by name: only a change of state moves a row. */
export function worstFirst(views: readonly MonitorView[]): MonitorView[] {
  return [...views].sort(
    (a, b) =>
      WORST_FIRST.indexOf(a.state.state) - WORST_FIRST.indexOf(b.state.state) ||
      Number(a.paused) - Number(b.paused) ||
      BY_NAME.compare(a.name, b.name),
  );
}

export function matches(view: MonitorView, filter: Filter): boolean {
  const { name, state, settings } = view;
  if (filter.states.size > 0 && !filter.states.has(state.state)) return false;
  const labels = labelsOf(view);
  if (filter.label !== undefined && !labels.includes(filter.label)) return false;
  const sought = filter.text.trim().toLowerCase();
  if (sought === '') return true;
  return [name, settings.info, state.note, ...labels].some(
    (text) => text?.toLowerCase().includes(sought) === true,
  );
}

/** "name=value" each. */
export function labelsOf({ settings }: MonitorView): string[] {
  return Object.entries(settings.labels).map(([name, value]) => `${name}=${value}`);
}

/** Labels of all monitors, each once, sorted. */
export function allLabels(views: readonly MonitorView[]): string[] {
  return [...new Set(views.flatMap(labelsOf))].sort(BY_NAME.compare);
}

export function countStates(views: readonly MonitorView[]): Readonly<Record<State, number>> {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  for (const { state } of views) counts[state.state] += 1;
  return counts;
}
