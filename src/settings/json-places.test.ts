import { expect, it } from 'vitest';
import { placeIn } from './json-places.js';

const JSON_TEXT = `{
  "a": {}, "b": [],
  "deep": [{ "a": 1 }, { "x\\"]": [true, "a", null],
    "a": "{\\"jobs\\": 1}" }],
  "a": 2, "jobs" : -1.5e3
}`;

it.each<[(string | number)[], string | undefined]>([
  [['b'], '2:12'],
  [['deep'], '3:3'],
  [['deep', 0], '3:12'],
  [['deep', 0, 'a'], '3:14'],
  [['deep', 1], '3:24'],
  [['deep', 1, 'x"]', 2], '3:46'],
  [['deep', 1, 'a'], '4:5'],
  // The one that JSON.parse takes.
  [['a'], '5:3'],
  [['jobs'], '5:11'],
  [['deep', 2], undefined],
  [['none'], undefined],
  [['b', 0], undefined],
])('%j is at %s', (steps, expected) => {
  const place = placeIn(JSON_TEXT, steps);
  expect(place && `${place.line}:${place.column}`).toBe(expected);
});
