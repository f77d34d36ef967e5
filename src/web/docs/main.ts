/** What pages of the documentation do in a browser: search, keys, light or dark, the menu of a phone. */
import { find, wordsOf, type Section } from './search.js';

declare global {
  interface Window {
    /** The sections of a site, which search-index.js sets. */
    offhookSections?: readonly Section[];
  }
}

const THEME = 'offhook-docs-theme';
const root = document.documentElement;
/** Where a heading comes to stand, below the bar: scroll-padding-top of style.css. */
const TOP = 60;

applyTheme(stored());
addEventListener('DOMContentLoaded', () => {
  const search = startSearch();
  const showMenu = startMenu();
  element('theme-button').addEventListener('click', changeTheme);
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || search.isOpen()) return;
    if (event.key === '/') search.open();
    else if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
    else if (event.key === 'Escape') showMenu(false);
    else return;
    event.preventDefault();
  });
  markWhileScrolling();
});

function startSearch(): { open: () => void; isOpen: () => boolean } {
  const dialog = element('search') as HTMLDialogElement;
  const query = element('query') as HTMLInputElement;
  const results = element('results');
  let marked = -1;
  let latest = 0;

  const open = (): void => {
    if (dialog.open) return;
    dialog.showModal();
    query.select();
    void show();
  };
  const mark = (at: number): void => {
    const options = [...results.children];
    marked = options.length === 0 ? -1 : (at + options.length) % options.length;
    options.forEach((one, index) => {
      one.setAttribute('aria-selected', String(index === marked));
    });
    const option = options[marked];
    option?.scrollIntoView({ block: 'nearest' });
    if (option === undefined) query.removeAttribute('aria-activedescendant');
    else query.setAttribute('aria-activedescendant', option.id);
  };
  const go = (option: Element | undefined): void => {
    const href = option?.getAttribute('data-href');
    if (href == null) return;
    dialog.close();
    location.href = href;
  };
  async function show(): Promise<void> {
    const turn = ++latest;
    const sections = await allSections();
    if (turn !== latest) return;
    const words = wordsOf(query.value);
    const found = find(sections, query.value);
    results.replaceChildren(
      ...found.map(({ section, excerpt }, at) => optionOf(section, excerpt, words, at)),
    );
    query.setAttribute('aria-expanded', String(found.length > 0));
    element('found').textContent = words.length > 0 && found.length === 0 ? 'Nothing found' : '';
    mark(0);
  }

  query.addEventListener('input', () => void show());
  results.addEventListener('click', (event) => {
    go((event.target as Element).closest('[role=option]') ?? undefined);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  query.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') mark(marked + 1);
    else if (event.key === 'ArrowUp') mark(marked - 1);
    else if (event.key === 'Enter') go(results.children[marked]);
    // at the first Escape the browser would only empty the field
    else if (event.key === 'Escape') dialog.close();
    else return;
    event.preventDefault();
  });
  element('search-button').addEventListener('click', open);
  return { open, isOpen: () => dialog.open };
}

/** The menu of a phone. */
function startMenu(): (on: boolean) => void {
  const button = element('menu-button');
  const menu = element('menu');
  const show = (on: boolean): void => {
    button.setAttribute('aria-expanded', String(on));
    menu.classList.toggle('is-open', on);
  };
  button.addEventListener('click', () => {
    show(button.getAttribute('aria-expanded') !== 'true');
  });
  menu.addEventListener('click', (event) => {
    if ((event.target as Element).closest('a') !== null) show(false);
  });
  return show;
}

function element(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}

let sections: Promise<readonly Section[]> | undefined;
function allSections(): Promise<readonly Section[]> {
  return (sections ??= root.dataset['index'] ? sectionsOfSite() : Promise.resolve(sectionsHere()));
}

/** Loads the index by a script element, not by a request: that works for files of a disk, too. */
function sectionsOfSite(): Promise<readonly Section[]> {
  const way = root.dataset['index'] ?? '';
  return new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = `${way}search-index.js`;
    script.onload = () => {
      const all = window.offhookSections ?? [];
      resolve(all.map((one) => ({ ...one, href: `${way}${one.href}` })));
    };
    script.onerror = () => {
      resolve(sectionsHere());
    };
    document.head.append(script);
  });
}

