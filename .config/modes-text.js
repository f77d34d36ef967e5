/** What editors are told of offhook/modes: made of the modules themselves, without running them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const FOLDER = join(import.meta.dirname, '../src/modes');
const read = (name) => readFileSync(join(FOLDER, name), 'utf8');

/** The functions that offhook/modes exports and the types they speak of, as an editor is told of them. */
export function modesText() {
  const declared = new Map();
  for (const name of readdirSync(FOLDER)) {
    if (!name.endsWith('.ts')) continue;
    const text = read(name);
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    for (const node of source.statements) {
      if (node.name !== undefined) declared.set(node.name.text, { node, source });
    }
  }
  const exported = read('modes.ts').match(/(?<=export \{)[^}]*/g) ?? [];
  const wanted = new Set(exported.flatMap((list) => list.match(/\w+/g)));
  // The loop adds to the set it runs over; JavaScript visits what was added, too.
  for (const name of wanted) {
    const visit = (node) => {
      if (ts.isBlock(node)) return;
      const type = ts.isTypeReferenceNode(node) ? node.typeName : node.expression;
      if (type !== undefined && declared.has(type.text)) wanted.add(type.text);
      ts.forEachChild(node, visit);
    };
    visit(declared.get(name).node);
  }
  return [...wanted]
    .sort()
    .map((name) => declarationText(declared.get(name)))
    .join('\n\n');
}

/** With its comment; of a function without its body. */
function declarationText({ node, source }) {
  const comment = ts.getJSDocCommentsAndTags(node)[0]?.getText() ?? '';
  const text = ts.isFunctionDeclaration(node)
    ? `function ${node.name.text}(${node.parameters.map(parameterText).join(', ')}): ${node.type.getText()};`
    : source.text.slice(node.getStart(), node.end);
  return `${comment}\nexport ${text.replace(/^export /, '')}`;
}

function parameterText({ name, type, initializer, questionToken }) {
  const mark = initializer === undefined && questionToken === undefined ? '' : '?';
  return `${name.getText()}${mark}: ${type.getText()}`;
}
