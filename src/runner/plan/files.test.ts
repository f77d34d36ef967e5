import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OffhookError } from '../../errors.js';
import { findScenarioFiles, readRootOf } from './files.js';

let root = '';

function write(path: string, content: string | Buffer = '// a scenario\n'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-files-')));
  for (const path of [
    'project/package.json',
    'project/b.js',
    'project/a.mjs',
    'project/readme.md',
    'project/x.ts',
    'project/y.mts',
    'project/z.d.ts',
    'project/w.tsx',
    'project/sub/deep/c.js',
    'project/sub/[odd] {name}?.js',
    'project/node_modules/m/index.js',
    'project/.hidden/h.js',
    'docs/only.md',
  ]) {
    write(path);
  }
  write('bad/empty.js', ' \n');
  write('bad/latin1.js', Buffer.from([0x2f, 0x2f, 0xfc]));
  write('loose/one.js');
  write('marked/offhook.config.json', '{}');
  write('marked/in/two.js');
  symlinkSync(join(root, 'project'), join(root, 'project/sub/loop'));
  symlinkSync(join(root, 'project/b.js'), join(root, 'loose/link.js'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

/** Found paths relative to the root, paths found in folders in parentheses; or the error. */
async function find(...paths: string[]): Promise<string[]> {
  try {
    const files = await findScenarioFiles(paths, { cwd: root });
    return files.map(({ path, viaFolder }) =>
      viaFolder ? `(${relative(root, path)})` : relative(root, path),
    );
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    return [`${error.code} ${error.message.replace(root, '')}`, error.details.hint ?? 'no hint'];
  }
}

const ODD = 'project/sub/[odd] {name}?.js';

test.each<[string[], string[]]>([
  [['project/b.js'], ['project/b.js']],
  [['project/b.js', './project/../project/b.js'], ['project/b.js']],
  [
    ['project'],
    [
      '(project/a.mjs)',
      '(project/b.js)',
      `(${ODD})`,
      '(project/sub/deep/c.js)',
      '(project/x.ts)',
      '(project/y.mts)',
    ],
  ],
  [
    ['project/sub/deep/', 'project/b.js'],
    ['(project/sub/deep/c.js)', 'project/b.js'],
  ],
  [
    ['project/b.js', 'project'],
    [
      'project/b.js',
      '(project/a.mjs)',
      `(${ODD})`,
      '(project/sub/deep/c.js)',
      '(project/x.ts)',
      '(project/y.mts)',
    ],
  ],
  [
    ['project', 'project/b.js'],
    [
      '(project/a.mjs)',
      'project/b.js',
      `(${ODD})`,
      '(project/sub/deep/c.js)',
      '(project/x.ts)',
      '(project/y.mts)',
    ],
  ],
  [['bad'], ['(bad/empty.js)', '(bad/latin1.js)']],
  [['project/*'], ['project/a.mjs', 'project/b.js', 'project/x.ts', 'project/y.mts']],
  [['project/sub/deep/*.{js,mjs}'], ['project/sub/deep/c.js']],
  [[ODD], [ODD]],
  [['loose/link.js'], ['project/b.js']],
  [
    ['loose', 'project/b.js'],
    ['project/b.js', '(loose/one.js)'],
  ],
])('%j finds %j', async (paths, expected) => {
  expect(await find(...paths)).toEqual(expected);
});

test.each<[string[], string, string]>([
  [[], 'E_NO_SCENARIO nothing to run: no path was given', 'offhook run tests/'],
  [
    ['loose/oen.js'],
    'E_SCENARIO_FILE "loose/oen.js": there is no such file or folder',
    '"loose/one.js"',
  ],
  [
    ['nowhere/x.js'],
    'E_SCENARIO_FILE "nowhere/x.js": there is no such file or folder',
    'check the path',
  ],
  [[''], 'E_SCENARIO_FILE "": there is no such file or folder', 'check the path'],
  [['docs'], 'E_NO_SCENARIO folder "docs": holds no .js, .mjs, .ts or .mts file', 'name a folder'],
  [
    ['docs/*'],
    'E_NO_SCENARIO pattern "docs/*": matches no .js, .mjs, .ts or .mts file (other files: 1)',
    'check the pattern',
  ],
  [['loose/*.mjs'], 'E_NO_SCENARIO pattern "loose/*.mjs": matches no file', 'check the pattern'],
  [
    ['project/z.d.ts'],
    'E_SCENARIO_FILE "project/z.d.ts": is not a scenario file: a declaration file holds only types',
    'name a file that ends in .js, .mjs, .ts',
  ],
  [
    ['project/w.tsx'],
    'E_SCENARIO_FILE "project/w.tsx": is not a scenario file: its name does not end in .js, .mjs, .ts or .mts',
    'without JSX',
  ],
  [
    ['docs/only.md'],
    'E_SCENARIO_FILE "docs/only.md": is not a scenario file: its name does not end in .js, .mjs, .ts or .mts',
    'or a folder',
  ],
  [['bad/empty.js'], 'E_SCENARIO_FILE file "bad/empty.js": is empty', 'write a scenario'],
  [
    ['bad/latin1.js'],
    'E_SCENARIO_FILE file "bad/latin1.js": not read: it is not UTF-8 text',
    'save it as UTF-8',
  ],
  [
    ['bad', 'bad/latin1.js'],
    'E_SCENARIO_FILE file "bad/latin1.js": not read: it is not UTF-8 text',
    'save it as UTF-8',
  ],
  [['bad/*.js'], 'E_SCENARIO_FILE file "/bad/empty.js": is empty', 'write a scenario'],
])('%j is an error', async (paths, message, hint) => {
  const found = await find(...paths);
  expect(found[0]).toBe(message);
  expect(found[1]).toContain(hint);
});

test.each([
  ['project/sub/deep/c.js', 'project'],
  ['marked/in/two.js', 'marked'],
  ['loose/one.js', 'loose'],
  ['loose/link.js', 'project'],
])('%s may read below %s', (file, expected) => {
  expect(relative(root, readRootOf(join(root, file)))).toBe(expected);
});
