/**
 * Masks secrets in the reports of a run: values known to be secret, wherever and in whatever form they turn
 * up, and values behind the name of a password. One object for each run. Knows texts and run events; must
 * not know where values come from, nor who prints.
 */
import type { HeaderField } from '../sip/sip-message.js';
import type { RunEvent } from '../model/run-event.js';
import { Finder, SHORTEST } from './finder.js';
import { OWN_WORDS } from './own-words.gen.js';
import { MASK, maskHeaders, maskLines, maskPlaces, maskPlacesOfScript } from './places.js';
import { isSecretName } from '../model/secret-names.js';

/** Values that are no secrets, even in a setting with a secret's name. */
const NO_SECRET = /^(?:true|false|null|none|undefined|yes|no|on|off|\*+)$/i;
/** Shortest line that is masked of a key with several lines. */
const SHORTEST_LINE = 16;

export class Secrets {
  readonly #finder = new Finder();
  /** Files and scenarios by their names, in lower case. */
  readonly #names = new Set<string>();
  #own: ReadonlySet<string> | undefined;

  /** Masks these values from now on. Bound, so that it can be passed on. */
  readonly note = (values: Iterable<string>): void => {
    for (const value of values) {
      for (const one of [value, ...linesOf(value)]) {
        if (one.length < SHORTEST || this.#finder.has(one)) continue;
        if (!NO_SECRET.test(one) && !this.#isOwn(one)) this.#finder.add(one);
      }
    }
  };

  /** Takes names that stand in the user's files: a part of such a name is not a secret from now on. */
  spare(names: Iterable<string>): void {
    for (const name of names) this.#names.add(name.toLowerCase());
    this.#finder.remove((value) => this.#isOwn(value));
  }

  readonly mask = (text: string): string => maskPlaces(this.#withoutValues(text, () => MASK));

  #withoutValues(text: string, mask: (hidden: string) => string): string {
    const found = this.#finder.find(text);
    if (found.length === 0) return text;
    let masked = '';
    let from = 0;
    for (const [start, end] of found) {
      masked += text.slice(from, start) + mask(text.slice(start, end));
      from = end;
    }
    return masked + text.slice(from);
  }

  /**
   * The event as reports may show it; the event itself where nothing of it is secret. `run_started` holds nothing of a
   * script: its run id, host and versions stay as they are.
   */
  readonly maskEvent = (event: RunEvent): RunEvent => {
    if (event.type === 'run_started') return event;
    if (event.type === 'source') {
      const text = this.#withoutValues(event.text, (hidden) => maskLines(hidden));
      return { ...event, text: maskPlacesOfScript(text) };
    }
    if (event.type === 'sip' && this.#isHarmless(event)) return event;
    return this.#masked('', event) as RunEvent;
  };

  /**
   * Whether the raw text of a message holds no secret. Then none of its fields does, because each of them stands in that text,
   * except a folded header field, which is read in another form (RFC 3261, 7.3.1).
   */
  #isHarmless({ message, raw }: RunEvent & { type: 'sip' }): boolean {
    return (
      this.mask(raw) === raw &&
      !/\n[ \t]/.test(raw) &&
      !message.headers.some(([name]) => isSecretName(name))
    );
  }

  #masked(key: string, value: unknown): unknown {
    if (typeof value === 'string') {
      if (value === '' || AS_THEY_ARE.has(key)) return value;
      return isSecretName(key) ? MASK : this.mask(value);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (key === 'headers' && isHeaders(value)) {
      return maskHeaders(value).map(([name, text]) => [name, this.mask(text)]);
    }
    return Array.isArray(value) ? this.#maskedItems(key, value) : this.#maskedFields(value);
  }

  #maskedItems(key: string, items: readonly unknown[]): readonly unknown[] {
    const masked = items.map((item) => this.#masked(key, item));
    return masked.some((item, index) => item !== items[index]) ? masked : items;
  }

  #maskedFields(fields: object): object {
    let changed: Record<string, unknown> | undefined;
    // Every event comes here: Object.entries would copy each of them first.
    for (const name in fields) {
      const before = (fields as Record<string, unknown>)[name];
      const after = this.#masked(name, before);
      if (after !== before) (changed ??= { ...fields })[name] = after;
    }
    return changed ?? fields;
  }

  /** Whether a value is only words of the report, or part of a name: masking it would spoil the report. */
  #isOwn(value: string): boolean {
    const lower = value.toLowerCase();
    for (const name of this.#names) if (hasWords(name, lower)) return true;
    // "does not hold", "E_ASSERT"; a password with a hyphen or full stop is not a phrase.
    if (!/^[a-z]+(?:[ _][a-z]+)*$/.test(lower)) return false;
    this.#own ??= new Set(OWN_WORDS.trim().split(/\s+/));
    return lower.split(/[ _]/).every((word) => word === 'e' || this.#own?.has(word) === true);
  }
}

/** Fields that are never masked: ids that join events, names of files, and digests, which may contain any short number by chance. */
const AS_THEY_ARE: ReadonlySet<string> = new Set([
  ...['type', 'scenario', 'id', 'file', 'left_out', 'sha256'],
]);

/** Whether a name contains the value, not as part of a longer word or number. */
function hasWords(name: string, value: string): boolean {
  for (let at = name.indexOf(value); at !== -1; at = name.indexOf(value, at + 1)) {
    const around = `${name[at - 1] ?? ' '}${name[at + value.length] ?? ' '}`;
    if (!/[\p{Letter}\p{Number}]/u.test(around)) return true;
  }
  return false;
}

/** A key of several lines is shown line by line. */
function linesOf(text: string): readonly string[] {
  if (!text.includes('\n')) return [];
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_LINE);
}

function isHeaders(value: object): value is readonly HeaderField[] {
  return (
    Array.isArray(value) &&
    value.every(
      (field) =>
        Array.isArray(field) && typeof field[0] === 'string' && typeof field[1] === 'string',
    )
  );
}
