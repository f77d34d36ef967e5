import type { Entry, Outcome } from './entries.js';

export interface Filter {
  /** Words, all of which stand in the name, file, tags or failure. */
  text: string;
  /** Empty: any. */
  verdicts: ReadonlySet<Outcome>;
  tag?: string;
  file?: string;
  record?: string;
}

export const NO_FILTER: Filter = { text: '', verdicts: new Set() };

export function matching(entries: readonly Entry[], filter: Filter): Entry[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(
    (entry) =>
      (filter.verdicts.size === 0 || filter.verdicts.has(entry.verdict)) &&
      (filter.tag === undefined || entry.tags.includes(filter.tag)) &&
      (filter.file === undefined || entry.file === filter.file) &&
      (filter.record === undefined || entry.record === filter.record) &&
      words.every((word) => entry.text.includes(word)),
  );
}

export function tagsOf(entries: readonly Entry[]): string[] {
  return [...new Set(entries.flatMap(({ tags }) => tags))].sort((a, b) => a.localeCompare(b));
}
