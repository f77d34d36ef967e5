import { expect, test } from 'vitest';
import { preferred, wantsHtml } from './accept.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

test.each([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  [BROWSER, 'text/html'],
  ['application/json', 'application/json'],
  ['text/html', 'text/html'],
  ['text/*', 'text/html'],
  ['text/html;q=0.5, application/json', 'application/json'],
  ['text/html;q=0, */*', 'application/json'],
  ['TEXT/HTML', 'text/html'],
  ['image/png', undefined],
  ['text/html;q=nonsense', undefined],
  [';;;,,,', undefined],
])('%s gets %s', (accept, expected) => {
  expect(preferred(accept, ['application/json', 'text/html'])).toBe(expected);
});

test.each([
  [BROWSER, true],
  ['text/html', true],
  ['*/*', false],
  [undefined, false],
  ['application/json', false],
  ['application/json, text/html;q=0.9', false],
])('a person with a browser: %s %s', (accept, expected) => {
  expect(wantsHtml(accept)).toBe(expected);
});
