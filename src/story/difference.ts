/** Expected and actual text as lines of one list, as a diff shows them. */
import { diffLines } from 'diff';
import { count } from './printable.js';

export interface DifferenceLine {
  /** "-": only expected, "+": only seen, " ": both, "…": lines of both that are left out. */
  mark: '-' | '+' | ' ' | '…';
  text: string;
}

/** Equal lines kept before and after a change. */
const CONTEXT = 2;
/** A comparison of more lines than this is cut: nobody reads on, and a log must stay readable. */
const MOST_LINES = 60;

export function difference(expected: string, actual: string): readonly DifferenceLine[] {
  const parts = diffLines(`${expected}\n`, `${actual}\n`);
  const lines = parts.flatMap(({ value, added, removed }, index) => {
    const texts = value.replace(/\n$/, '').split('\n');
    if (removed) return marked('-', texts);
    if (added) return marked('+', texts);
    return shortened(texts, index === 0, index === parts.length - 1);
  });
  if (lines.length <= MOST_LINES) return lines;
  const left = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), { mark: '…', text: count(left, 'more line') }];
}

function marked(mark: DifferenceLine['mark'], texts: readonly string[]): DifferenceLine[] {
  return texts.map((text) => ({ mark, text }));
}

function shortened(texts: readonly string[], isFirst: boolean, isLast: boolean): DifferenceLine[] {
  const [before, after] = [isFirst ? 0 : CONTEXT, isLast ? 0 : CONTEXT];
  const left = texts.length - before - after;
  if (left <= 1) return marked(' ', texts);
  return [
    ...marked(' ', texts.slice(0, before)),
    { mark: '…', text: count(left, 'equal line') },
    ...marked(' ', texts.slice(texts.length - after)),
  ];
}
