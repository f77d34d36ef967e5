/**
 * Puts the program and its scenario thread into a few files below dist/program, with the packages each start needs:
 * finding and reading some hundred modules one by one is a third of a short run (docs/decisions/0008). Paths
 * relative to a module hold, for all of dist lies as deep.
 */
import { rolldown } from 'rolldown';
import { writeLicenses } from './licenses.js';

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

writeLicenses(output, `${DIST}program/LICENSES.txt`);
