/**
 * Builds the documentation as static files: `npm run site` writes dist/site. Every link is checked, also those of README.md;
 * one that leads nowhere fails the build. Needs nothing but the files of the repository.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';
import { escaped, highlighted } from './highlight.js';
import { rendered } from './markdown.js';
import { GROUPS } from './pages.js';
import { assets, pageOfSite } from './shell.js';

/** The repository; another one for tests of this program. */
const ROOT = process.argv[2] ?? dirname(dirname(import.meta.dirname));
const OUT = join(ROOT, 'dist', 'site');
/** Read on GitHub, not a page of the site: only its links are checked. */
const FRONT = 'README.md';
const { version: VERSION } = JSON.parse(read('package.json'));

/** Path of a text in the repository -> what is made of it. */
const pages = new Map();
/** Files of the repository that pages link to: the site shows their text unchanged. */
const sources = new Set();
const dead = [];
const menuPaths = GROUPS.flatMap(([, names]) => names.map((name) => `docs/${name}`));

function read(path) {
  return readFileSync(join(ROOT, path), 'utf8');
}

function kindOf(path) {
  const found = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (found === undefined) return 'none';
  return found.isDirectory() ? 'folder' : 'file';
}

/** Where a path of the repository is on the site. */
function placeOf(path) {
  if (path === 'docs/README.md') return 'index.html';
  if (path.startsWith('docs/') && path.endsWith('.md')) {
    return path.slice('docs/'.length).replace(/\.md$/, '.html');
  }
  return `source/${path.replace(/\/$/, '/index')}.html`;
}

/** The relative link from one page of the site to another. */
function wayTo(from, to) {
  const way = posix.relative(posix.dirname(from), to);
  return way === '' ? posix.basename(to) : way;
}

/** Turns the links of a text into links of the site, and remembers them to be checked. */
function linker(path, wanted) {
  return (target) => {
    if (/^(https?|mailto):/.test(target)) return target;
    const [name = '', anchor] = target.split('#');
    const to = name === '' ? path : posix.normalize(posix.join(posix.dirname(path), name));
    const kind = kindOf(to);
    const file = kind === 'folder' ? `${to.replace(/\/$/, '')}/` : to;
    wanted.push({ target, file, anchor });
    if (!(file.startsWith('docs/') && file.endsWith('.md')) && kind !== 'none') sources.add(file);
    const way = file === path ? '' : wayTo(placeOf(path), placeOf(file));
    return anchor === undefined ? way : `${way}#${anchor}`;
  };
}

/** A picture as part of its page, which loads nothing. */
function pictureOf(path, target) {
  const file = posix.join(posix.dirname(path), target);
  if (kindOf(file) === 'file') {
    return `data:image/${extname(file).slice(1)};base64,${readFileSync(join(ROOT, file), 'base64')}`;
  }
  dead.push(`${path}: ${target}: there is no such picture`);
  return '';
}

function readPage(path) {
  const links = [];
  const text = read(path);
  const page = rendered(text, linker(path, links), (target) => pictureOf(path, target));
  const title = page.headings[0]?.title ?? path;
  pages.set(path, { path, text, links, title, place: placeOf(path), ...page });
}

function checkLinks() {
  for (const { path, links } of pages.values()) {
    for (const { target, file, anchor } of links) {
      const page = pages.get(file);
      const isThere = kindOf(file) !== 'none';
      const hasAnchor =
        anchor === undefined || page?.headings.some(({ id }) => id === anchor) === true;
      if (!isThere) dead.push(`${path}: ${target}: there is no such file`);
      else if (!hasAnchor) dead.push(`${path}: ${target}: there is no such heading`);
    }
  }
  for (const name of readdirSync(join(ROOT, 'docs'))) {
    const isListed = menuPaths.includes(`docs/${name}`);
    if (name.endsWith('.md') && !isListed) dead.push(`docs/${name}: is in no group of pages.js`);
  }
}

function menuFor(place) {
  return GROUPS.map(([group, names]) => {
    const entries = names.map((name) => {
      const path = `docs/${name}`;
      const at = placeOf(path);
      const title = pages.get(path)?.title ?? 'Decisions';
      const current = at === place ? ' aria-current="page"' : '';
      const link = `<a href="${wayTo(place, at)}"${current}>${escaped(title)}</a>`;
      return `<li>${link}${at === place ? partsOf(path) : ''}</li>`;
    });
    return `<h2>${group}</h2><ul>${entries.join('')}</ul>`;
  }).join('');
}

