/**
 * Reads the XML bodies of SIP messages (XML 1.0, Namespaces in XML 1.0). Strict: a text that is not well-formed is no
 * document. It has no DTD, so no entity beyond the five of XML itself: nothing is expanded or fetched. Also used inside
 * QuickJS.
 */

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** URI of the namespace; empty outside of any. */
  readonly namespace: string;
  /** By their names as written, with the prefix. Declarations of namespaces are left out. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside this element, with its spaces; that of its children is left out. */
  readonly text: string;
}

/** Far more than a session, a presence or a dialog document needs. */
const LONGEST = 1_000_000;
const DEEPEST = 64;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';

/** A name with at most one colon (Namespaces in XML 1.0, 4). */
const NCNAME = String.raw`[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd][\w.\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd-]*`;
const NAME = String.raw`${NCNAME}(?::${NCNAME})?`;
const START_TAG = new RegExp(String.raw`<(${NAME})`, 'y');
const ATTRIBUTE = new RegExp(
  String.raw`\s+(${NAME})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')`.replaceAll(String.raw`\s`, '[ \\t\\n]'),
  'y',
);
const TAG_END = /[ \t\n]*(\/?)>/y;
const END_TAG = new RegExp(String.raw`</(${NAME})[ \t\n]*>`, 'y');
const DECLARATION =
  /<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\n][^?]*)?\?>/y;
