import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { barAt, placeOf } from '../layout/strip.js';
import { tip, type Told } from '../state/tip.js';

interface Bars<E> {
  /** The element that has the bars, from edge to edge. */
  readonly ref: RefObject<E | null>;
  /** Index of the bar that is told of. */
  readonly chosen: number | undefined;
  readonly events: {
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onBlur: () => void;
  };
}

/**
 * Bars side by side. The pointer or the arrow keys choose one, whose details `tip` shows.
 * @param keys identify the bars, so that the choice stays with its bar while others come and go
 * @param room how many bars there is room for
 */
export function useBars<E extends HTMLElement>(
  keys: readonly string[],
  room: number,
  tell: (index: number) => Told,
): Bars<E> {
  const ref = useRef<E>(null);
  const key = useSignal<string | undefined>(undefined);
  // What is taken out of the page gets no event that the pointer or the focus has left it.
  useEffect(
    () => () => {
      if (key.peek() !== undefined) tip.value = undefined;
    },
    [],
  );
  const at = key.value === undefined ? -1 : keys.indexOf(key.value);
  const choose = (index: number | undefined): void => {
    const one = index === undefined ? undefined : keys[index];
    key.value = one;
    const box = ref.current?.getBoundingClientRect();
    if (index === undefined || one === undefined || box === undefined) {
      tip.value = undefined;
      return;
    }
    const middle = placeOf(index, keys.length, room) + 0.5 / room;
    const { left, width, top, bottom } = box;
    tip.value = { ...tell(index), x: left + middle * width, top, bottom };
  };
  const byPointer = (event: PointerEvent): void => {
    const box = ref.current?.getBoundingClientRect();
    if (box === undefined) return;
    choose(barAt((event.clientX - box.left) / box.width, keys.length, room));
  };
  const byKey = (event: KeyboardEvent): void => {
    const last = keys.length - 1;
    const now = at < 0 ? last : at;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') choose(undefined);
    if (next === undefined) return;
    event.preventDefault();
    choose(Math.min(Math.max(next, 0), last));
  };
  const leave = (): void => {
    choose(undefined);
  };
  return {
    ref,
    chosen: at < 0 ? undefined : at,
    events: {
      onPointerMove: byPointer,
      onPointerDown: byPointer,
      onPointerLeave: leave,
      onKeyDown: byKey,
      onBlur: leave,
    },
  };
}
