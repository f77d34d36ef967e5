/** A command line of bash up to the cursor, as bash hands it over, and texts written so that bash takes them as they are. */

export interface Line {
  /** The words before the one the cursor is in, without their quotes. */
  readonly before: readonly string[];
  /** The word the cursor is in, without quotes. */
  readonly current: string;
  /** The beginning of `current` that bash keeps: it replaces only the rest. */
  readonly kept: string;
  /** The quote that is open at the cursor. */
  readonly open: '' | "'" | '"';
}

/** @param breaks COMP_WORDBREAKS: outside quotes bash replaces only what follows the last of these characters */
export function readLine(text: string, breaks: string): Line {
  const before: string[] = [];
  let [current, isWord] = ['', false];
  let [behindBreak, behindQuote] = ['', ''];
  let open: Line['open'] = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const next = text[at + 1] ?? '';
    if (open === '' && /\s/.test(character)) {
      if (isWord) before.push(current);
      [current, behindBreak, isWord] = ['', '', false];
      continue;
    }
    isWord = true;
    if (open === character) open = '';
    else if (open === '' && (character === "'" || character === '"')) {
      open = character;
      behindQuote = current;
    } else if (character === '\\' && isEscape(open, next)) {
      current += next;
      at += 1;
    } else {
      current += character;
      if (open === '' && breaks.includes(character)) behindBreak = current;
    }
  }
  return { before, current, kept: open === '' ? behindBreak : behindQuote, open };
}

function isEscape(open: Line['open'], next: string): boolean {
  if (open === "'" || next === '') return false;
  return open === '' || /[$`"\\]/.test(next);
}

/** The text behind an open quote, or behind none, so that nothing of it is a command, a variable or history. */
export function written(text: string, open: Line['open']): string {
  switch (open) {
    case "'":
      return text.replaceAll("'", String.raw`'\''`);
    case '"':
      // history is expanded in double quotes, too
      return text.replace(/[$`"\\]/g, String.raw`\$&`).replaceAll('!', `"'!'"`);
    case '':
      return text.replace(/[^\w./:=@%+,\u0080-\uffff-]/g, String.raw`\$&`);
  }
}
