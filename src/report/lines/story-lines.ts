/** Rows of a story as lines: messages as arrows between lifelines, and what else happened where it happened. */
import type { SourceLocation } from '../../errors.js';
import { formatMs } from '../../time.js';
import { oneLine, plain } from '../../story/printable.js';
import type { DigitsRow, EventRow, MediaRow, MessageRow, Row, Story } from '../../story/story.js';
import { Lifelines } from '../sip/lifelines.js';
import { clockTime, cut, padTo, shownLocation } from '../text.js';
import type { Page, Style } from './page.js';

export interface StoryLinesOptions {
  indent: number;
  /** Lanes that get a lifeline, by index. */
  lanes: readonly number[];
  /** Locations are shown relative to it. */
  cwd: string;
}

const SPACE = { notes: 18, widest: 26, narrowest: 14, most: 6 };
/** The most columns that the beginning of a body takes. */
const LONGEST_BODY = 120;
/** Columns for the time and the gap behind it. */
const TIME_WIDTH = 10;
const WIDEST_MARGIN = 8;

export class StoryLines {
  readonly #page: Page;
  readonly #story: Story;
  readonly #options: StoryLinesOptions;
  readonly #lines: Lifelines | undefined;
  /** Columns for what stands behind the time. */
  readonly #columns: number;

  constructor(page: Page, story: Story, options: StoryLinesOptions) {
    this.#page = page;
    this.#story = story;
    this.#options = options;
    this.#columns = page.columns - options.indent - TIME_WIDTH;
    const names = options.lanes.map((lane) => this.#name(lane));
    const margin = Math.min(WIDEST_MARGIN, Math.ceil((names[0]?.length ?? 0) / 2));
    const columns = page.columns === Infinity ? undefined : this.#columns;
    this.#lines = page.narrow ? undefined : Lifelines.within(names, { columns, ...SPACE }, margin);
  }

  /** Prints the names above the lifelines; nothing if messages are shown as a list. */
  head(): void {
    if (this.#lines === undefined) return;
    const indent = this.#options.indent + TIME_WIDTH;
    this.#page.line(this.#lines.head, { indent, style: this.#page.palette.bold, wrapped: false });
  }

  row(row: Row): void {
    const { dim, bad, bold, warn, plain: unstyled } = this.#page.palette;
    switch (row.kind) {
      case 'message':
        this.#arrow(
          row,
          row.label,
          messageNotes(this.#story, row),
          messageStyle(row, bad, unstyled),
        );
        return;
      case 'digits': {
        const lost =
          row.received === undefined ? '' : `came as ${oneLine(row.received) || 'nothing'}`;
        this.#arrow(row, `DTMF ${oneLine(row.digits)}`, lost, lost === '' ? unstyled : bad);
        return;
      }
      case 'event':
        this.#note(row, eventStyle(row, bad, warn, dim));
        return;
      case 'media':
        this.#note(row, dim);
        return;
      case 'http': {
        const took =
          row.until === undefined ? ', no answer' : ` in ${formatMs(row.until - row.at)}`;
        const text = `${this.#name(row.lane)}: ${row.label}${took}`;
        this.#text(row.at, text, row.ok ? unstyled : bad);
        this.#body('→', row.request);
        this.#body('←', row.response ?? '');
        return;
      }
      case 'verb':
        this.#text(
          row.at,
          row.text + (row.result === undefined ? '' : ` = ${oneLine(row.result)}`),
          bold,
          row.location,
        );
        return;
      case 'assertion': {
        const seen = row.ok ? '' : `: seen ${oneLine(row.actual)}`;
        this.#text(
          row.at,
          `${row.ok ? '✓' : '✗'} ${row.text}${seen}`,
          row.ok ? dim : bad,
          row.location,
        );
        return;
      }
      case 'wait':
        if (row.by === 'wait') this.#text(row.at, row.what, dim);
        else
          this.#text(row.at, `waits for ${row.what}, at most ${formatMs(row.limit - row.at)}`, dim);
        return;
      case 'step':
        this.#text(row.at, `▸ ${row.text}`, bold);
        return;
      case 'phase':
        this.#text(row.at, `${row.text}:`, dim);
        return;
      case 'log':
        this.#text(row.at, `log: ${row.text}`, unstyled, row.location);
        return;
      case 'warning':
        this.#text(row.at, `warning: ${row.text}`, warn);
        return;
      case 'failure':
        this.#text(row.at, `✗ ${row.text}`, bad);
    }
  }

