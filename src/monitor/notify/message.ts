/**
 * A message: what a target is told at once, and the words for it. Names, labels and notes are hostile input: whoever
 * answers a call chooses what its note says. Pure.
 */
import type { State } from '../model/states.js';
import type { Told } from './notice.js';

export interface Message {
  /** The same for each try. */
  readonly delivery: string;
  /** ms since 1970; of this try. */
  readonly sent_at: number;
  /** Oldest first; at least one. */
  readonly told: readonly ToldRun[];
}

export interface ToldRun extends Told {
  /** Page of the run, where one is known. */
  readonly run_url?: string;
}

const LONGEST_NAME = 120;
const LONGEST_NOTE = 500;

const WORDS: Readonly<Record<State, string>> = {
  ok: 'RECOVERED',
  degraded: 'DEGRADED',
  failing: 'FAILING',
  failed: 'FAILED',
  unknown: 'UNKNOWN',
};

/** "FAILED", "STILL FAILED", "RECOVERED", "TEST". */
export function wordOf({ kind, to }: Pick<Told, 'kind' | 'to'>): string {
  if (kind === 'test') return 'TEST';
  return kind === 'reminder' ? `STILL ${WORDS[to]}` : WORDS[to];
}

/** "FAILED: berlin". */
export function headline(told: Told): string {
  return `${wordOf(told)}: ${clean(told.monitor, LONGEST_NAME)}`;
}

/** "FAILED: berlin", or "3 changes: 2 failed, 1 recovered". */
export function subjectOf({ told }: Message): string {
  const [first] = told;
  if (first !== undefined && told.length === 1) return headline(first);
  const counts = new Map<string, number>();
  for (const one of told) counts.set(wordOf(one), (counts.get(wordOf(one)) ?? 0) + 1);
  const parts = [...counts].map(([word, count]) => `${count} ${word.toLowerCase()}`);
  return `${told.length} changes: ${parts.join(', ')}`;
}

/** The note, on one line and of a length people read. */
export function noteOf({ note }: Told): string | undefined {
  const text = note === undefined ? '' : clean(note, LONGEST_NOTE);
  return text === '' ? undefined : text;
}

/** "was ok until 2026-03-01 12:00:00 UTC", "since ...". */
export function whenOf({ kind, from, at }: Told): string {
  const time = `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return kind === 'transition' ? `was ${from} until ${time}` : `since ${time}`;
}

/** All of a message as plain text. */
export function textOf(message: Message): string {
  return message.told
    .map((told) =>
      [
        headline(told),
        noteOf(told),
        whenOf(told),
        told.info === undefined ? undefined : clean(told.info, LONGEST_NOTE),
        told.run_url,
      ]
        .filter((line) => line !== undefined)
        .join('\n'),
    )
    .join('\n\n');
}

/**
 * One line without control characters, and without those that turn the direction of text or cannot be seen: with them a
 * note could show itself as something else.
 */
export function clean(text: string, longest: number): string {
  const line = text
    .slice(0, longest * 4)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .replaceAll(/[\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .trim();
  return shorten(line, longest);
}

/** No character is cut in half. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
