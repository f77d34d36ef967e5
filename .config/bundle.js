/**
 * Puts the program, the module for other programs and the scenario thread into a few files below dist/program, with the
 * packages they need: finding and reading some hundred modules one by one is a third of a short run (docs/decisions/0008).
 * What package.json calls a dependency is installed beside it, the rest of what src imports is in the bundle (0028). Paths
 * relative to a module hold, for all of dist lies as deep.
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { rolldown } from 'rolldown';
import { modulesOf, writeLicenses } from './licenses.js';

const DIST = new URL('../dist/', import.meta.url).pathname;
const { dependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

const THREAD = `${DIST}sandbox/thread.js`;
const bundled = (input) =>
  rolldown({ input, platform: 'node', external: Object.keys(dependencies) });

const thread = await bundled({ thread: THREAD });
const ofThread = modulesOf((await thread.generate({ format: 'esm' })).output);
await thread.close();

const bundle = await bundled({
  cli: `${DIST}cli.js`,
  thread: THREAD,
  api: `${DIST}api/index.js`,
});
// What the thread shares with the program is one file, not twelve: both read it with each start.
const groups = [{ name: 'shared', test: (id) => ofThread.includes(id), minShareCount: 2 }];
const { output } = await bundle.write({
  dir: `${DIST}program`,
  format: 'esm',
  cleanDir: true,
  // a tenth of the bytes: each start reads them, and the licences have a file of their own
  comments: false,
  codeSplitting: { groups },
});
await bundle.close();

writeLicenses(output, `${DIST}program/LICENSES.txt`);

const { resolve } = createRequire(createRequire(import.meta.url).resolve('quickjs-emscripten'));
copyFileSync(resolve('@jitl/quickjs-wasmfile-release-sync/wasm'), `${DIST}guest/quickjs.wasm`);
