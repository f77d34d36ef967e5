/**
 * Builds the page of `offhook docs --format html` from the same contract as docs/reference.md: one file, which the program
 * only hands out. It is packed, for it is nine tenths repetition.
 */
import { writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { escaped } from './highlight.js';
import { rendered } from './markdown.js';
import { assets, pageInOne } from './shell.js';

const DIST = new URL('../../dist/', import.meta.url);
const { referenceText } = await import(new URL('schema/reference.js', DIST).href);
const { PRODUCT_VERSION } = await import(new URL('settings/product.js', DIST).href);

/** An error's code leads to its row in the table; other documents are not part of this page. */
function link(target) {
  if (target.startsWith('errors.md#')) return target.replace('errors.md', '');
  return target.startsWith('#') ? target : undefined;
}

/** Its table of contents is the menu. */
const text = referenceText().replace(/^- \[Functions\][^]*?\n\n(?=## )/m, '');
const { html, headings } = rendered(text, link);
const content = html.replace(/<h2 id="error-codes">[^]*?<\/table>/, (table) =>
  table.replaceAll(/<a href="#(e_\w+)">/g, '<a id="$1" href="#$1">'),
);

let menu = '<ul>';
for (const [at, { level, id, title }] of headings.entries()) {
  if (level === 1) continue;
  const next = headings[at + 1]?.level ?? 2;
  menu += `<li><a href="#${id}">${escaped(title)}</a>`;
  if (level === 2 && next === 3) menu += '<ul class="names">';
  else menu += '</li>';
  if (level === 3 && next === 2) menu += '</ul></li>';
}
menu += '</ul>';

const page = pageInOne({
  ...(await assets()),
  title: `Offhook ${PRODUCT_VERSION} reference`,
  home: '#offhook-reference',
  version: PRODUCT_VERSION,
  menu,
  content,
});
writeFileSync(new URL('program/reference.html.br', DIST), brotliCompressSync(page));
