/** The page around a text of the documentation: styles, script, menu. The site and the reference page share it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

const SOURCE = new URL('../../src/web/docs/', import.meta.url).pathname;
const COMMON = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'";

/** @returns {Promise<{ script: string, style: string }>} what every page uses */
export async function assets() {
  const bundle = await rolldown({ input: `${SOURCE}main.ts`, platform: 'browser' });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  const style = readFileSync(`${SOURCE}style.css`, 'utf8');
  return { script: output[0].code.trim(), style: smaller(style) };
}

export function smaller(css) {
  return css
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .trim();
}

/** A page in one file: it names by their hashes the script and the style that may run. */
export function pageInOne({ script, style, ...texts }) {
  return page({
    ...texts,
    policy: `${COMMON}; script-src '${hash(script)}'; style-src '${hash(style)}'`,
    head: `<style>${style}</style><script>${script}</script>`,
    index: '',
  });
}

/** A page of several that share files; `root` is the way to them, such as "../". */
export function pageOfSite({ root, ...texts }) {
  return page({
    ...texts,
    policy: `${COMMON}; script-src 'self' file:; style-src 'self' file:`,
    head: `<link rel="stylesheet" href="${root}docs.css"><script src="${root}docs.js"></script>`,
    index: root === '' ? './' : root,
  });
}

function page({ title, home, version, menu, content, policy, head, index }) {
  const parts = { title, home, version, menu, content, policy, head, index };
  return readFileSync(`${SOURCE}page.html`, 'utf8').replaceAll(
    /<!--(\w+)-->|"--(\w+)--"/g,
    (whole, text, attribute) => {
      const value = parts[text ?? attribute];
      if (value === undefined) throw new Error(`page.html has ${whole}, which nobody fills in`);
      return text === undefined ? `"${value}"` : value;
    },
  );
}

function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
