/**
 * Writes src as JavaScript: the program to dist, the guest and the modules for scenarios with what they import to dist/guest. Each file is translated by
 * itself, without a look at its types, in a sixtieth of the time the compiler takes: `npm run types` finds what does not fit.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { minifySync, parseSync, transformSync } from 'rolldown/utils';

const ROOT = dirname(import.meta.dirname);
const SRC = join(ROOT, 'src');
const DIST = join(ROOT, 'dist');
/** Declarations, what other steps build (the guest, the page of a run), and what only tests need. */
const NOT_THE_PROGRAM = /\.(?:test|d)\.ts$|^(?:testing|web|modes|sandbox\/guest)\//;

/** Files in dist that other steps write, or other commands: the site of the documentation. */
const NOT_OURS =
  /^(?:program|report|types|site)(?:\/|$)|^guest\/(?:quickjs\.wasm|guest\.image)$|^monitor\/(?:page\.html|status\.html|LICENSES\.txt)$/;
const written = new Set();

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  written.add(file);
}

/** Writes the files and all that they import. Comments would be the larger half of the guest. */
function translate(files, out, { comments }) {
  const all = new Set(files.map((file) => join(SRC, file)));
  // The loop adds to the set it runs over; JavaScript visits what was added, too.
  for (const file of all) {
    const target = join(out, relative(SRC, file)).replace(/\.ts$/, '.js');
    if (file.endsWith('.json')) {
      write(target, readFileSync(file, 'utf8'));
      continue;
    }
    const { code, map } = javascript(file, comments);
    write(target, code);
    if (map !== undefined) {
      const sources = [relative(dirname(target), file)];
      write(`${target}.map`, JSON.stringify({ ...map, sources }));
    }
    for (const path of importsOf(file, code)) all.add(path);
  }
}

function javascript(file, comments) {
  const { code, map, errors } = transformSync(file, readFileSync(file, 'utf8'), {
    target: 'es2023',
    typescript: { onlyRemoveTypeImports: true },
    sourcemap: comments,
  });
  if (errors.length > 0) throw new Error(`${relative(ROOT, file)}: ${errors[0].message}`);
  if (!comments) {
    const plain = { compress: false, mangle: false, codegen: { removeWhitespace: false } };
    return { code: minifySync(file, code, plain).code };
  }
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.ts$/, '.js.map');
  return { code: `${code}//# sourceMappingURL=${name}\n`, map };
}

function importsOf(file, code) {
  const { staticImports, staticExports, dynamicImports } = parseSync(`${file}.js`, code).module;
  const named = [
    ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    // the first and the last letter are its quotes
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => code.slice(start + 1, end - 1)),
  ];
  return named
    .filter((name) => name.startsWith('.'))
    .map((name) => resolve(dirname(file), name.replace(/\.js$/, '.ts')));
}

const program = readdirSync(SRC, { recursive: true }).filter(
  (name) => name.endsWith('.ts') && !NOT_THE_PROGRAM.test(name),
);
translate(program, DIST, { comments: true });
translate(['sandbox/guest/main.ts', 'modes/modes.ts'], join(DIST, 'guest'), { comments: false });

// Removes output of deleted sources, which would be bundled or packed. Comes last, so that a program running meanwhile finds its files.
for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  const isOurs = entry.isFile() && !NOT_OURS.test(relative(DIST, path));
  if (isOurs && !written.has(path)) rmSync(path);
}
