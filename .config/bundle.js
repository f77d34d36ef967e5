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

const THREAD = `${DIST}sandbox/thread.js`;
const bundled = (input) => rolldown({ input, platform: 'node', external: APART });

const thread = await bundled({ thread: THREAD });
const ofThread = modulesOf((await thread.generate({ format: 'esm' })).output);
await thread.close();

const bundle = await bundled({ cli: `${DIST}cli.js`, thread: THREAD });
// What the thread shares with the program is one file, not twelve: both read it with each start.
const groups = [{ name: 'shared', test: (id) => ofThread.includes(id), minShareCount: 2 }];
const { output } = await bundle.write({
  dir: `${DIST}program`,
  format: 'esm',
  cleanDir: true,
  codeSplitting: { groups },
});
await bundle.close();

const folders = new Set(
  modulesOf(output).flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []),
);
writeFileSync(`${DIST}program/LICENSES.txt`, [...folders].sort().map(licenseOf).join('\n\n'));

function modulesOf(output) {
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

/** What the licenses of packages demand of who hands on their code. */
function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  return `${name} ${version} (${license})${text}\n`;
}
