/** Finds sections of the documentation by words. Pure: it knows no page. */

export interface Section {
  readonly href: string;
  readonly title: string;
  /** Title of the page it stands on, where there are several. */
  readonly page: string;
  readonly text: string;
}

export interface Found {
  readonly section: Section;
  /** A piece of the text around the first word that was found in it. */
  readonly excerpt: string;
}

const MOST = 30;
const AROUND = 70;

/** Sections that have every word of the query, titles before texts. */
export function find(sections: readonly Section[], query: string): readonly Found[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  return sections
    .map((section, at) => ({ section, at, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, MOST)
    .map(({ section }) => ({ section, excerpt: excerptOf(section.text, words) }));
}

export function wordsOf(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/[\s()`"']+/)
    .filter((word) => word !== '');
}

/** 0 when a word is missing. */
function scoreOf({ title, page, text }: Section, words: readonly string[]): number {
  const [name, place, body] = [title.toLowerCase(), page.toLowerCase(), text.toLowerCase()];
  let sum = 0;
  for (const word of words) {
    const score = ofTitle(name, word) || (place.includes(word) ? 8 : 0) + ofText(body, word);
    if (score === 0) return 0;
    sum += score;
  }
  return name === words.join(' ') ? sum + 100 : sum;
}

function ofTitle(title: string, word: string): number {
  if (title.startsWith(word)) return 40;
  const at = title.indexOf(word);
  if (at === -1) return 0;
  return isWordStart(title, at) ? 30 : 15;
}

function ofText(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at === -1) return 0;
  return isWordStart(text, at) ? 5 : 2;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '');
}

function excerptOf(text: string, words: readonly string[]): string {
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word)).filter((at) => at !== -1);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const from = first <= AROUND ? 0 : text.indexOf(' ', first - AROUND) + 1;
  const to = from + 2 * AROUND;
  return `${from > 0 ? '… ' : ''}${text.slice(from, to)}${to < text.length ? ' …' : ''}`;
}
