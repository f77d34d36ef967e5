import { expect, test } from 'vitest';
import { monitorPage, statusPage } from './monitor-page.js';

test.each([
  ['the page', monitorPage],
  ['the public page', statusPage],
])('%s is one file that runs under a policy with a nonce', (_, read) => {
  const html = read();
  const [head = ''] = html.split('<style', 1);
  expect(head).toContain('<!doctype html>');
  expect(html.match(/<(?:script|style)\b[^>]*>/g)).toEqual([
    '<style nonce="__NONCE__">',
    '<script nonce="__NONCE__">',
  ]);
  // Nothing is fetched from elsewhere, no attribute is a script or a style.
  expect(html).not.toMatch(/<(?:link|script|img|iframe)[^>]*(?:src|href)="(?!data:,)/);
  expect(html).not.toMatch(/<[^>]*\s(?:on\w+|style)=/);
  expect(html.split('__NONCE__')).toHaveLength(3);
});
