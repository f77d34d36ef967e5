/**
 * Puts the program and its scenario thread into a few files below dist/program, with the packages each start needs:
 * finding and reading some hundred modules one by one is a third of a short run (docs/decisions/0008). Paths
 * relative to a module hold, for all of dist lies as deep.
 */
import { rolldown } from 'rolldown';
import { modulesOf, writeLicenses } from './licenses.js';

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

writeLicenses(output, `${DIST}program/LICENSES.txt`);
