/**
 * Puts the program and its scenario thread into a few files below dist/program, with the packages each start needs:
 * finding and reading some hundred modules one by one is a third of a short run (docs/decisions/0008). Paths
 * relative to a module hold, for all of dist lies as deep.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const DIST = new URL('../dist/', import.meta.url).pathname;
/** Loaded when they are needed, and by themselves. */
const APART = [
  '@swc/wasm-typescript',
  'dotenv',
  'execa',
  'fast-glob',
  'fastify',
  'json-schema-to-typescript',
  'undici',
];

const bundle = await rolldown({
  input: { cli: `${DIST}cli.js`, thread: `${DIST}sandbox/thread.js` },
  platform: 'node',
  external: APART,
});
const { output } = await bundle.write({ dir: `${DIST}program`, format: 'esm', cleanDir: true });
await bundle.close();

const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
const folders = new Set(
  modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []),
);
writeFileSync(`${DIST}program/LICENSES.txt`, [...folders].sort().map(licenseOf).join('\n\n'));

/** What the licenses of packages demand of who hands on their code. */
function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  return `${name} ${version} (${license})${text}\n`;
}