/** The second-level headings of a page, as links below its entry in the menu. */
function partsOf(path) {
  const parts = (pages.get(path)?.headings ?? []).filter(({ level }) => level === 2);
  if (parts.length < 2) return '';
  const links = parts.map(({ id, title }) => `<li><a href="#${id}">${escaped(title)}</a></li>`);
  return `<ul>${links.join('')}</ul>`;
}

/** Links to the pages before and after it in the menu. */
function neighbours(path, place) {
  const at = menuPaths.indexOf(path);
  if (at === -1) return '';
  const link = (other, arrow) => {
    const page = pages.get(other);
    if (page === undefined) return '<span></span>';
    return `<a href="${wayTo(place, page.place)}">${arrow(escaped(page.title))}</a>`;
  };
  const before = link(menuPaths[at - 1], (title) => `← ${title}`);
  return `<p class="next">${before}${link(menuPaths[at + 1], (title) => `${title} →`)}</p>`;
}

function write(place, text) {
  const file = join(OUT, place);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function writePage(place, title, content) {
  const root = '../'.repeat(place.split('/').length - 1);
  const home = `${root}index.html`;
  const full = place === 'index.html' ? `Offhook ${VERSION}` : `${title} - Offhook`;
  const menu = menuFor(place);
  write(place, pageOfSite({ root, home, version: VERSION, menu, title: escaped(full), content }));
}

/** Shows the text of a file, or lists what a folder holds. */
function writeSource(path) {
  const heading = `<h1>${escaped(path)}</h1>`;
  if (!path.endsWith('/')) {
    const code = highlighted(read(path), extname(path).slice(1));
    writePage(placeOf(path), path, `${heading}<pre tabindex="0"><code>${code}</code></pre>`);
    return;
  }
  const links = readdirSync(join(ROOT, path))
    .sort()
    .filter((name) => kindOf(`${path}${name}`) === 'file')
    .map((name) => {
      const file = `${path}${name}`;
      const page = pages.get(file);
      if (page === undefined) sources.add(file);
      const way = wayTo(placeOf(path), placeOf(file));
      return `<li><a href="${way}">${escaped(page?.title ?? name)}</a></li>`;
    });
  writePage(placeOf(path), path, `${heading}<ul>${links.join('')}</ul>`);
}

/** ": " and the first sentence of a text, where it begins with one. */
function summaryOf({ beginning }) {
  const sentence = /^.*?\.(?= |$)/.exec(beginning)?.[0] ?? beginning;
  return sentence === '' ? '' : `: ${sentence}`;
}

/** llms.txt and llms-full.txt, for language models: a list of the pages, and the text of all of them. */
function writeTexts() {
  const listed = menuPaths.flatMap((path) => pages.get(path) ?? []);
  const list = GROUPS.map(([group, names]) => {
    const lines = names.flatMap((name) => {
      const page = pages.get(`docs/${name}`);
      return page === undefined ? [] : [`- [${page.title}](${name})${summaryOf(page)}`];
    });
    return `## ${group}\n\n${lines.join('\n')}`;
  });
  const about = `# Offhook\n\n> ${JSON.parse(read('package.json')).description}.`;
  write('llms.txt', `${[about, ...list].join('\n\n')}\n`);
  write('llms-full.txt', listed.map(({ text }) => text.trim()).join('\n\n---\n\n'));
  for (const { path, text } of listed) write(path.slice('docs/'.length), text);
}

const texts = menuPaths.filter((path) => path.endsWith('.md'));
const decisions = readdirSync(join(ROOT, 'docs/decisions')).sort();
for (const path of [...texts, ...decisions.map((name) => `docs/decisions/${name}`), FRONT]) {
  if (kindOf(path) === 'none') dead.push(`${path}: is in pages.js, but not there`);
  else readPage(path);
}
checkLinks();
if (dead.length > 0) {
  console.error(dead.join('\n'));
  console.error('  hint: mend the links, or the list in .config/docs/pages.js');
  process.exit(1);
}
pages.delete(FRONT);
sources.add('docs/decisions/');
rmSync(OUT, { recursive: true, force: true });
const { script, style } = await assets();
write('docs.js', script);
write('docs.css', style);
for (const { path, place, title, html } of pages.values()) {
  writePage(place, title, `${html}${neighbours(path, place)}`);
}
// a folder adds its files while it is written
for (const path of sources) writeSource(path);
const sections = [...pages.values()].flatMap(({ place, title, sections: parts }) =>
  parts.map((part) => ({
    href: part.id === parts[0].id ? place : `${place}#${part.id}`,
    title: part.title,
    page: part.title === title ? '' : title,
    text: part.text,
  })),
);
write('search-index.js', `window.offhookSections=${JSON.stringify(sections)};\n`);
writeTexts();
console.log(`${pages.size} pages and ${sources.size} sources in dist/site`);
