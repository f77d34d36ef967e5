/** Markdown as HTML, with the anchors GitHub gives headings, and the parts a search finds. */
import { Marked } from 'marked';
import { escaped, highlighted } from './highlight.js';
import { graphPicture } from './picture.js';

/**
 * @param {string} markdown
 * @param {(target: string) => string | undefined} link - where a link leads on the page; undefined: it stays a mere text
 * @param {(target: string) => string} image - the address of an image on the page
 * @returns {{ html: string, headings: { level: number, id: string, title: string }[], beginning: string, sections: { id: string, title: string, text: string }[] }} `beginning`: its first paragraph, as text
 */
export function rendered(markdown, link, image = (target) => target) {
  const headings = [];
  const taken = new Map();
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      heading({ depth, tokens }) {
        const title = plain(tokens);
        const id = unique(anchor(title), taken);
        headings.push({ level: depth, id, title });
        const inner = this.parser.parseInline(tokens);
        return `<h${depth} id="${id}">${inner} <a class="anchor" href="#${id}" aria-label="Link to ${escaped(title)}">#</a></h${depth}>\n`;
      },
      code({ text, lang = '' }) {
        const [language = ''] = lang.split(/\s/);
        const picture = language === 'mermaid' ? graphPicture(text) : undefined;
        if (picture !== undefined) return picture;
        return `<pre tabindex="0"><code>${highlighted(text, language)}</code></pre>\n`;
      },
      image({ href, text }) {
        return `<img src="${escaped(image(href))}" alt="${escaped(text)}">`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const to = link(href);
        return to === undefined ? inner : `<a href="${escaped(to)}">${inner}</a>`;
      },
      table(token) {
        const cells = (row, name) =>
          row.map(({ tokens }) => `<${name}>${this.parser.parseInline(tokens)}</${name}>`).join('');
        const head = `<tr>${cells(token.header, 'th')}</tr>`;
        const body = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>\n`).join('');
        return `<div class="table" tabindex="0"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  const tokens = marked.lexer(markdown);
  const html = marked.parser(tokens);
  const first = tokens.find(({ type }) => type === 'paragraph');
  const beginning = plain(first?.tokens).replaceAll(/\s+/g, ' ');
  return { html, headings, beginning, sections: sectionsOf(tokens, headings) };
}

/** The anchor GitHub gives a heading. */
function anchor(title) {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

function unique(id, taken) {
  const count = taken.get(id) ?? 0;
  taken.set(id, count + 1);
  return count === 0 ? id : `${id}-${count}`;
}

/** The text below each heading. */
function sectionsOf(tokens, headings) {
  const sections = [];
  let next = 0;
  for (const token of tokens) {
    if (token.type === 'heading') {
      const { id, title } = headings[next];
      next += 1;
      sections.push({ id, title, text: '' });
    } else if (sections.length > 0) {
      const last = sections.at(-1);
      last.text = `${last.text} ${plain([token])}`.trim().replaceAll(/\s+/g, ' ');
    }
  }
  return sections;
}

function plain(tokens = []) {
  return tokens
    .map((token) => {
      if (token.type === 'html') return '';
      if (token.type === 'table') {
        return [token.header, ...token.rows]
          .flatMap((row) => row.map((cell) => plain(cell.tokens)))
          .join(' ');
      }
      if (token.type === 'list') return token.items.map((one) => plain(one.tokens)).join(' ');
      if (token.tokens !== undefined) return plain(token.tokens);
      return unescaped(token.text ?? '');
    })
    .join('');
}

function unescaped(text) {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
