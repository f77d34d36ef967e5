/** Finds the text of a call's argument in a source, for labels. A reader of brackets, not a parser. */

/** The search for the end of an argument stops after this many characters. */
const LONGEST_ARGUMENT = 2000;
const LONGEST_LABEL = 80;
/** The subject of an assertion is shown whole: only it distinguishes several assertions in a condition. */
const LONGEST_ASSERTED = 300;
const CLOSER: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * First argument of the last call of `callee` that begins at or before `offset`; with `element`, that
 * element of an array argument.
 */
export function argumentText(
  source: string,
  offset: number,
  callee: string,
  element?: number,
): string | undefined {
  const call = callStart(source, offset, callee);
  const start = element === undefined ? call : elementStart(source, call, element);
  if (start === undefined) return undefined;
  const end = endOfArgument(source, start);
  if (end === undefined) return undefined;
  const longest = callee === 'assert' ? LONGEST_ASSERTED : LONGEST_LABEL;
  const text = tidy(source.slice(start, end), longest);
  return text === '' ? undefined : text;
}

/** Text that follows that call: ".describe("x")", or ".is_true" where nothing calls it. */
export function chainText(source: string, offset: number, callee: string): string | undefined {
  const start = callStart(source, offset, callee);
  let end = start === undefined ? undefined : endOfArgument(source, start);
  if (end === undefined || source[end] !== ')') return undefined;
  const from = end + 1;
  end = from;
  for (;;) {
    const member = /^\s*\??\.\s*[\w$]+/.exec(source.slice(end, end + LONGEST_LABEL))?.[0];
    if (member === undefined) break;
    end += member.length;
    if (source[end] !== '(') continue;
    const close = endOfArguments(source, end + 1);
    if (close === undefined) break;
    end = close + 1;
  }
  return tidy(source.slice(from, end), LONGEST_LABEL).replaceAll(' .', '.');
}

function callStart(source: string, offset: number, callee: string): number | undefined {
  const pattern = new RegExp(`(?<![\\w$.])${callee}\\s*\\(`, 'g');
  const from = Math.max(0, offset - 4 * LONGEST_ARGUMENT);
  const before = source.slice(from, offset + 1);
  const last = [...before.matchAll(pattern)].at(-1);
  return last === undefined ? undefined : from + last.index + last[0].length;
}

function elementStart(
  source: string,
  argument: number | undefined,
  element: number,
): number | undefined {
  const bracket = argument === undefined ? -1 : source.indexOf('[', argument);
  if (bracket < 0 || source.slice(argument, bracket).trim() !== '') return undefined;
  let start = bracket + 1;
  for (let passed = 0; passed < element; passed += 1) {
    const end = endOfArgument(source, start);
    if (end === undefined || source[end] !== ',') return undefined;
    start = end + 1;
  }
  return start;
}

/** Index of the bracket that closes a list of arguments. */
function endOfArguments(source: string, start: number): number | undefined {
  for (let from = start; ;) {
    const end = endOfArgument(source, from);
    if (end === undefined || source[end] === ')') return end;
    if (source[end] !== ',') return undefined;
    from = end + 1;
  }
}

function endOfArgument(source: string, start: number): number | undefined {
  const open: string[] = [];
  for (let at = start; at < source.length && at < start + LONGEST_ARGUMENT; at += 1) {
    const character = source[at] ?? '';
    const skipped = skipLiteral(source, at);
    if (skipped !== undefined) {
      at = skipped;
    } else if (open.length === 0 && /[,)\]]/.test(character)) {
      return at;
    } else if (CLOSER[character] !== undefined) {
      open.push(CLOSER[character]);
    } else if (character === open.at(-1)) {
      open.pop();
    }
  }
  return undefined;
}

/** Index of the last character of the text, comment or regular expression that begins here. */
function skipLiteral(source: string, at: number): number | undefined {
  const character = source[at];
  if (character === '"' || character === "'" || character === '`') {
    return endOfQuoted(source, at, character);
  }
  if (character !== '/') return undefined;
  if (source[at + 1] === '/') return orEnd(source, source.indexOf('\n', at));
  if (source[at + 1] === '*') return orEnd(source, source.indexOf('*/', at + 2) + 1);
  return /[(,=:[!&|?{};]\s*$/.test(source.slice(Math.max(0, at - 20), at))
    ? endOfQuoted(source, at, '/')
    : undefined;
}

function endOfQuoted(source: string, start: number, quote: string): number {
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote) return at;
  }
  return source.length;
}

function orEnd(source: string, at: number): number {
  return at <= 0 ? source.length : at;
}

/** One line, without the arrow of a condition: "() => bob.state" reads "bob.state". */
function tidy(text: string, longest: number): string {
  const line = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\(\) => /, '');
  return line.length > longest ? `${line.slice(0, longest - 3)}...` : line;
}
