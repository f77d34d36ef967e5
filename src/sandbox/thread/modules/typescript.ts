/**
 * Removes the types from TypeScript and leaves blanks in their place, so all other code keeps its position and no source map is
 * needed. The library is loaded with the first TypeScript file (docs/decisions/0019).
 */
import { createRequire } from 'node:module';
import type * as Swc from '@swc/wasm-typescript';
import { type ErrorData, said, type SourceLocation } from '../../../errors.js';

const LIBRARY = '@swc/wasm-typescript';
const require = createRequire(import.meta.url);

/** What the library throws: an object that is no Error. Columns are of a terminal, from 0. */
interface Refused {
  code: string;
  message: string;
  startLine: number;
  startColumn: number;
}

/** Syntax that is more than types: how the library's message names it, our name for it, and what to write instead. */
const INSTEAD: readonly (readonly [about: RegExp, name: string, instead: string])[] = [
  [/\benum\b/, 'enum', 'write an object: const Color = { Red: "red" } as const'],
  [
    /\bnamespace\b|`module`/,
    'namespace with values',
    'write an object, or a file of its own with exports',
  ],
  [/parameter property/, 'parameter property', 'declare the field, and set it in the constructor'],
  [/import equals/, 'import = require', 'write import x from "./x.ts"'],
  [/export assignment/, 'export =', 'write export default'],
  [/angle-bracket/, '<Type>value', 'write value as Type'],
];

/** The script without its types, or why there is none. */
export function withoutTypes(
  file: string,
  text: string,
): { code: string } | { problem: ErrorData } {
  const done = strip(text);
  if ('code' in done) return { code: sameColumns(text, done.code) };
  if (!('refused' in done)) return { problem: tooMuch(file) };
  const { code, message } = done.refused;
  const at = placeOf(file, text, done.refused);
  const [, name, instead] =
    code === 'UnsupportedSyntax' ? (INSTEAD.find(([about]) => about.test(message)) ?? []) : [];
  const words =
    code === 'UnsupportedSyntax'
      ? {
          subject: 'script',
          what: 'uses TypeScript that is more than types',
          seen: name ?? message,
        }
      : { subject: 'script', what: 'not valid TypeScript', seen: message };
  return {
    problem: {
      code: 'E_SCENARIO_SYNTAX',
      ...said(words),
      ...(instead === undefined ? {} : { hint: instead }),
      at,
      frames: [at],
    },
  };
}

function strip(text: string): { code: string } | { refused: Refused } | { broken: true } {
  const { transformSync } = require(LIBRARY) as typeof Swc;
  try {
    return transformSync(text, { mode: 'strip-only', module: true });
  } catch (error) {
    if (isRefused(error)) return { refused: error };
    // Its memory may be in any state now: the next file gets a new instance.
    // oxlint-disable-next-line typescript/no-dynamic-delete -- that is how Node.js forgets a module
    delete require.cache[require.resolve(LIBRARY)];
    return { broken: true };
  }
}

function isRefused(error: unknown): error is Refused {
  return typeof error === 'object' && error !== null && 'startLine' in error;
}

/** Deep nesting uses up the stack of the parser. */
function tooMuch(file: string): ErrorData {
  return {
    code: 'E_SCENARIO_SYNTAX',
    ...said({ subject: 'script', what: 'not read as TypeScript', seen: 'it is nested too deeply' }),
    hint: 'nest less, or move data into a JSON file',
    at: { file, line: 1, column: 1 },
  };
}

/** A character of two UTF-16 units inside a type became two blanks; columns are code points. */
function sameColumns(text: string, code: string): string {
  if (code.length !== text.length) return code;
  let same = '';
  let from = 0;
  for (const { index } of text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) {
    if (code.slice(index, index + 2) !== '  ') continue;
    same += code.slice(from, index + 1);
    from = index + 2;
  }
  return same + code.slice(from);
}

/**
 * Place of an error. The library counts columns as a terminal shows tabs and wide characters, so it parses again after each of these
 * was replaced by a character one column wide.
 */
function placeOf(file: string, text: string, refused: Refused): SourceLocation {
  const plain = text
    .replaceAll(/[\t\v\f\u00a0\ufeff]/g, ' ')
    .replaceAll(/[^\u0000-\u007f\u2028\u2029]/g, 'x');
  const again = plain === text ? { refused } : strip(plain);
  const isSame = 'refused' in again && again.refused.startLine === refused.startLine;
  const { startLine, startColumn } = isSame ? again.refused : refused;
  const line = text.split('\n')[startLine - 1] ?? '';
  return { file, line: startLine, column: Array.from(line.slice(0, startColumn)).length + 1 };
}
