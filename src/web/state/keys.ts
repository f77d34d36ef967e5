/** The keyboard (parts/help.tsx tells which keys there are). */
import { TIME_MODES } from '../layout/time-text.js';
import {
  go,
  isNarrow,
  helpIsOpen,
  markMoment,
  moveLine,
  route,
  selectedRow,
  step,
  timeMode,
  togglePlay,
} from './place.js';

const SEARCH = '#search';

const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => {
    step(1);
  },
  k: () => {
    step(-1);
  },
  J: () => {
    step(1, true);
  },
  K: () => {
    step(-1, true);
  },
  o: () => {
    go({ place: 'overview' });
  },
  t: () => {
    const next = (TIME_MODES.indexOf(timeMode.peek()) + 1) % TIME_MODES.length;
    timeMode.value = TIME_MODES[next] ?? 'absolute';
  },
  '/': () => {
    if (route.peek().place !== 'list' && isNarrow()) go({ place: 'list' });
    document.querySelector<HTMLInputElement>(SEARCH)?.focus();
  },
  '?': () => {
    helpIsOpen.value = true;
  },
  ArrowDown: () => moveLine.value?.(1),
  ArrowUp: () => moveLine.value?.(-1),
  Escape: back,
};

function back(): void {
  if (selectedRow.peek() !== undefined) {
    selectedRow.value = undefined;
    markMoment(undefined);
    return;
  }
  document.querySelector<HTMLElement>('.entry[aria-current]')?.focus();
  if (isNarrow()) go({ place: 'list' });
}

/** @returns what ends it */
export function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (helpIsOpen.peek()) {
      // A browser closes the dialog by itself, but its event can come after the next key.
      if (event.key === 'Escape') helpIsOpen.value = false;
      return;
    }
    const { target } = event;
    if (target instanceof HTMLElement && isField(target)) {
      if (event.key === 'Escape' || event.key === 'Enter') leaveField(target, event.key);
      return;
    }
    if (event.key === ' ') {
      if (target instanceof HTMLButtonElement || togglePlay.value === undefined) return;
      event.preventDefault();
      togglePlay.value();
      return;
    }
    const action = ACTIONS[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  addEventListener('keydown', onKey);
  return () => {
    removeEventListener('keydown', onKey);
  };
}

function isField(element: HTMLElement): boolean {
  return (
    element instanceof HTMLSelectElement ||
    element instanceof HTMLTextAreaElement ||
    (element instanceof HTMLInputElement && element.type !== 'checkbox')
  );
}

/** Enter in the filter opens the first scenario it left. */
function leaveField(field: HTMLElement, key: string): void {
  field.blur();
  if (key === 'Enter' && field.matches(SEARCH)) {
    document.querySelector<HTMLElement>('li:not([hidden]) .entry')?.click();
  }
}
