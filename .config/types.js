/**
 * Writes the types of the module `offhook` to dist/types: the declarations of src/api/index.ts, and of those files only
 * which they name. The rest of src stays unknown to who uses them.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = dirname(import.meta.dirname);
const SRC = join(ROOT, 'src');
const TYPES = join(ROOT, 'dist/types');

const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
const entry = join(SRC, 'api/index.ts');
const program = ts.createProgram([entry], {
  ...options,
  ...{ declaration: true, emitDeclarationOnly: true, sourceMap: false, noCheck: true },
  ...{ incremental: false, tsBuildInfoFile: undefined },
});

rmSync(TYPES, { recursive: true, force: true });
const files = new Set([entry]);
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
  let text;
  const { diagnostics } = program.emit(
    program.getSourceFile(file),
    (_, written) => {
      text = written;
    },
    undefined,
    true,
  );
  if (text === undefined || diagnostics.length > 0) {
    throw new Error(`${file}: ${diagnostics.map((one) => one.messageText).join('; ')}`);
  }
  return text;
}
