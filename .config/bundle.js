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

/**
 * What fastify would load for settings that src does not use (src/without-schemas.ts; no logger, no injected requests). It stays
 * out of the bundle, in which it would be more than half of fastify.
 */
const UNUSED = new Set([
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  'light-my-request',
  'pino',
]);
const leaveOut = {
  name: 'leave out',
  resolveId: (id) => (UNUSED.has(id) ? `\0${id}` : undefined),
  load: (id) =>
    id.startsWith('\0') && UNUSED.has(id.slice(1))
      ? `throw new Error('${id.slice(1)} is not in the program: see .config/bundle.js');`
      : undefined,
};

const THREAD = `${DIST}sandbox/thread.js`;
const bundled = (input) =>
  rolldown({
    input,
    platform: 'node',
    external: Object.keys(dependencies),
    plugins: [leaveOut],
    // A module that each start loads may be loaded on demand by others as well.
    checks: { ineffectiveDynamicImport: false },
  });

/** Which files each of these brings along when it is loaded. */
async function loadedBy(input) {
  const probe = await bundled(input);
  const { output } = await probe.generate({ format: 'esm' });
  await probe.close();
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const all = (name, seen = new Set()) => {
    if (seen.has(name) || !chunks.has(name)) return seen;
    seen.add(name);
    for (const next of chunks.get(name).imports) all(next, seen);
    return seen;
  };
  const entries = output.filter(({ name }) => name in input);
  return Object.fromEntries(
    entries.map(({ name, fileName }) => [
      name,
      new Set(modulesOf([...all(fileName)].map((one) => chunks.get(one)))),
    ]),
  );
}

const { cli, line, check, run, thread } = await loadedBy({
  cli: `${DIST}cli.js`,
  line: `${DIST}cli/command-line.js`,
  check: `${DIST}cli/check/check.js`,
  run: `${DIST}cli/run.js`,
  thread: THREAD,
});
const planned = new Set([...check].filter((id) => run.has(id)));

const bundle = await bundled({
  cli: `${DIST}cli.js`,
  thread: THREAD,
  api: `${DIST}api/index.js`,
});
// What is always loaded together is one file, not a dozen: finding, reading and linking a file costs more than its content.
// The thread boots while the command line is read, and shares with it what it needs, but nothing else.
cli.delete(`${DIST}cli.js`);
const groups = Object.entries({ boot: cli, line, plan: planned }).flatMap(([name, modules]) => [
  { name: `${name}-shared`, test: (id) => modules.has(id) && thread.has(id) },
  { name, test: (id) => modules.has(id) && !thread.has(id) },
]);
const { output } = await bundle.write({
  dir: `${DIST}program`,
  format: 'esm',
  cleanDir: true,
  // a tenth of the bytes: each start reads them, and the licences have a file of their own
  comments: false,
  codeSplitting: { groups: groups.map((one, at) => ({ ...one, priority: groups.length - at })) },
});
await bundle.close();

writeLicenses(output, `${DIST}program/LICENSES.txt`);

const { resolve } = createRequire(createRequire(import.meta.url).resolve('quickjs-emscripten'));
copyFileSync(resolve('@jitl/quickjs-wasmfile-release-sync/wasm'), `${DIST}guest/quickjs.wasm`);
