/** Lifelines side by side, and arrows between them, as text. Knows no messages. */
import { oneLine } from '../../story/printable.js';
import { cut, displayWidth, padTo } from '../text.js';

export interface Space {
  /** Columns of the page that are left for the lifelines; undefined: as many as it takes. */
  columns: number | undefined;
  /** Columns that stay free at the right of the lifelines, for notes. */
  notes: number;
  /** Most and least columns from one lifeline to the next. */
  widest: number;
  narrowest: number;
  /** Most lifelines that are drawn. */
  most: number;
}

export class Lifelines {
  readonly #who: readonly string[];
  readonly #gap: number;
  readonly #margin: number;

  /** @param margin columns before the first line */
  constructor(who: readonly string[], gap: number, margin: number) {
    this.#who = who;
    this.#gap = gap;
    this.#margin = margin;
  }

  /** Undefined where there is no room, or no second line to draw an arrow to. */
  static within(who: readonly string[], space: Space, margin: number): Lifelines | undefined {
    if (who.length < 2 || who.length > space.most) return undefined;
    if (space.columns === undefined) return new Lifelines(who, space.widest, margin);
    const room = space.columns - margin - space.notes - 1;
    const gap = Math.min(space.widest, Math.floor(room / (who.length - 1)));
    return gap < space.narrowest ? undefined : new Lifelines(who, gap, margin);
  }

  get width(): number {
    return this.#margin + (this.#who.length - 1) * this.#gap + 1;
  }

  /** The names, each above its line. */
  get head(): string {
    let line = '';
    this.#who.forEach((name, index) => {
      const shown = cut(oneLine(name), this.#gap - 2);
      const start = this.#column(index) - Math.floor(displayWidth(shown) / 2);
      line = padTo(line, Math.max(start, index === 0 ? 0 : displayWidth(line) + 1)) + shown;
    });
    return line;
  }

  /** An arrow to the same line goes nowhere: its label stands beside it. */
  arrow(from: number, to: number, label: string): string {
    const [left, right] = from < to ? [from, to] : [to, from];
    let line = ' '.repeat(this.#margin);
    for (let index = 0; index < this.#who.length; index += 1) {
      line += '|';
      if (index === this.#who.length - 1) continue;
      if (index === left && left !== right) {
        line += shaft(label, (right - left) * this.#gap - 1, from < to);
        index = right - 1;
      } else line += ' '.repeat(this.#gap - 1);
    }
    return left === right ? `${line}  ${oneLine(label)} to itself` : line;
  }

  /** A text that stands on a line, or as far right as `columns` allow; lines behind it are interrupted. */
  note(at: number, text: string, columns: number): string {
    const start = Math.max(0, Math.min(this.#column(at), columns - displayWidth(text)));
    const lines = this.arrow(0, 0, '').slice(0, this.width);
    return lines.slice(0, start) + text;
  }

  #column(index: number): number {
    return this.#margin + index * this.#gap;
  }
}

function shaft(text: string, width: number, toRight: boolean): string {
  const label = ` ${cut(oneLine(text), width - 6)} `;
  const dashes = width - 1 - displayWidth(label);
  const before = '-'.repeat(Math.floor(dashes / 2));
  const after = '-'.repeat(dashes - before.length);
  return toRight ? `${before}${label}${after}>` : `<${before}${label}${after}`;
}
