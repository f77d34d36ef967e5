/** Places in scripts: from the text of a QuickJS stack to locations, code frames and labels. */
import type { ErrorData, SourceLocation } from '../../errors.js';
import { argumentText, chainText } from './modules/source-text.js';

/** Deep recursion makes stacks of thousands of lines; nobody reads further. */
const MOST_FRAMES = 30;
const MOST_STACK_TEXT = 65_536;
const CONTEXT_LINES = 2;
const WIDEST_LINE = 160;

export type Frame = SourceLocation & { function?: string };
/** Source of a loaded script file; undefined for anything else. */
export type SourceOf = (file: string) => string | undefined;

/** "    at name (file:line:column)", and without name and parentheses for a syntax error. */
const FRAME = /^ {4}at (?:(.*) \()?(.*?):(\d+):(\d+)\)?$/;

/** Frames of scripts, innermost first, without frames of the guest and native code. */
export function scriptFrames(stack: string, sourceOf: SourceOf): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.slice(0, MOST_STACK_TEXT).split('\n')) {
    if (frames.length === MOST_FRAMES) break;
    const match = FRAME.exec(line);
    const file = match?.[2];
    const source = file === undefined ? undefined : sourceOf(file);
    if (match === null || file === undefined || source === undefined) continue;
    frames.push(frameAt(file, Number(match[3]), Number(match[4]), source, match[1]));
  }
  return frames;
}

function frameAt(
  file: string,
  line: number,
  column: number,
  source: string,
  name: string | undefined,
): Frame {
  const text = lineOf(source, line);
  const at = { file, line, column: startOfExpression(text, column) };
  return name === undefined || name === '' || name === '<anonymous>'
    ? at
    : { ...at, function: name };
}

/** QuickJS points at the "(" or "." of a call: people look for its beginning. Columns are code points. */
function startOfExpression(line: string, column: number): number {
  const characters = Array.from(line.slice(0, 10_000));
  let at = column - 1;
  if (characters[at] !== '(' && characters[at] !== '.') return column;
  for (;;) {
    const before = at;
    if (/[.?([]/.test(characters[at] ?? '')) at = behindBlanks(characters, at);
    while (at > 0 && /[\w$.?]/.test(characters[at - 1] ?? '')) at -= 1;
    if (at > 0 && /[)\]]/.test(characters[at - 1] ?? '')) at = matchingBracket(characters, at - 1);
    if (at === before) break;
  }
  if (characters.slice(Math.max(0, at - 4), at).join('') === 'new ') at -= 4;
  while (characters[at] === '.') at += 1;
  return at + 1;
}

/** A word that ends no expression. */
const KEYWORD =
  /(?<![\w$.])(?:await|case|delete|do|else|in|instanceof|new|of|return|throw|typeof|void|yield)$/;

/**
 * Index behind the expression that ends before the blanks in front of `at`, if there is one. Types leave blanks:
 * "assert        (x)" for assert<number>(x), "alice .dial" for alice!.dial.
 */
function behindBlanks(characters: readonly string[], at: number): number {
  let before = at;
  while (characters[before - 1] === ' ') before -= 1;
  const text = characters.slice(Math.max(0, before - 12), before).join('');
  return /[\w$)\]]$/.test(text) && !KEYWORD.test(text) ? before : at;
}

function matchingBracket(characters: readonly string[], from: number): number {
  let depth = 0;
  for (let at = from; at >= 0; at -= 1) {
    if (/[)\]]/.test(characters[at] ?? '')) depth += 1;
    if (/[([]/.test(characters[at] ?? '')) depth -= 1;
    if (depth === 0) return at;
  }
  return from + 1;
}

/**
 * Source around the place at the top of a stack: the expression before it, such as "alice.calls[0].hangup",
 * and the rest of its line, which begins with the parenthesis of a call or the dot of a property. Undefined
 * where a native function is called in between, as in `list.map(nothing)`.
 */
