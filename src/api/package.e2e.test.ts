/**
 * The package as a user gets it: packed by npm, installed by npm into an empty folder, used by an ordinary user.
 * src/testing/soak/package.soak.ts checks that a clean clone packs the same files; it is separate because it builds.
 */
import { createPackageFromTarballData, checkPackage } from '@arethetypeswrong/core';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LeftoverWatch, watchLeftovers } from '../testing/cli/leftovers.js';
import { giveToUser, runAsUser } from '../testing/cli/run-cli.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** npm takes 10 s, and more than a minute while other programs keep all processors busy. */
const INSTALL_LIMIT_MS = 240_000;
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

/** What `npm publish --json` tells. */
interface Published {
  id: string;
  files: readonly { path: string }[];
}

let leftovers: LeftoverWatch;
/** The empty folder it is installed into. */
let project = '';
let tarball = '';
/** Files of the package. */
let packed: readonly string[] = [];

/** Runs a command in the project, as its user. */
const asUser = (...words: readonly [string, ...string[]]): ReturnType<typeof runAsUser> =>
  runAsUser(words, { cwd: project, home: leftovers.folder });

/** Runs a program in the folder of the repository. @returns what it printed to stdout */
function output(program: string, words: readonly string[]): string {
  return execFileSync(program, words, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
}

beforeAll(async () => {
  leftovers = await watchLeftovers();
  project = join(leftovers.folder, 'project');
  mkdirSync(project);
  const pack = ['pack', '--json', '--loglevel=error', '--pack-destination', leftovers.folder];
  const [made] = JSON.parse(output('npm', pack)) as [
    { filename: string; files: { path: string }[] },
  ];
  packed = made.files.map(({ path }) => path);
  tarball = join(leftovers.folder, made.filename);
  giveToUser(leftovers.folder, project);
  expect(
    await asUser('npm', ...['install', '--prefer-offline', '--no-audit', '--no-fund'], tarball),
  ).toMatchObject({ code: 0, stderr: '' });
}, INSTALL_LIMIT_MS);

afterAll(async () => {
  await leftovers.assertNothingLeft();
});

test('it holds the program', () => {
  for (const path of ['cli.js', 'api.js', 'thread.js', 'LICENSES.txt']) {
    expect(packed).toContain(`dist/program/${path}`);
  }
  expect(packed).toContain('dist/guest/quickjs.wasm');
  expect(packed).toContain('dist/report/template.html');
  for (const file of ['page.html', 'status.html', 'LICENSES.txt']) {
    expect(packed).toContain(`dist/monitor/${file}`);
  }
  expect(
    packed.filter((path) => /^dist\/.*(?:\.map|\.test\..*|\.tsbuildinfo)$/.test(path)),
  ).toEqual([]);
});

test.skipIf(!existsSync(join(ROOT, '.git')))('it holds nothing that git does not know', () => {
  const built = /^dist\/(?:guest|monitor|program|report|types)\//;
  const known = new Set(output('git', ['ls-files']).split('\n'));
  expect(packed.filter((path) => !built.test(path) && !known.has(path))).toEqual([]);
});

test('npm would publish the same files, for everybody, and finds nothing to correct', () => {
  // Nobody listens at this address, so that no registry is asked.
  const nobody = ['--registry=http://127.0.0.1:9/', '--fetch-retries=0'];
  const words = ['publish', '--dry-run', '--json', ...nobody];
  // The npm that runs the tests may have told its children to be silent.
  const env = { ...process.env, npm_config_loglevel: 'notice' };
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd: ROOT, env, encoding: 'utf8' });
  expect(status === 0 ? '' : stderr).toBe('');
  expect(stderr).toContain('with tag latest and public access (dry-run)');
  expect(stderr).not.toMatch(/auto-corrected|npm error/);
  const told = JSON.parse(stdout) as Published | { offhook: Published };
  // npm 10 does not put the answer under the name of the package.
  const { id, files } = 'offhook' in told ? told.offhook : told;
  expect(id).toBe(`offhook@${version}`);
  expect(files.map(({ path }) => path).sort()).toEqual([...packed].sort());
});

test('publint and "are the types wrong" find nothing', async () => {
  const bytes = readFileSync(tarball);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages.map((one) => formatMessage(one, pkg, { color: false }))).toEqual([]);
  const checked = await checkPackage(createPackageFromTarballData(bytes), { entrypoints: ['.'] });
  if (!('problems' in checked)) throw new Error('it has no types');
  // The package is one of modules; require() takes it as well, on every Node it runs on.
  expect(checked.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM')).toEqual([]);
});

