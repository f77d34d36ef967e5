import { expect, test } from 'vitest';
import { jsonModule } from './json-module.js';

/** "line:column what was seen", or nothing. */
function fault(text: string): string | undefined {
  const made = jsonModule('/a.json', text);
  if ('code' in made) return undefined;
  const { at, message } = made.problem;
  return `${at?.line}:${at?.column} ${message.replace('JSON file: not valid JSON: ', '')}`;
}

test.each([
  ['', '1:1 it ends too early'],
  ['{"a": x}', '1:7 unexpected "x"'],
  ['{\n  "a": 1,\n}', '3:1 unexpected "}"'],
  ['[1, 2,]', '1:7 unexpected "]"'],
  ['{"a" 1}', '1:6 unexpected "1"'],
  ['{a: 1}', '1:2 unexpected "a"'],
  ['[1 2]', '1:4 unexpected "2"'],
  ['["é😀", \'x\']', '1:8 unexpected "\'"'],
  ['{"a": [1, {}', '1:13 it ends too early'],
  ['// no\n1', '1:1 unexpected "/"'],
  ['1 1', '1:3 unexpected "1"'],
  ['[01]', '1:2 unexpected "01"'],
  ['"a\nb"', '1:1 unexpected """'],
  ['[1}', '1:3 unexpected "}"'],
])('%j', (text, expected) => {
  expect(fault(text)).toBe(expected);
});

test('valid JSON is a module', () => {
  expect(jsonModule('/a.json', '\ufeff{"__proto__": [1.5e3, "\\u00e9"]}')).toEqual({
    code: 'export default JSON.parse("{\\"__proto__\\": [1.5e3, \\"\\\\u00e9\\"]}");',
  });
});
