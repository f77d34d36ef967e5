import { useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Story } from '../../story/story.js';
import { lineAt, nearestLine, type Line } from '../layout/lines.js';
import { scrollFor } from '../layout/window.js';
import { cursor, isPlaying, route, selectedRow } from '../state/place.js';
import { LINE_HEIGHT } from './ladder-line.js';

const HEADS_HEIGHT = 44;

/** Selects the moment that the address names, unless the address follows from the selection. */
export function useOpened(story: Story, lines: readonly Line[]): void {
  const here = route.value;
  const at = here.place === 'scenario' ? here.at : undefined;
  useEffect(() => {
    const selected = story.rows[selectedRow.peek() ?? -1];
    if (at === undefined || (selected !== undefined && Math.abs(selected.at - at) < 1)) return;
    selectedRow.value = lines[nearestLine(lines, at)]?.row;
    cursor.value = at;
    // Not `lines`: switching rows on or off must not select that moment again.
  }, [story, at]);
}

/** Scrolls to the line whenever the line or the story changes. */
export function useReveal(
  scroll: RefObject<HTMLElement | null>,
  line: number,
  story: Story,
  height: number,
): void {
  const before = useRef<{ line: number; story?: Story }>({ line: -1 });
  useLayoutEffect(() => {
    const isNew = before.current.story !== story || before.current.line !== line;
    if (!isNew || height === 0) return;
    const isOpening = before.current.story !== story;
    before.current = { line, story };
    if (isOpening && line < 0 && scroll.current !== null) scroll.current.scrollTop = 0;
    if (line >= 0) scrollTo(scroll.current, line);
  }, [scroll, line, story, height]);
}

/** While audio plays, the line of the moment stays in sight. */
export function useFollowed(scroll: RefObject<HTMLElement | null>, lines: readonly Line[]): void {
  useSignalEffect(() => {
    if (isPlaying.value && cursor.value !== undefined) {
      scrollTo(scroll.current, lineAt(lines, cursor.value));
    }
  });
}

function scrollTo(element: HTMLElement | null, line: number): void {
  if (element === null) return;
  const height = element.clientHeight - HEADS_HEIGHT;
  const top = scrollFor(line, element.scrollTop, height, LINE_HEIGHT);
  if (top !== undefined) element.scrollTop = top;
}
