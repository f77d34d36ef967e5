/** Text on a terminal or a page of text: how wide it is, how it is wrapped; places and paths. Knows no events. */
import { isAbsolute, relative } from 'node:path';
import { eastAsianWidth } from 'get-east-asian-width';
import type { SourceLocation } from '../errors.js';

const PLAIN_ASCII = /^[\u0020-\u007e]*$/;

/** Columns a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (PLAIN_ASCII.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

function charWidth(char: string): number {
  return /\p{Mark}/u.test(char) ? 0 : eastAsianWidth(char.codePointAt(0) ?? 0);
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Cuts to a width, with an ellipsis where something was lost. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return takeWidth(text, width - 1) + '…';
}

function takeWidth(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > width) break;
    taken += char;
  }
  return taken;
}

/** Lines no wider than `width`, broken between words where possible; what is wider than a line is split. */
export function wrap(text: string, width: number): string[] {
  if (width === Infinity) return text.split('\n');
  if (!text.includes('\n') && displayWidth(text) <= width) return [text];
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(8, width)));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  // Looks no further than one line's width: a line may be very long.
  for (
    let head = takeWidth(rest, width);
    head.length < rest.length;
    head = takeWidth(rest, width)
  ) {
    const space = rest.charAt(head.length) === ' ' ? head.length : head.lastIndexOf(' ');
    const end = space > width / 4 ? space : head.length;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  lines.push(rest);
  return lines;
}

/** "  12.345s": a point in time since the scenario began; sorts and aligns. */
export function clockTime(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(3)}s`.padStart(8);
}

/** A path as people know it: relative to where they are, when that is shorter. */
export function shownPath(file: string, cwd: string): string {
  if (cwd === '' || !isAbsolute(file)) return file;
  const near = relative(cwd, file);
  return near !== '' && near.length < file.length ? near : file;
}

export function shownLocation(at: SourceLocation, cwd: string): string {
  return `${shownPath(at.file, cwd)}:${at.line}:${at.column}`;
}
