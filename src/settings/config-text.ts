/** Reads a configuration, JSON or YAML, as plain data with the places of its parts. Importing this file loads the YAML parser. */
import { dirname } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { OffhookError, type SourceLocation } from '../errors.js';
import { NotOrdinary, ownersOf, readOrdinary } from '../ordinary-file.js';

type Steps = readonly (string | number)[];

const LARGEST = 4 * 1024 * 1024;

export interface ConfigText {
  readonly value: unknown;
  /** The place of a value; with `isName`, the place of the name in front of it. */
  readonly placeOf: (steps: Steps, isName: boolean) => SourceLocation;
}

/** Reads a configuration of `offhook serve`. @throws OffhookError E_SETTINGS */
export function readConfig(path: string): ConfigText {
  // JSON is YAML, too: one parser gives the places of both.
  return parseConfig(path, textOf(path), {
    subject: `configuration "${path}"`,
    what: 'cannot be read',
    hint: 'correct it; offhook serve --check reads it without starting anything',
  });
}

/** The words of errors about a text that is not YAML. */
interface Words {
  readonly subject: string;
  readonly what: string;
  readonly hint: string;
}

/** @throws OffhookError E_SETTINGS */
export function parseConfig(path: string, text: string, words: Words): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Problems are reported as our own errors; the parser would print a warning itself, in its own words.
    logLevel: 'error',
    // YAML 1.1 had "<<: *common", and people still write it.
    merge: true,
  });
  const at = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(offset);
    return { file: path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(words, error.message, at(error.pos[0]));
  return {
    value: plain(document, words),
    placeOf: (steps, isName) => at(offsetOf(document, steps, isName)),
  };
}

function unreadable({ subject, what, hint }: Words, said: string, at?: SourceLocation): Error {
  const reason = wordsOf(said);
  const seen = at === undefined ? reason : `line ${at.line}: ${reason}`;
  return new OffhookError(
    'E_SETTINGS',
    { subject, what, seen },
    { hint, ...(at === undefined ? {} : { at }) },
  );
}

/** Rewrites the parser's message for people who write settings. */
function wordsOf(message: string): string {
  if (message.startsWith('Source contains multiple documents'))
    return 'it has several YAML documents, but only one is allowed';
  if (message.startsWith('Maximum call stack')) return 'it is nested too deeply';
  // Behind a colon the parser quotes the text, which may be a password.
  return message.replace(/:[^]*/, '');
}

function plain(document: Document, words: Words): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const hint = 'replace the YAML aliases (*NAME) by the values they stand for';
    throw unreadable({ ...words, hint }, error instanceof Error ? error.message : String(error));
  }
}

/** Returns where the value or name begins; if it is missing, where the nearest node around it begins. */
function offsetOf(document: Document, steps: Steps, isName: boolean): number {
  for (let length = steps.length; length > 0; length -= 1) {
    const path = steps.slice(0, length);
    if (isName && length === steps.length) {
      const parent = length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
        : undefined;
      if (isNode(pair?.key)) return pair.key.range?.[0] ?? 0;
    }
    const node = document.getIn(path, true);
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  return document.contents?.range?.[0] ?? 0;
}

function textOf(path: string): string {
  try {
    const bytes = readOrdinary(path, {
      largest: LARGEST,
      owners: ownersOf(dirname(path)),
      links: true,
    });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const isOurs = error instanceof NotOrdinary;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const what =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? 'is not UTF-8 text'
          : isOurs
            ? error.message
            : code === 'EACCES'
              ? 'this user may not read it'
              : `not read: ${code}`;
    throw new OffhookError(
      'E_SETTINGS',
      { subject: `configuration "${path}"`, what },
      { hint: 'check its name, and that it is an ordinary file of yours that may be read' },
    );
  }
}