test('the command runs a first scenario', async () => {
  write({ 'first.js': readFileSync(join(ROOT, 'examples/direct-call.js'), 'utf8') });
  expect(await asUser('npx', '--no-install', 'offhook', '--version')).toEqual({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
  const { code, stdout, stderr } = await asUser(
    'npx',
    ...['--no-install', 'offhook', 'run', 'first.js', '--reporter', 'html=report.html'],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^1 scenario: 1 passed in/m);
  expect(readdirSync(project)).toContain('report.html');
});

const PROGRAM = `import { run, OffhookError } from 'offhook';
const running = run({ paths: ['short.js'], jobs: 2 });
const types = new Set();
for await (const { type } of running) types.add(type);
const { passed, exitCode } = await running.result;
const wrong = await run({ paths: ['gone.js'] }).result.catch((error) => error instanceof OffhookError);
const schemas = await Promise.all(
  ['run-event.schema.json', 'config.schema.json', 'package.json'].map(async (name) => {
    const { default: json } = await import('offhook/' + name, { with: { type: 'json' } });
    return json.title ?? json.name ?? Object.keys(json)[0];
  }),
);
console.log(JSON.stringify({ passed, exitCode, wrong, finished: types.has('run_finished'), schemas: schemas.length }));
`;

test('programs find the module, by import and by require, and the schemas', async () => {
  write({
    'short.js': 'assert(1).equals(1);',
    'program.mjs': PROGRAM,
    'program.cjs': `const { run } = require('offhook'); console.log(typeof run);`,
  });
  const node = [process.execPath, '--no-warnings'] as const;
  const [imported, required] = await Promise.all([
    asUser(...node, 'program.mjs'),
    asUser(...node, 'program.cjs'),
  ]);
  expect(required).toEqual({ code: 0, stdout: 'function\n', stderr: '' });
  expect(imported.stderr).toBe('');
  expect(JSON.parse(imported.stdout)).toEqual({
    ...{ passed: 1, exitCode: 0, wrong: true },
    ...{ finished: true, schemas: 3 },
  });
});

const TYPED = `import { run, OffhookError, type Run, type RunEvent, type RunOptions } from 'offhook';
const options: RunOptions = { paths: ['calls/'], jobs: 2, policy: { allowNet: [] }, signal: AbortSignal.timeout(1) };
const running: Run = run(options);
export function told(event: RunEvent): string {
  if (event.type === 'scenario_finished') return event.failures.map(({ message }) => message).join();
  if (event.type === 'sip') return event.message.headers.map(([name]) => name).join();
  return event.type === 'agent' ? event.entry.event.type : '';
}
for await (const event of running) told(event);
try {
  const { passed, exitCode } = await running.result;
  const sum: number = passed + exitCode;
} catch (error) {
  if (error instanceof OffhookError) error.details.hint?.trim();
}
// @ts-expect-error it is a list
run({ paths: 'calls/' });
// @ts-expect-error there is no such option
run({ paths: ['calls/'], job: 2 });
// @ts-expect-error there is no such event
if (told.length === 1) ({}) as RunEvent['type'] satisfies 'scenario_ended';
`;

const RESOLVERS = [
  [ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  [ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
] as const;

test('its types serve a strict user of nodenext and of bundlers, and need no other package', () => {
  const file = join(project, 'typed.mts');
  write({ 'typed.mts': TYPED });
  const strict: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    // The compiler's own libraries are large, and not ours to check.
    ...{ skipLibCheck: false, skipDefaultLibCheck: true, noEmit: true },
  };
  const host = sharingLibraries(ts.createCompilerHost(strict));
  for (const [module, moduleResolution] of RESOLVERS) {
    const program = ts.createProgram([file], { ...strict, module, moduleResolution }, host);
    expect(
      ts
        .getPreEmitDiagnostics(program)
        .map((one) => `${one.file?.fileName ?? ''}: ${textOf(one.messageText)}`),
    ).toEqual([]);
    const paths = program.getSourceFiles().map(({ fileName }) => fileName);
    const installed = paths.filter((path) => path.startsWith(join(project, 'node_modules')));
    expect(installed).toContain(join(project, 'node_modules/offhook/dist/types/api/index.d.ts'));
    expect(installed.filter((path) => !path.includes('/node_modules/offhook/'))).toEqual([]);
  }
});

/** The libraries are read once for all programs. */
function sharingLibraries(host: ts.CompilerHost): ts.CompilerHost {
  const libraries = new Map<string, ts.SourceFile | undefined>();
  return {
    ...host,
    getSourceFile(path, ...options) {
      if (!path.includes('/typescript/lib/')) return host.getSourceFile(path, ...options);
      if (!libraries.has(path)) libraries.set(path, host.getSourceFile(path, ...options));
      return libraries.get(path);
    },
  };
}

function textOf(message: string | ts.DiagnosticMessageChain): string {
  return ts.flattenDiagnosticMessageText(message, '\n');
}
