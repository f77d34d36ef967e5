/** Where the parts of a JSON text stand, for errors about one of them. */

/** 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Returns the place of the key (or array element) at the end of `steps`; undefined if it is not there. If a key is written
 * twice, the last one counts, as it does for JSON.parse. @param json valid JSON
 */
export function placeIn(json: string, steps: readonly (string | number)[]): Place | undefined {
  const wanted = JSON.stringify(steps);
  let found: number | undefined;
  const path: (string | number)[] = [];
  /** One for each bracket that is open: the next index of an array, "key" or "value" of an object. */
  const open: (number | 'key' | 'value')[] = [];
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    const where = open.at(-1);
    if (token === '}' || token === ']') {
      if (typeof open.pop() === 'number') path.pop();
      else if (where === 'value') path.pop();
      continue;
    }
    if (token === ',') {
      path.pop();
      if (typeof where === 'number') path.push(where + 1);
      open[open.length - 1] = typeof where === 'number' ? where + 1 : 'key';
      continue;
    }
    if (token === ':') continue;
    if (where === 'key') {
      path.push(JSON.parse(token) as string);
      open[open.length - 1] = 'value';
    }
    if (where !== 'value' && JSON.stringify(path) === wanted) found = index;
    if (where === 'key') continue;
    if (token === '{') open.push('key');
    if (token === '[') {
      open.push(0);
      path.push(0);
    }
  }
  return found === undefined ? undefined : placeAt(json, found);
}

/** The place of a character. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
