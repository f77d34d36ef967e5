/**
 * Lines on a page of some width: a lead (time, agent) and a body that wraps beside it. Styles are applied
 * after wrapping, so widths count visible columns.
 */
import { Chalk } from 'chalk';
import type { ChalkInstance } from 'chalk';
import { noCommands } from '../../story/printable.js';
import { displayWidth, wrap } from '../text.js';

export type ColourLevel = 0 | 1 | 2 | 3;
export type Style = (text: string) => string;

export interface LineOptions {
  indent?: number;
  /** Put before the first line; following lines are indented by its width. */
  lead?: readonly (readonly [text: string, style: Style])[];
  style?: Style;
  /** False for text to be copied, such as a command: a line break of ours would become part of it. */
  wrapped?: boolean;
}

export interface Palette {
  plain: Style;
  bold: Style;
  dim: Style;
  good: Style;
  bad: Style;
  warn: Style;
  agent: (index: number) => Style;
}

/** Neither red, green nor grey: these colours mean failed, passed and unimportant. */
const AGENT_COLOURS = ['cyan', 'magenta', 'yellow', 'blue', 'cyanBright', 'magentaBright'] as const;

export function palette(level: ColourLevel): Palette {
  const chalk: ChalkInstance = new Chalk({ level });
  return {
    plain: (text) => text,
    bold: chalk.bold,
    dim: chalk.dim,
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    agent: (index) => chalk[AGENT_COLOURS[index % AGENT_COLOURS.length] ?? 'cyan'],
  };
}

/** Text kept for later, bounded: a scenario that logs without end must not use up the memory. */
export class KeptText {
  #most: number;
  #parts: string[] = [];
  #kept = 0;
  #lost = 0;

  constructor(most = 256 * 1024) {
    this.#most = most;
  }

  readonly write = (text: string): void => {
    if (this.#kept + text.length > this.#most) this.#lost += text.length;
    else {
      this.#kept += text.length;
      this.#parts.push(text);
    }
  };

  /** Keeps everything that follows, whatever its size: the end of an attempt says why it failed. */
  keepAll(): void {
    this.#parts.push(this.#cut);
    this.#lost = 0;
    this.#most = Infinity;
  }

  get text(): string {
    return this.#parts.join('') + this.#cut;
  }

  get #cut(): string {
    return this.#lost === 0 ? '' : `… cut here: ${this.#lost} characters too many\n`;
  }
}

export class Page {
  readonly palette: Palette;
  readonly #write: (text: string) => void;
  readonly #columns: () => number | undefined;

  constructor(
    write: (text: string) => void,
    colours: Palette,
    columns: () => number | undefined = () => undefined,
  ) {
    this.#write = write;
    this.palette = colours;
    this.#columns = columns;
  }

  /** A page of the same width and colours that writes elsewhere. */
  onto(write: (text: string) => void): Page {
    return new Page(write, this.palette, this.#columns);
  }

  get columns(): number {
    const columns = this.#columns();
    return columns === undefined || columns <= 0 ? Infinity : columns;
  }

  /** Whether the page is too narrow for columns side by side. */
  get narrow(): boolean {
    return this.columns < 60;
  }

  line(body: string, options: LineOptions = {}): void {
    const { indent = 0, lead = [], style = this.palette.plain, wrapped = true } = options;
    const leadText = lead.map(([text]) => text).join('');
    const hang = indent + displayWidth(leadText);
    const available = wrapped ? this.columns - hang : Infinity;
    const lines = wrap(body, available);
    const first =
      ' '.repeat(indent) + lead.map(([text, paint]) => paint(noCommands(text))).join('');
    const rest = ' '.repeat(hang);
    this.#write(
      lines
        .map(
          (line, index) =>
            (index === 0 ? first : rest) + (line === '' ? '' : style(noCommands(line))),
        )
        .map((line) => `${line.trimEnd()}\n`)
        .join(''),
    );
  }

  blank(): void {
    this.#write('\n');
  }
}
