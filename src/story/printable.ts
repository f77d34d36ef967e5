/** What may be shown of a text that strangers wrote: on a terminal, in a log, on a page. */

/**
 * Controls, marks of direction and of no width, fillers, and code points without a character: a log line or a
 * reason phrase must neither drive the terminal nor look like another line.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffe\uffff\u{e0100}-\u{e01ef}]/gu;
const PLAIN_ASCII = /^[\u0020-\u007e]*$/;

/** Makes unprintable characters visible; line breaks stay. */
export function plain(text: string): string {
  if (PLAIN_ASCII.test(text)) return text;
  return printable(text.replace(/\r\n?/g, '\n').replace(/\t/g, '    '));
}

/** Makes unprintable characters visible; line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) =>
    /[\n\r\t]/.test(char) ? char : visible(char.codePointAt(0) ?? 0),
  );
}

/** JSON that prints as it reads, whatever its texts hold, with the same value. */
export function printableJson(json: string): string {
  return json
    .replace(UNPRINTABLE, (char) => (/[\n\r\t]/.test(char) ? char : escapedUnits(char)))
    .replace(CI_MARK, (mark) => mark.replace('##', '#\\u0023'));
}

function escapedUnits(char: string): string {
  return char.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Marks that GitHub and Azure take for commands anywhere in a line, TeamCity at its beginning. */
export const CI_MARK = /##(?=\[|vso\[|teamcity\[)/gi;

/** Lines of output, of which none is a command of a CI system: a backslash stands where one would begin. */
export function noCommands(lines: string): string {
  if (!lines.includes('::') && !lines.includes('##')) return lines;
  return lines.replace(/^(\s*)::/gm, '$1\\::').replace(CI_MARK, '#\\#');
}

export function oneLine(text: string): string {
  return plain(text).replace(/\s*\n\s*/g, ' ');
}

function visible(code: number): string {
  const hex = code.toString(16);
  if (code > 0xffff) return `\\u{${hex}}`;
  return code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The beginning of a long text, with an ellipsis. @param most characters */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half a surrogate pair is no character.
  return text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '') + '…';
}
