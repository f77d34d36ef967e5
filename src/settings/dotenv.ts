/** Reads .env files: values by the dotenv package, and a located error for lines it would skip. */
import { createRequire } from 'node:module';
import { OffhookError, type ErrorCode } from '../errors.js';
import { NotOrdinary, readOrdinary } from '../ordinary-file.js';

const require = createRequire(import.meta.url);

/** `NAME=value`, also as `export NAME=value` or `NAME: value`; the value follows the name. */
const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*|:\s+)/;

export interface DotenvFile {
  readonly values: Readonly<Record<string, string>>;
  /** Lines whose value is not what its author may think. */
  readonly warnings: readonly string[];
}

/**
 * Reads the file at `path`; `shown` is the path as the user wrote it. `owners`: the users it may belong to, beside root
 * and ourselves; anybody for a file that was named. @throws OffhookError E_SETTINGS
 */
export function readDotenv(path: string, shown: string, owners?: readonly number[]): DotenvFile {
  return parseDotenv(readUtf8(path, shown, owners), { path, shown, code: 'E_SETTINGS' });
}

/** The variables of a .env file's text. @throws OffhookError with the place of the first bad line. */
export function parseDotenv(
  text: string,
  from: { path: string; shown: string; code: ErrorCode },
): DotenvFile {
  const bad = badLine(text);
  if (bad !== undefined) {
    throw new OffhookError(
      from.code,
      {
        subject: `environment file "${from.shown}"`,
        what: `line ${bad.line}`,
        seen: bad.what,
      },
      { hint: bad.hint, at: { file: from.path, line: bad.line, column: 1 } },
    );
  }
  // Loaded only when there is a file to read: most runs have none.
  const dotenv = require('dotenv') as typeof import('dotenv');
  const warnings = cutValues(text).map(
    ({ line, name }) =>
      `environment file "${from.shown}": line ${line}: the value of ${name} ends before "#": quote the value if "#" belongs to it`,
  );
  return { values: dotenv.parse(text), warnings };
}

/**
 * Assignments whose unquoted value has a "#" right behind another character: for dotenv a comment begins there,
 * for its author it is mostly part of a password. A "#" behind a blank is taken for a comment by both.
 */
function cutValues(text: string): readonly { line: number; name: string }[] {
  const found: { line: number; name: string }[] = [];
  forEachAssignment(text, ({ line, name, value, quote }) => {
    if (quote === undefined && /^#|^[^#]*[^\s#]#/.test(value)) found.push({ line, name });
  });
  return found;
}

interface BadLine {
  line: number;
  what: string;
  hint: string;
}

/** The first line that is neither blank, comment nor assignment. Its text may be a secret: errors hide it. */
function badLine(text: string): BadLine | undefined {
  return forEachAssignment(text, () => undefined);
}

interface Assignment {
  /** Counted from 1. */
  line: number;
  name: string;
  /** Text after the sign, blanks included, up to the end of the line. */
  value: string;
  quote: string | undefined;
}

/** Visits each assignment, up to the first bad line, which it returns. */
function forEachAssignment(text: string, visit: (found: Assignment) => void): BadLine | undefined {
  const lines = text.split(/\r\n|\r|\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const match = ASSIGNMENT.exec(line);
    if (match === null) {
      return {
        line: index + 1,
        what: 'neither NAME=value nor a comment',
        hint: 'write NAME=value; put # before a comment; quote a value of several lines',
      };
    }
    const name = match[1] ?? '';
    const value = line.slice(match[0].length);
    const quote = /^["'`]/.exec(value)?.[0];
    visit({ line: index + 1, name, value: line.slice(match[0].trimEnd().length), quote });
    if (quote === undefined) continue;
    const last = closingLine(lines, index, value.slice(1), quote);
    if (last === undefined) {
      return {
        line: index + 1,
        what: `the quote of ${name} is not closed`,
        hint: `end the value with ${quote}`,
      };
    }
    index = last;
  }
  return undefined;
}

function closingLine(
  lines: readonly string[],
  first: number,
  rest: string,
  quote: string,
): number | undefined {
  for (let index = first; index < lines.length; index++) {
    const text = index === first ? rest : (lines[index] ?? '');
    if (text.replaceAll(`\\${quote}`, '').includes(quote)) return index;
  }
  return undefined;
}

const LARGEST = 1024 * 1024;

function readUtf8(path: string, shown: string, owners?: readonly number[]): string {
  let bytes: Buffer;
  try {
    bytes = readOrdinary(path, {
      largest: LARGEST,
      links: true,
      ...(owners === undefined ? {} : { owners }),
    });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    const what =
      error instanceof NotOrdinary
        ? `it ${error.message}`
        : (REASONS[String(reason)] ?? String(reason));
    throw new OffhookError(
      'E_SETTINGS',
      { subject: `environment file "${shown}"`, what: 'not read', seen: what },
      { hint: `check the file ${path}` },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new OffhookError(
      'E_SETTINGS',
      { subject: `environment file "${shown}"`, what: 'is not UTF-8 text' },
      {
        hint: 'save it as UTF-8',
        at: { file: path, line: 1, column: 1 },
      },
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a part of its path is not a folder',
};