export function expressionAt(
  stack: string,
  sourceOf: SourceOf,
): { text: string; rest: string } | undefined {
  for (const line of stack.slice(0, MOST_STACK_TEXT).split('\n')) {
    if (line.includes('(native)')) return undefined;
    const match = FRAME.exec(line);
    const source = match?.[2] === undefined ? undefined : sourceOf(match[2]);
    if (source === undefined) continue;
    const text = lineOf(source, Number(match?.[3]));
    const column = Number(match?.[4]);
    const start = startOfExpression(text, column);
    return {
      text: characters(text, start - 1, column - 1),
      rest: characters(text, column - 1, column - 1 + WIDEST_LINE),
    };
  }
  return undefined;
}

/** The place and frames of a stack, as fields of an error. */
export function placeOf(stack: string, sourceOf: SourceOf): Pick<ErrorData, 'at' | 'frames'> {
  const frames = scriptFrames(stack, sourceOf);
  const first = frames[0];
  if (first === undefined) return {};
  return { at: { file: first.file, line: first.line, column: first.column }, frames };
}

/** Lines around the place, the line marked with ">" and the column with a caret. */
export function codeFrame(at: SourceLocation, source: string): string {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, at.line - CONTEXT_LINES);
  const last = Math.min(lines.length, at.line + CONTEXT_LINES);
  const width = String(last).length;
  // A minified line is shown as the part around the place.
  const from = at.column > WIDEST_LINE ? at.column - WIDEST_LINE / 2 : 0;
  const out: string[] = [];
  for (let line = first; line <= last; line += 1) {
    const mark = line === at.line ? '>' : ' ';
    const text = printable(characters(lines[line - 1] ?? '', from, from + WIDEST_LINE));
    out.push(`${mark} ${String(line).padStart(width)} | ${text}`.trimEnd());
    if (line === at.line) out.push(`  ${' '.repeat(width)} | ${' '.repeat(at.column - 1 - from)}^`);
  }
  return out.join('\n');
}

/** QuickJS counts columns in code points. */
function characters(text: string, from: number, to: number): string {
  return Array.from(text).slice(from, to).join('');
}

/** Control characters of a script must not reach a terminal. */
function printable(text: string): string {
  return text.replaceAll('\t', ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** Argument of the call at the top of the stack: the label of an assertion without one. */
export function callArgument(
  stack: string,
  callee: string,
  sourceOf: SourceOf,
  element?: number,
): string | undefined {
  const [source, offset] = topOf(stack, sourceOf) ?? [];
  return source === undefined ? undefined : argumentText(source, offset ?? 0, callee, element);
}

/** What follows the call at the top of the stack, as source text. */
export function callChain(stack: string, callee: string, sourceOf: SourceOf): string | undefined {
  const [source, offset] = topOf(stack, sourceOf) ?? [];
  return source === undefined ? undefined : chainText(source, offset ?? 0, callee);
}

/** Source and offset of the innermost frame of a script. */
function topOf(stack: string, sourceOf: SourceOf): readonly [string, number] | undefined {
  const match = stack
    .slice(0, MOST_STACK_TEXT)
    .split('\n')
    .map((line) => FRAME.exec(line))
    .find((one) => one?.[2] !== undefined && sourceOf(one[2]) !== undefined);
  const source = sourceOf(match?.[2] ?? '');
  if (source === undefined) return undefined;
  return [source, offsetOf(source, Number(match?.[3]), Number(match?.[4]))];
}

function lineOf(source: string, line: number): string {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const end = source.indexOf('\n', start);
    if (end < 0) return '';
    start = end + 1;
  }
  const end = source.indexOf('\n', start);
  return source.slice(start, end < 0 ? undefined : end);
}

function offsetOf(source: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) start = source.indexOf('\n', start) + 1;
  return start + characters(lineOf(source, line), 0, column - 1).length;
}
