/** A JSON file as a module: its value is the default export. */
import { type ErrorData, said } from '../../../errors.js';

export function jsonModule(file: string, text: string): { code: string } | { problem: ErrorData } {
  const json = text.replace(/^\ufeff/, '');
  try {
    JSON.parse(json);
  } catch {
    const before = json.slice(0, firstFault(json)).split('\n');
    const column = Array.from(before.at(-1) ?? '').length + 1;
    const at = { file, line: before.length, column };
    const rest = json.slice(firstFault(json)).trimStart();
    const seen = rest === '' ? 'it ends too early' : `unexpected ${shown(rest)}`;
    return {
      problem: {
        code: 'E_IMPORT',
        ...said({ subject: 'JSON file', what: 'not valid JSON', seen }),
        hint: 'JSON has no comments and no trailing commas, and names are in double quotes',
        at,
        frames: [at],
      },
    };
  }
  // JSON is parsed at run time, because in an object literal a key "__proto__" would mean something else.
  return { code: `export default JSON.parse(${JSON.stringify(json)});` };
}

const LONGEST_SHOWN = 20;

function shown(rest: string): string {
  const word = /^[\w$.+-]+|^[^]/u.exec(rest)?.[0] ?? '';
  return `"${word.slice(0, LONGEST_SHOWN)}"`;
}

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.]))/y;

/** What may follow: a value, a name in an object, what joins a name to its value, a comma or the end. */
type Expected = 'value' | 'valueOrEnd' | 'name' | 'nameOrEnd' | 'colon' | 'comma';

/** Index of the first token that makes the text invalid JSON. Node.js 20 does not always report it. */
function firstFault(json: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(json);
    const next: Expected | undefined = found === null ? undefined : follow(expected, found, open);
    if (found === null || next === undefined) break;
    expected = next;
    at = TOKEN.lastIndex;
  }
  return at + (/^[ \t\r\n]*(?=[^])/.exec(json.slice(at))?.[0].length ?? 0);
}

/** Returns what may follow the token; undefined where the token is not allowed. `open` is the stack of open brackets. */
function follow(expected: Expected, token: RegExpExecArray, open: string[]): Expected | undefined {
  const [, sign, text] = token;
  if (expected === 'colon') return sign === ':' ? 'value' : undefined;
  if (expected === 'name' || (expected === 'nameOrEnd' && sign !== '}')) {
    return text === undefined ? undefined : 'colon';
  }
  if (expected === 'comma' && sign === ',' && open.length > 0) {
    return open.at(-1) === '{' ? 'name' : 'value';
  }
  if (sign === '}' || sign === ']') {
    const isEnd = expected !== 'value' && open.pop() === (sign === '}' ? '{' : '[');
    return isEnd ? 'comma' : undefined;
  }
  if (expected === 'comma' || sign === ',' || sign === ':') return undefined;
  if (sign === undefined) return 'comma';
  open.push(sign);
  return sign === '{' ? 'nameOrEnd' : 'valueOrEnd';
}
