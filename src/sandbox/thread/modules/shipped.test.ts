import { expect, test } from 'vitest';
import { exportsOf, isUnknownShipped, shippedModule, shippedName } from './shipped.js';

test.each([
  ['offhook/modes', true, false],
  ['offhook/mods', false, true],
  ['offhook/', false, true],
  ['offhook/constructor', false, true],
  ['offhook/modes/numbers.js', false, true],
  ['offhook', false, false],
  ['./offhook/modes', false, false],
  ['constructor', false, false],
])('%s: shipped %s, unknown %s', (name, isThere, isUnknown) => {
  const module = shippedModule(name);
  expect(module !== undefined).toBe(isThere);
  expect(isUnknownShipped(name)).toBe(isUnknown);
  if (module !== undefined) expect(shippedName(module)).toBe(name);
});

test.each([
  ['export { a, b } from "./x.js";\nexport { c };', ['a', 'b', 'c']],
  ['export{a,b as c}from"./x.js";', ['a', 'c']],
  ['const a = 1;', []],
])('%s exports %j', (source, names) => {
  expect(exportsOf(source)).toEqual(names);
});
