/** Body of a NOTIFY about a mailbox: application/simple-message-summary (RFC 3842, 5.2). */

export interface MessageSummary {
  waiting: boolean;
  /** URI of the mailbox. */
  account?: string;
  /** Voice messages; where the server names none, the messages of all other kinds together. */
  new: number;
  old: number;
  /** How many of these messages are urgent, where the server says so. */
  urgent_new?: number;
  urgent_old?: number;
}

interface Counts {
  kind: string;
  new: number;
  old: number;
  urgent_new?: number;
  urgent_old?: number;
}

const WAITING = /^messages-waiting\s*:\s*(yes|no)\b/i;
const ACCOUNT = /^message-account\s*:\s*(\S+)/i;
const COUNTS =
  /^([a-z]+)-message\s*:\s*(\d{1,9})\s*\/\s*(\d{1,9})(?:\s*\(\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*\))?/i;

/** `undefined` when the body says neither that messages wait nor how many. */
export function parseMessageSummary(body: string): MessageSummary | undefined {
  let waiting: boolean | undefined;
  let account: string | undefined;
  const all: Counts[] = [];
  for (const raw of body.trimStart().split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    // The headers of single messages follow an empty line.
    if (line === '') break;
    const answer = WAITING.exec(line)?.[1];
    if (answer !== undefined) waiting ??= answer.toLowerCase() === 'yes';
    account ??= ACCOUNT.exec(line)?.[1];
    const counts = countsOf(line);
    if (counts !== undefined) all.push(counts);
  }
  if (waiting === undefined && all.length === 0) return undefined;
  const { kind: _, ...found } = all.find((one) => one.kind === 'voice') ?? together(all);
  const named = account === undefined ? {} : { account };
  return { waiting: waiting ?? found.new > 0, ...named, ...found };
}

function countsOf(line: string): Counts | undefined {
  const match = COUNTS.exec(line);
  if (match === null) return undefined;
  const [, kind = '', fresh, old, urgentNew, urgentOld] = match;
  const urgent =
    urgentNew === undefined ? {} : { urgent_new: Number(urgentNew), urgent_old: Number(urgentOld) };
  return { kind: kind.toLowerCase(), new: Number(fresh), old: Number(old), ...urgent };
}

function together(all: readonly Counts[]): Counts {
  const total: Counts = { kind: '', new: 0, old: 0 };
  for (const one of all) {
    total.new += one.new;
    total.old += one.old;
  }
  return total;
}