function headings(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('main :is(h1, h2, h3)[id]')];
}

function titleOf(heading: HTMLElement): string {
  return heading.textContent.replace(/ #$/, '');
}

function sectionsHere(): readonly Section[] {
  let page = '';
  return headings().map((heading) => {
    const texts: string[] = [];
    let next = heading.nextElementSibling;
    while (next !== null && !/^H[1-3]$/.test(next.tagName)) {
      texts.push(next.textContent);
      next = next.nextElementSibling;
    }
    const title = titleOf(heading);
    if (heading.tagName !== 'H3') page = title;
    const text = texts.join(' ').replaceAll(/\s+/g, ' ').trim();
    return { href: `#${heading.id}`, title, page: page === title ? '' : page, text };
  });
}

function optionOf(
  { href, title, page }: Section,
  excerpt: string,
  words: readonly string[],
  at: number,
): HTMLElement {
  const option = document.createElement('div');
  option.id = `option-${at}`;
  option.setAttribute('role', 'option');
  option.dataset['href'] = href;
  const name = document.createElement('strong');
  name.append(...withMarks(title, words));
  const place = document.createElement('span');
  place.className = 'place';
  place.textContent = page;
  const text = document.createElement('span');
  text.className = 'excerpt';
  text.append(...withMarks(excerpt, words));
  option.append(name, ' ', place, text);
  return option;
}

function withMarks(text: string, words: readonly string[]): (string | Node)[] {
  const pattern = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  if (pattern === '') return [text];
  return text.split(new RegExp(`(${pattern})`, 'gi')).map((part, at) => {
    if (at % 2 === 0) return part;
    const mark = document.createElement('mark');
    mark.textContent = part;
    return mark;
  });
}

/** The heading that a key went to last, and where the page was then. */
let stepped: { heading: HTMLElement; y: number } | undefined;

/** Goes to the next or previous heading. Near the end of the page headings cannot reach the top, so it counts on from the last. */
function step(by: 1 | -1): void {
  const all = headings();
  const tops = all.map((one) => one.getBoundingClientRect().top);
  const seen =
    stepped?.y === scrollY
      ? all.indexOf(stepped.heading) + by
      : by === 1
        ? tops.findIndex((top) => top > TOP + 4)
        : tops.findLastIndex((top) => top < TOP - 4);
  const heading = all[seen];
  if (heading === undefined) return;
  history.replaceState(null, '', `#${heading.id}`);
  heading.scrollIntoView();
  stepped = { heading, y: scrollY };
  markCurrent();
}

/** Marks in the menu where the reader is. */
function markCurrent(): void {
  const menu = element('menu');
  const past = headings().filter((one) => one.getBoundingClientRect().top < TOP + 30);
  const current = stepped?.y === scrollY ? stepped.heading : past.at(-1);
  for (const link of menu.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    const isHere = link.getAttribute('href') === `#${current?.id ?? ''}`;
    if (!isHere) link.removeAttribute('aria-current');
    else if (!link.hasAttribute('aria-current')) {
      link.setAttribute('aria-current', 'location');
      const hidden = link.offsetTop - menu.scrollTop;
      if (hidden < 0 || hidden > menu.clientHeight - 40) {
        menu.scrollTop = link.offsetTop - menu.clientHeight / 2;
      }
    }
  }
}

function markWhileScrolling(): void {
  let isDue = false;
  const update = (): void => {
    isDue = false;
    markCurrent();
  };
  const onScroll = (): void => {
    if (!isDue) requestAnimationFrame(update);
    isDue = true;
  };
  addEventListener('scroll', onScroll, { passive: true });
  markCurrent();
}

function stored(): string | null {
  try {
    return localStorage.getItem(THEME);
  } catch {
    // a browser that keeps nothing for files: the page follows the system
    return null;
  }
}

function applyTheme(theme: string | null): void {
  if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme;
}

function changeTheme(): void {
  const isDark =
    (root.dataset['theme'] ??
      (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const theme = isDark ? 'light' : 'dark';
  applyTheme(theme);
  try {
    localStorage.setItem(THEME, theme);
  } catch {
    // it holds for this page
  }
}
