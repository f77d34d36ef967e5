/** Messages of notifications that nobody took, in words. */
import type { Letter } from '../../../monitor/model/letter.js';
import type { Undelivered } from '../../../monitor/model/view.js';

const notifications = (count: number): string =>
  `${count} ${count === 1 ? 'notification' : 'notifications'}`;

/** "2 notifications could not be delivered, 1 is being tried again."; '' for none. */
export function undeliveredText({ dead, late }: Undelivered): string {
  const again = late === 1 ? 'is being tried again' : 'are being tried again';
  if (dead > 0)
    return `${notifications(dead)} could not be delivered${late > 0 ? `, ${late} ${again}` : ''}.`;
  return late > 0 ? `${notifications(late)} could not be delivered yet, and ${again}.` : '';
}

/** What was given up or tried in vain, the newest first: what waits for its first try is on its way. */
export function undeliveredLetters(letters: readonly Letter[]): Letter[] {
  return letters
    .filter(({ state, tries }) => state === 'dead' || tries > 0)
    .sort((a, b) => b.created_at - a.created_at);
}

/** "no tries", "1 try", "12 tries". */
export function triesText(tries: number): string {
  return tries === 1 ? '1 try' : `${tries === 0 ? 'no' : tries} tries`;
}
