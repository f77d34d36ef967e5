/** Selects the collected scenarios that run: filters by name and tag, and `only`. */
import { OffhookError } from '../../errors.js';
import { nearest } from '../../schema/nearest.js';

export interface Filters {
  /** Patterns (part of the name, a glob, or re:REGEX); one of them must fit. */
  readonly scenario: readonly string[];
  /** Tags, comma-separated; the scenario must have one of them. */
  readonly tag: readonly string[];
  /** Tags, comma-separated; the scenario must have none of them. */
  readonly excludeTag: readonly string[];
  /** Further choices; the scenario must be among those of each. */
  readonly choices?: readonly Choice[];
}

/** A filter beside those by name and tag. */
export interface Choice {
  /** The selection as the user wrote it, for messages: "--last-failed". */
  readonly words: string;
  /**
   * @param fitting those of them that fit every filter before this one
   * @throws OffhookError when the choice makes no sense for these scenarios
   */
  choose(all: readonly Selectable[], fitting: readonly Selectable[]): ReadonlySet<Selectable>;
}

export interface Selectable {
  readonly key: string;
  /** The path as shown to people. */
  readonly file: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly only: boolean;
  readonly skip?: string;
}

export interface Selection<T> {
  readonly selected: readonly T[];
  /** Scenarios that do not fit the filters, or stand beside one with `only`. */
  readonly leftOut: readonly {
    readonly scenario: T;
    readonly why: 'filter' | 'only';
    /** The reason in words. */
    readonly reason: string;
  }[];
  readonly warnings: readonly string[];
}

type Test = (name: string) => boolean;

/**
 * The scenarios that run, in their order. Each name pattern and each wanted tag must fit a scenario of
 * the run. @throws OffhookError E_USAGE for an invalid filter, E_NO_SCENARIO when nothing fits
 */
export async function selectScenarios<T extends Selectable>(
  all: readonly T[],
  filters: Filters,
): Promise<Selection<T>> {
  const patterns = await Promise.all(filters.scenario.map((text) => namePattern(text)));
  filters.scenario.forEach((text, index) => {
    if (!all.some(({ name }) => patterns[index]?.(name) === true)) throw noSuchName(text, all);
  });
  const wanted = splitTags('--tag', filters.tag);
  const excluded = splitTags('--exclude-tag', filters.excludeTag);
  const known = [...new Set(all.flatMap(({ tags }) => tags))].sort();
  for (const tag of wanted) if (!known.includes(tag)) throw noSuchTag(tag, known);
  const fits = ({ name, tags }: T): boolean =>
    (patterns.length === 0 || patterns.some((isMeant) => isMeant(name))) &&
    (wanted.length === 0 || tags.some((tag) => wanted.includes(tag))) &&
    !tags.some((tag) => excluded.includes(tag));
  let fitting = all.filter(fits);
  for (const choice of filters.choices ?? []) {
    const chosen = choice.choose(all, fitting);
    fitting = fitting.filter((one) => chosen.has(one));
  }
  if (fitting.length === 0) throw nothingLeft(all, filters);
  const warnings = excluded.filter((tag) => !known.includes(tag)).map((tag) => unused(tag, known));
  const kept = new Set(fitting);
  const filtered = all.filter((one) => !kept.has(one));
  const reason = `left out by ${filterWords(filters).join(' ')}`;
  const leftOut = filtered.map((scenario) => ({ scenario, why: 'filter' as const, reason }));
  const only = fitting.filter((one) => one.only);
  if (only.length === 0) return { selected: fitting, leftOut, warnings };
  const beside = fitting.filter((one) => !one.only);
  return {
    selected: only,
    leftOut: [
      ...leftOut,
      ...beside.map((scenario) => ({ scenario, why: 'only' as const, reason: BESIDE_ONLY })),
    ],
    warnings: [...warnings, onlyWarning(only, fitting.length)],
  };
}

const BESIDE_ONLY = 'left out: "only" is set on another scenario';

/** @param forbiddenBy returns what forbids `only` to a scenario. @throws OffhookError E_USAGE */
export function refuseOnly<T extends Selectable>(
  all: readonly T[],
  forbiddenBy: (one: T) => string | undefined,
): void {
  const refused = all.filter((one) => one.only && forbiddenBy(one) !== undefined);
  const [first] = refused;
  if (first === undefined) return;
  const names = namesOf(refused);
  throw new OffhookError(
    'E_USAGE',
    {
      subject: `"only" is set, which ${forbiddenBy(first) ?? ''} forbids`,
      what: 'it would limit the run to',
      seen: names,
    },
    { hint: 'take "only" out, or allow it with --allow-only' },
  );
}

