/** The files that the scenario thread loads, as they are built. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ENTRY = new URL('../../dist/program/thread.js', import.meta.url);

/** The files with what they import, without packages and modules of Node. */
function loadedBy(entry: URL): ReadonlyMap<string, ts.SourceFile> {
  const files = new Map<string, ts.SourceFile>();
  const load = (url: URL): void => {
    if (files.has(url.href)) return;
    const text = readFileSync(fileURLToPath(url), 'utf8');
    const file = ts.createSourceFile(url.href, text, ts.ScriptTarget.Latest, true);
    files.set(url.href, file);
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles)
      if (fileName.startsWith('./')) load(new URL(fileName, url));
  };
  load(entry);
  return files;
}

function awaitsOutsideOfFunctions(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isAwaitExpression(node)) return true;
  if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true;
  return ts.forEachChild(node, awaitsOutsideOfFunctions) ?? false;
}

test('nothing awaits outside of functions: Node 20 could break off when the thread is ended', () => {
  const files = loadedBy(ENTRY);
  expect(files.size).toBeGreaterThan(5);
  const found = [...files].flatMap(([name, file]) =>
    awaitsOutsideOfFunctions(file) ? [name] : [],
  );
  expect(found).toEqual([]);
});
