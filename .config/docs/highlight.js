/** Colours of code in pages of the documentation: TypeScript's own classifier knows JavaScript, so no package is needed. */
import ts from 'typescript';

const { ClassificationType: Kind } = ts;
const CLASS_OF = new Map([
  [Kind.comment, 'comment'],
  [Kind.keyword, 'keyword'],
  [Kind.numericLiteral, 'number'],
  [Kind.stringLiteral, 'string'],
  [Kind.regularExpressionLiteral, 'string'],
]);
const SCRIPTS = ['js', 'ts', 'json', 'cjs', 'mjs'];
const SHELLS = ['sh', 'bash', 'yaml', 'dotenv', 'dockerfile'];

export function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** @returns the code as HTML */
export function highlighted(code, language) {
  if (SCRIPTS.includes(language)) return scriptHtml(code);
  if (SHELLS.includes(language)) {
    return escaped(code).replace(/(^|\s)(#.*)$/gm, '$1<span class="comment">$2</span>');
  }
  return escaped(code);
}

function scriptHtml(code) {
  const { spans } = ts.createClassifier().getEncodedLexicalClassifications(code, 0, false);
  let html = '';
  let done = 0;
  for (let at = 0; at < spans.length; at += 3) {
    const [start, length, kind] = spans.slice(at, at + 3);
    const name = CLASS_OF.get(kind);
    const text = escaped(code.slice(start, start + length));
    // a keyword to the compiler alone, in `asserts x is T`
    if (name === undefined || text === 'assert') continue;
    html += `${escaped(code.slice(done, start))}<span class="${name}">${text}</span>`;
    done = start + length;
  }
  return html + escaped(code.slice(done));
}