async function namePattern(text: string): Promise<Test> {
  if (text === '') throw usage('--scenario "": is empty', 'write a part of the name');
  if (text.startsWith('re:')) return regexPattern(text);
  const part = text.toLowerCase();
  const contains: Test = (name) => name.toLowerCase().includes(part);
  if (!/[*?[{]/.test(text)) return contains;
  const { default: picomatch } = await import('picomatch');
  // Names are not paths: stars match slashes, too (`bash`), and parentheses and other signs of extended globs are literal.
  const escaped = text.replaceAll(/[()|!+@]/g, '\\$&');
  const fits = picomatch(escaped, { bash: true, dot: true, nocase: true });
  return (name) => fits(name) || contains(name);
}

function regexPattern(text: string): Test {
  try {
    const expression = new RegExp(text.slice(3), 'u');
    return (name) => expression.test(name);
  } catch (error) {
    const why = (error as Error).message.replace(/^.*: /, '');
    throw usage(
      `--scenario "${text}": is not a regular expression: ${why}`,
      'correct what follows re:',
    );
  }
}

function splitTags(flag: string, given: readonly string[]): readonly string[] {
  return given.flatMap((text) => {
    const tags = text.split(',').map((tag) => tag.trim());
    if (tags.includes('')) throw usage(`${flag} "${text}": has an empty tag`, 'write tag,tag');
    return tags;
  });
}

function usage(message: string, hint: string): OffhookError {
  return new OffhookError('E_USAGE', message, { hint });
}

function noSuchName(text: string, all: readonly Selectable[]): OffhookError {
  const names = all.map(({ name }) => name);
  const meant = nearest(text.replace(/^re:/, ''), names) ?? byWord(text, names);
  return new OffhookError(
    'E_NO_SCENARIO',
    { subject: `--scenario "${text}"`, what: 'no scenario has such a name' },
    {
      hint: meant === undefined ? `the names are ${listed(names)}` : `did you mean "${meant}"?`,
    },
  );
}

/** The name that has a word near to `text`: "bob is busy" for "bsy". */
function byWord(text: string, names: readonly string[]): string | undefined {
  return names.find((name) => nearest(text, name.split(/\W+/)) !== undefined);
}

function noSuchTag(tag: string, known: readonly string[]): OffhookError {
  const meant = nearest(tag, known);
  const tags = known.length === 0 ? 'no scenario has a tag' : `the tags are ${listed(known)}`;
  return new OffhookError(
    'E_NO_SCENARIO',
    { subject: `--tag "${tag}"`, what: 'no scenario has this tag' },
    {
      hint: meant === undefined ? tags : `did you mean "${meant}"?`,
    },
  );
}

function nothingLeft(all: readonly Selectable[], filters: Filters): OffhookError {
  const given = filterWords(filters);
  if (given.length === 0) {
    return new OffhookError(
      'E_NO_SCENARIO',
      { subject: 'nothing to run', what: 'the files declare no scenario' },
      {
        hint: 'declare one with scenario(name, body)',
      },
    );
  }
  return new OffhookError(
    'E_NO_SCENARIO',
    {
      subject: given.join(' '),
      what: `${given.length > 1 ? 'together exclude' : 'excludes'} every scenario (of ${all.length})`,
    },
    { hint: 'drop a filter; "offhook list" shows names and tags' },
  );
}

function filterWords(filters: Filters): readonly string[] {
  return [
    ...filters.scenario.map((text) => `--scenario "${text}"`),
    ...filters.tag.map((text) => `--tag "${text}"`),
    ...filters.excludeTag.map((text) => `--exclude-tag "${text}"`),
    ...(filters.choices ?? []).map(({ words }) => words),
  ];
}

function unused(tag: string, known: readonly string[]): string {
  const meant = nearest(tag, known);
  const tags = known.length === 0 ? '' : `: the tags are ${listed(known)}`;
  const help = meant === undefined ? tags : `: did you mean "${meant}"?`;
  return `--exclude-tag "${tag}": no scenario has this tag${help}`;
}

function onlyWarning(only: readonly Selectable[], total: number): string {
  return `"only" is set: ${only.length} of ${total} scenarios run: ${namesOf(only)}`;
}

function namesOf(scenarios: readonly Selectable[]): string {
  const names = scenarios.map(({ file, name }) => `${file} "${name}"`);
  return listed(names, '');
}

const MOST_LISTED = 10;

function listed(names: readonly string[], quote = '"'): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => `${quote}${name}${quote}`);
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