const REFERENCE = /&(?:#x([0-9A-Fa-f]{1,6})|#(\d{1,7})|([A-Za-z]+));|&/g;
/** Characters that XML has in no form (XML 1.0, 2.2), and halves of characters. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The root element; `undefined` when the text is no well-formed XML, has a DTD, or is deeper or longer than allowed. */
export function parseXml(text: string): XmlElement | undefined {
  try {
    return new Reader(text).document();
  } catch (error) {
    if (error instanceof NotXml) return undefined;
    throw error;
  }
}

/** Why `parseXml` has no result for a text, with the line; `undefined` when it has one. */
export function xmlProblem(text: string): string | undefined {
  try {
    new Reader(text).document();
    return undefined;
  } catch (error) {
    if (error instanceof NotXml) return error.message;
    throw error;
  }
}

class NotXml extends Error {}

type Prefixes = ReadonlyMap<string, string>;

/** An element whose end tag has not been read. */
interface OpenElement {
  readonly written: string;
  readonly prefixes: Prefixes;
  readonly element: Omit<XmlElement, 'text'> & { readonly children: XmlElement[]; text: string };
}

class Reader {
  readonly #text: string;
  #at = 0;
  #root: XmlElement | undefined;
  readonly #open: OpenElement[] = [];

  constructor(text: string) {
    if (text.length > LONGEST) throw new NotXml(`longer than ${LONGEST} characters`);
    // Line ends are one character (XML 1.0, 2.11).
    this.#text = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  }

  document(): XmlElement {
    const forbidden = FORBIDDEN.exec(this.#text);
    if (forbidden !== null) {
      this.#at = forbidden.index;
      throw this.#problem('a character that XML does not allow');
    }
    this.#match(DECLARATION);
    while (this.#at < this.#text.length) this.#next();
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) throw this.#problem(`no </${unclosed.written}>`);
    if (this.#root === undefined) throw this.#problem('no element');
    return this.#root;
  }

  #next(): void {
    const text = this.#text;
    if (text[this.#at] !== '<') {
      const end = text.indexOf('<', this.#at);
      this.#characters(text.slice(this.#at, end === -1 ? text.length : end));
    } else if (text.startsWith('<!--', this.#at)) {
      const comment = this.#until('<!--', '-->', 'comment');
      if (comment.includes('--') || comment.endsWith('-'))
        throw this.#problem('"--" inside of a comment');
    } else if (text.startsWith('<![CDATA[', this.#at)) {
      const section = this.#until('<![CDATA[', ']]>', 'CDATA section');
      const open = this.#open.at(-1);
      if (open === undefined) throw this.#problem('text outside of the root element');
      open.element.text += section;
    } else if (text.startsWith('<!', this.#at)) {
      throw this.#problem('a document type declaration, which is not supported');
    } else if (text.startsWith('<?', this.#at)) {
      const instruction = this.#until('<?', '?>', 'processing instruction');
      if (!/^[A-Za-z_]/.test(instruction) || /^xml(?![\w:.-])/i.test(instruction))
        throw this.#problem('an XML declaration that is malformed or not at the beginning');
    } else if (text.startsWith('</', this.#at)) {
      this.#close();
    } else {
      this.#start();
    }
  }

  #characters(raw: string): void {
    const open = this.#open.at(-1);
    if (open === undefined) {
      if (/[^ \t\n]/.test(raw)) throw this.#problem('text outside of the root element');
    } else {
      if (raw.includes(']]>')) throw this.#problem('"]]>" inside of text');
      open.element.text += this.#resolved(raw);
    }
    this.#at += raw.length;
  }

  #start(): void {
    const [, written] = this.#match(START_TAG) ?? [];
    if (written === undefined) throw this.#problem('a "<" that begins no tag');
    if (this.#root !== undefined && this.#open.length === 0)
      throw this.#problem('a second root element');
    if (this.#open.length >= DEEPEST) throw this.#problem(`more than ${DEEPEST} levels`);
    const attributes = this.#attributes();
    const end = this.#match(TAG_END);
    if (end === undefined) throw this.#problem(`the tag <${written}> is not well-formed`);
    const prefixes = this.#declared(attributes);
    this.#assertDistinct(attributes, prefixes);
    const [prefix, name] = split(written);
    const element = {
      name,
      namespace: this.#namespaceOf(prefix, prefixes),
      attributes: Object.fromEntries([...attributes].filter(([key]) => !declares(key))),
      children: [],
      text: '',
    };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.element.children.push(element);
    if (end[1] !== '/') this.#open.push({ written, prefixes, element });
  }

  #attributes(): Map<string, string> {
    const attributes = new Map<string, string>();
    for (;;) {
      const match = this.#match(ATTRIBUTE);
      if (match === undefined) return attributes;
      const [, name = '', double, single = ''] = match;
      if (attributes.has(name)) throw this.#problem(`the attribute ${name} twice`);
      // A line end or tab inside of a value is a space (XML 1.0, 3.3.3).
      attributes.set(name, this.#resolved((double ?? single).replace(/[\t\n]/g, ' ')));
    }
  }

  #close(): void {
    const [, written] = this.#match(END_TAG) ?? [];
    if (written === undefined) throw this.#problem('an end tag that is not well-formed');
    const open = this.#open.pop();
    if (open?.written !== written)
      throw this.#problem(
        open === undefined
          ? `</${written}> without its start tag`
          : `</${written}> where </${open.written}> belongs`,
      );
  }

  /** The prefixes of the element around, and those an element declares itself. */
  #declared(attributes: ReadonlyMap<string, string>): Prefixes {
    const around = this.#open.at(-1)?.prefixes ?? new Map([['xml', XML_NAMESPACE]]);
    let own: Map<string, string> | undefined;
    for (const [key, namespace] of attributes) {
      if (!declares(key)) continue;
      const prefix = key === 'xmlns' ? '' : key.slice('xmlns:'.length);
      const isReserved =
        prefix === 'xmlns' ||
        namespace === XMLNS_NAMESPACE ||
        (prefix === 'xml') !== (namespace === XML_NAMESPACE);
      if (isReserved || (prefix !== '' && namespace === ''))
        throw this.#problem(`${key} may not be "${namespace}"`);
      own ??= new Map(around);
      own.set(prefix, namespace);
    }
    return own ?? around;
  }

  /** No two attributes may have the same name in the same namespace, however their prefixes are called. */
  #assertDistinct(attributes: ReadonlyMap<string, string>, prefixes: Prefixes): void {
    const seen = new Set<string>();
    for (const key of attributes.keys()) {
      const [prefix, name] = split(key);
      if (prefix === '' || prefix === 'xmlns') continue;
      const expanded = `${this.#namespaceOf(prefix, prefixes)} ${name}`;
      if (seen.has(expanded)) throw this.#problem(`the attribute ${name} twice`);
      seen.add(expanded);
    }
  }

  #namespaceOf(prefix: string, prefixes: Prefixes): string {
    const namespace = prefixes.get(prefix);
    if (namespace === undefined && prefix !== '')
      throw this.#problem(`no xmlns:${prefix} for the prefix ${prefix}`);
    return namespace ?? '';
  }

  /** Replaces the references to characters and to the five entities of XML. */
  #resolved(raw: string): string {
    if (!raw.includes('&')) return raw;
    return raw.replace(
      REFERENCE,
      (written, hex?: string, decimal?: string, entity?: string): string => {
        if (entity !== undefined) {
          const known = ENTITIES.get(entity);
          if (known === undefined) throw this.#problem(`the entity ${written} is not known`);
          return known;
        }
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        const char = code <= 0x10ffff ? String.fromCodePoint(code) : '\0';
        if (FORBIDDEN.test(char)) throw this.#problem(`${written} stands for no character`);
        return char;
      },
    );
  }

  /** Passes over something that has a beginning and an end; returns what is between them. */
  #until(start: string, end: string, what: string): string {
    const from = this.#at + start.length;
    const to = this.#text.indexOf(end, from);
    if (to === -1) throw this.#problem(`a ${what} without its end`);
    this.#at = to + end.length;
    return this.#text.slice(from, to);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }

  #problem(what: string): NotXml {
    return new NotXml(`line ${this.#text.slice(0, this.#at).split('\n').length}: ${what}`);
  }
}

function declares(attribute: string): boolean {
  return attribute === 'xmlns' || attribute.startsWith('xmlns:');
}

function split(written: string): [prefix: string, name: string] {
  const colon = written.indexOf(':');
  return colon === -1 ? ['', written] : [written.slice(0, colon), written.slice(colon + 1)];
}
