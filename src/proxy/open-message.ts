/**
 * A SIP message whose header fields can be exchanged (RFC 3261, 7): whatever is not touched stays as it was written, down
 * to blanks, folded lines and the ends of lines. In octets, one character for each (latin1).
 */
import { fieldValues } from '../sip/headers.js';
import { fullName, parseHead, type HeaderField } from '../sip/sip-message.js';

interface Line {
  /** Full name in lower case. */
  readonly key: string;
  /** The field with its continuation lines, without the line break at the end. */
  readonly text: string;
  /** The line break in front of it; CR LF where it was not read. */
  readonly before?: string;
}

const CRLF = '\r\n';

export class OpenMessage {
  /** Request line or status line. */
  start: string;
  body: string;
  #lines: Line[];
  /** The empty line behind the header fields, with the line break before it; '' where there is none. */
  readonly #end: string;

  private constructor(start: string, lines: Line[], end: string, body: string) {
    this.start = start;
    this.#lines = lines;
    this.#end = end;
    this.body = body;
  }

  /** Undefined for octets that do not begin as a SIP message. */
  static parse(octets: string): OpenMessage | undefined {
    const end = /\r?\n\r?\n/.exec(octets);
    const head = end === null ? octets : octets.slice(0, end.index);
    if (parseHead(head) === undefined) return undefined;
    const [start = '', ...rest] = head.split(/(\r?\n)(?![ \t])/);
    const lines: Line[] = [];
    for (let at = 0; at < rest.length; at += 2) {
      const [before = '', text = ''] = rest.slice(at, at + 2);
      lines.push({ key: fullName((text.split(':')[0] ?? '').trim()), text, before });
    }
    const [separator = ''] = end ?? [];
    return new OpenMessage(start, lines, separator, octets.slice(head.length + separator.length));
  }

  toString(): string {
    const lines = this.#lines.map(({ before = CRLF, text }) => `${before}${text}`);
    return [this.start, ...lines, this.#end, this.body].join('');
  }

  /** Undefined in a response. */
  get method(): string | undefined {
    return /^([^ ]+) [^ ]+ SIP\/2\.0$/.exec(this.start)?.[1];
  }

  get uri(): string {
    return /^[^ ]+ ([^ ]+) SIP\/2\.0$/.exec(this.start)?.[1] ?? '';
  }

  /** The status code of a response; undefined in a request. */
  get code(): number | undefined {
    const code = this.method === undefined ? /^\S+ 0*([1-9]\d*)/.exec(this.start)?.[1] : undefined;
    return code === undefined ? undefined : Number(code);
  }

  /** The values of all fields of that name, lists taken apart. Here and below names are in lower case and in full. */
  values(name: string): readonly string[] {
    return this.#lines
      .filter(({ key }) => key === name)
      .flatMap(({ text }) => fieldValues(name, valueOf(text)))
      .filter((value) => value !== '');
  }

  /** The value of the first field of that name, with its commas. */
  value(name: string): string | undefined {
    const line = this.#lines.find(({ key }) => key === name);
    return line === undefined ? undefined : valueOf(line.text);
  }

  /** Exchanges each value of the fields of that name; undefined leaves it out. A field that keeps its values is not touched. */
  exchange(name: string, change: (value: string) => string | undefined): void {
    this.#lines = this.#lines.flatMap((line) => {
      if (line.key !== name) return [line];
      const before = fieldValues(name, valueOf(line.text));
      const after = before.flatMap((value) => change(value) ?? []);
      if (after.length === before.length && after.every((value, at) => value === before[at])) {
        return [line];
      }
      return after.length === 0
        ? []
        : [{ key: name, text: `${nameOf(line.text)}: ${after.join(', ')}` }];
    });
  }

  /** Exchanges the first value of that name; undefined leaves it out. */
  exchangeFirst(name: string, change: (value: string) => string | undefined): void {
    let isFirst = true;
    this.exchange(name, (value) => {
      if (!isFirst) return value;
      isFirst = false;
      return change(value);
    });
  }

  /** Puts a field in front of all others. */
  prepend(name: string, value: string): void {
    this.#lines.unshift({ key: fullName(name), text: `${name}: ${value}` });
  }

  /** Puts a field behind the last one of that name, else behind that of another name. */
  insert(name: string, value: string, behind: string): void {
    const key = fullName(name);
    const own = this.#lines.findLastIndex((line) => line.key === key);
    const at = own >= 0 ? own : this.#lines.findLastIndex((line) => line.key === behind);
    this.#lines.splice(at + 1, 0, { key, text: `${name}: ${value}` });
  }

  /** Gives the name these values, each as a field of its own, where its first field stands, else at the end. */
  set(name: string, values: readonly string[]): void {
    const key = fullName(name);
    const fields = values.map((value) => ({ key, text: `${name}: ${value}` }));
    const first = this.#lines.findIndex((line) => line.key === key);
    const others = this.#lines.filter((line) => line.key !== key);
    const at = first < 0 ? placeOfNew(others) : this.#lines.slice(0, first).length;
    others.splice(at, 0, ...fields);
    this.#lines = others;
  }

  /** The header fields of a script: each name takes the place of the fields it has, null leaves them out. */
  give(given: Readonly<Record<string, string | readonly string[] | null>>): void {
    for (const [name, value] of Object.entries(given)) {
      const values = value === null ? [] : typeof value === 'string' ? [value] : value;
      this.set(name, values.map(octetsOf));
    }
  }

  fields(): readonly HeaderField[] {
    return this.#lines.map(({ text }) => [nameOf(text), valueOf(text)]);
  }
}

/** Content-Type and Content-Length stay the last two. */
function placeOfNew(lines: readonly Line[]): number {
  const first = lines.findIndex(({ key }) => key === 'content-type' || key === 'content-length');
  return first < 0 ? lines.length : first;
}

function nameOf(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf(':'))).trim();
}

function valueOf(line: string): string {
  return line
    .slice(line.indexOf(':') + 1)
    .replace(/\r?\n[ \t]+/g, ' ')
    .trim();
}

/** A text in UTF-8, one character for each octet. */
export function octetsOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Octets as text, for the log. */
export function textOf(octets: string): string {
  return Buffer.from(octets, 'latin1').toString('utf8');
}
