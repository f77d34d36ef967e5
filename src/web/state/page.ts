/** What the page was filled with. */
import { PAGE_DATA_ID, type AttemptData, type PageData } from '../../story/page-data.js';
import { entriesOf, firstAttempt, isFailure, type Entry } from '../layout/entries.js';

export const page = readPage();
export const entries: readonly Entry[] = entriesOf(page.attempts, page.run);
const byKey: ReadonlyMap<string, Entry> = new Map(entries.map((entry) => [entry.key, entry]));

export const entryOf = (key: string): Entry | undefined => byKey.get(key);
/** Paths of the scenario files, as people know them. */
export const files: readonly string[] = [...new Set(entries.map(({ file }) => file))];
export const firstFailed: Entry | undefined = entries.find(isFailure);

/** Index of an attempt among those of the page. @param attempt from 1; absent: the one to look at first */
export function attemptIndex(entry: Entry, attempt: number | undefined): number {
  const wanted = entry.attempts.find((index) => attemptAt(index)?.scenario.attempt === attempt);
  return wanted ?? firstAttempt(entry, page.attempts);
}

export const attemptAt = (index: number): AttemptData | undefined => page.attempts[index];

/** @returns what the wall clock showed, ms since 1970. @param at ms since the run began */
export const epochAt = (at: number): number => Date.parse(page.run.time) - page.run.at + at;

function readPage(): PageData {
  const text = document.getElementById(PAGE_DATA_ID)?.textContent;
  if (text === undefined || text === '') throw new Error('the page holds no data of a run');
  return JSON.parse(text) as PageData;
}
