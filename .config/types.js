/**
 * Writes the types of the module `offhook` to dist/types: the declarations of src/api/index.ts and of the files they import, and no
 * others, so that users do not see the rest of src. Each file is translated by itself, so its exports must state every type that
 * the compiler would otherwise look up in other files.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = dirname(import.meta.dirname);
const SRC = join(ROOT, 'src');
const TYPES = join(ROOT, 'dist/types');

const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
const compilerOptions = { ...options, declaration: true, isolatedDeclarations: true };

rmSync(TYPES, { recursive: true, force: true });
const files = new Set([join(SRC, 'api/index.ts')]);
// The loop adds to the set it runs over; JavaScript visits what was added, too.
for (const file of files) {
  const text = declarationOf(file);
  for (const { fileName } of ts.preProcessFile(text).importedFiles) {
    if (!fileName.startsWith('.')) throw new Error(`${file}: its types need ${fileName}`);
    files.add(resolve(dirname(file), fileName.replace(/\.js$/, '.ts')));
  }
  const path = file.replace(SRC, TYPES).replace(/\.ts$/, '.d.ts');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function declarationOf(file) {
  const source = readFileSync(file, 'utf8');
  const { outputText, diagnostics } = ts.transpileDeclaration(source, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions,
  });
  if (diagnostics.length === 0) return outputText;
  const problems = diagnostics.map(({ messageText, start }) => {
    const line = source.slice(0, start).split('\n').length;
    return `${relative(ROOT, file)}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  throw new Error(problems.join('\n'));
}