  /** A line of the script or about it: it crosses the lifelines. */
  text(at: number, text: string, style: Style): void {
    this.#text(at, text, style);
  }

  #text(at: number, text: string, style: Style, location?: SourceLocation): void {
    const where = location === undefined ? '' : `  ${shownLocation(location, this.#options.cwd)}`;
    this.#line(at, plain(text) + where, style, true);
  }

  /** The beginning of a body, where there is one. */
  #body(mark: '→' | '←', message: string): void {
    const body = /\n\n([^]+)$/.exec(message)?.[1];
    if (body === undefined) return;
    const indent = this.#options.indent + TIME_WIDTH;
    const text = cut(`  ${mark} ${oneLine(body)}`, Math.min(LONGEST_BODY, this.#columns));
    this.#page.line(text, { indent, style: this.#page.palette.dim, wrapped: false });
  }

  #arrow(row: MessageRow | DigitsRow, label: string, notes: string, style: Style): void {
    const [from, to] = [this.#lane(row.from), this.#lane(row.to)];
    const lines = this.#lines;
    if (lines === undefined || from < 0 || to < 0) {
      const whom = row.from === row.to ? 'to itself' : `-> ${this.#name(row.to)}`;
      this.#line(row.at, `${this.#name(row.from)} ${whom}  ${label}  ${notes}`, style, true);
      return;
    }
    const text = `${lines.arrow(from, to, label)}  ${oneLine(notes)}`;
    this.#line(row.at, cut(text.trimEnd(), this.#columns), style, false);
  }

  #note({ at, lane, text, call }: EventRow | MediaRow, style: Style): void {
    const marks = callMark(this.#story, call).map((mark) => `${mark} `);
    const whole = `* ${this.#name(lane)}: ${marks.join('')}${oneLine(text)}`;
    const shown = this.#lane(lane);
    const lines = this.#lines;
    if (lines === undefined || shown < 0) this.#line(at, whole, style, true);
    else this.#line(at, lines.note(shown, whole, this.#columns), style, true);
  }

  #line(at: number, text: string, style: Style, wrapped: boolean): void {
    const lead = [[padTo(clockTime(at), TIME_WIDTH), this.#page.palette.dim]] as const;
    this.#page.line(text, { indent: this.#options.indent, lead, style, wrapped });
  }

  #lane(index: number): number {
    return this.#options.lanes.indexOf(index);
  }

  #name(lane: number): string {
    return oneLine(this.#story.lanes[lane]?.name ?? '');
  }
}

/** "[f3a9c2]"; nothing where there is but one call. */
function callMark({ calls }: Story, call: number | undefined): readonly string[] {
  const mark = call === undefined || calls.length < 2 ? undefined : calls[call]?.mark;
  return mark === undefined ? [] : [`[${mark}]`];
}

/** Method of a response, SDP, call, and what became of the message. */
function messageNotes(story: Story, row: MessageRow): string {
  const { message, note = '', repeats, folded, unseen, to } = row;
  const last = repeats.at(-1);
  const parts = [
    message.code === undefined || message.method === 'INVITE' ? '' : message.method,
    ...callMark(story, row.call),
    note,
    last === undefined ? '' : `sent ${repeats.length + 1} times until ${clockTime(last).trim()}`,
    folded === undefined ? '' : `with its response, ${folded + 1} times`,
    unseen ? `not seen by ${story.lanes[to]?.name ?? ''}` : '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** 401 and 407 ask for credentials, and 487 answers an INVITE that was cancelled: none of them is an error. */
const NO_ERROR: ReadonlySet<number> = new Set([401, 407, 487]);

function messageStyle({ message: { code = 0 }, unseen }: MessageRow, bad: Style, ok: Style): Style {
  return unseen || (code >= 400 && !NO_ERROR.has(code)) ? bad : ok;
}

function eventStyle({ type, minor }: EventRow, bad: Style, warn: Style, dim: Style): Style {
  if (minor) return dim;
  if (type === 'register_failed' || type === 'exited') return bad;
  return type === 'warning' ? warn : (text) => text;
}
