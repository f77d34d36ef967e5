/**
 * `offhook init`: what a project needs for its first call. It asks nothing: what is not there is written, what is there
 * is left as it is, and every choice is a flag (decision 29).
 */
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import { PRODUCT_VERSION } from '../../settings/product.js';
import { readProcess } from '../../settings/process-environment.js';
import type { InitFlags } from '../options.js';
import { print } from '../print.js';
import { ciFile } from './ci.js';
import { NewFiles, type Outcome } from './new-files.js';
import { editorConfigIn } from './editor-config.js';
import { CI_SYSTEMS, lookAt, type Project } from './project.js';
import { IGNORED, manifestText, SCENARIOS, starterFiles } from './starter.js';

/** What became of a file. */
interface Line {
  path: string;
  outcome: Outcome;
  about: string;
}

export async function initCommand(dir: string, flags: InitFlags): Promise<number> {
  const { cwd, program } = readProcess();
  const folder = resolve(cwd, dir);
  refuseNoFolder(dir, folder);
  const project = await lookAt(folder);
  const files = new NewFiles();
  let last = folder;
  const lines: Line[] = [];
  const todo: string[] = [];
  const write = (path: string, text: string, about: string): void => {
    last = path;
    lines.push({ path, about, outcome: files.write(path, text) });
  };
  try {
    const typescript = flags.typescript === true;
    const editorConfig =
      editorConfigIn(join(folder, SCENARIOS)) ?? (typescript ? 'tsconfig.json' : 'jsconfig.json');
    const { settings } = project;
    const wish = { typescript, editorConfig, settings, packageFolder: packageFolder(project) };
    for (const { name, text, about } of starterFiles(wish)) {
      const file = join(folder, name);
      write(file, text, about);
      if (name.endsWith('.d.ts') && readFileSync(file, 'utf8') !== text) {
        todo.push(
          `offhook definitions ${plainOrQuoted(relative(cwd, file))}  brings the typings up to date`,
        );
      }
    }
    if (project.manifest === undefined) {
      write(join(folder, 'package.json'), manifestText(PRODUCT_VERSION), 'for `npm test` and CI');
    }
    const wanted = CI_SYSTEMS.filter((one) =>
      flags.ci === undefined ? project.ci.includes(one) : flags.ci === one,
    );
    for (const one of wanted) {
      const { path, text, todo: byHand } = ciFile(one, project);
      write(path, text, 'runs the scenarios on every push and keeps the results');
      if (byHand !== undefined) todo.push(byHand);
    }
    last = join(folder, '.gitignore');
    const outcome = files.addLines(last, IGNORED);
    lines.push({ path: last, about: 'passwords and results stay out of git', outcome });
  } catch (error) {
    files.undo();
    throw unwritable(relative(cwd, last) || '.', error);
  }
  print(told(lines, cwd));
  print(nextText(project, { cwd, program, todo }));
  return 0;
}

/** @throws OffhookError E_USAGE */
function refuseNoFolder(dir: string, folder: string): void {
  const hint = 'name a folder, or none for the folder you are in';
  const problem = (what: string): OffhookError =>
    new OffhookError('E_USAGE', { subject: `"${dir}"`, what }, { hint });
  if (dir === '') throw problem('is no folder');
  let stat;
  try {
    stat = statSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    throw problem(
      `cannot be used as a folder: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    );
  }
  if (stat?.isDirectory() === true) return;
  if (stat !== undefined) throw problem('is a file, not a folder');
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) {
    throw problem('is a broken symbolic link');
  }
}

function unwritable(file: string, error: unknown): OffhookError {
  return new OffhookError(
    'E_OUTPUT',
    {
      subject: `"${file}"`,
      what: 'cannot be written: nothing was changed',
      seen: (error as Error).message,
    },
    { hint: 'name a folder you may write to: offhook init FOLDER' },
    error,
  );
}

function packageFolder({ folder, installed }: Project): string {
  if (installed === undefined) return './node_modules/offhook';
  const path = relative(folder, installed);
  return path.startsWith('.') ? path : `./${path}`;
}

function told(lines: readonly Line[], cwd: string): string {
  const width = Math.max(...lines.map(({ path }) => relative(cwd, path).length));
  const part = (title: string, outcomes: readonly Outcome[]): string[] => {
    const some = lines.filter(({ outcome }) => outcomes.includes(outcome));
    if (some.length === 0) return [];
    const rows = some.map(({ path, about }) => `  ${relative(cwd, path).padEnd(width)}  ${about}`);
    return [title, ...rows];
  };
  return [
    ...part('Written:', ['written']),
    ...part('Lines added:', ['added']),
    ...part('Left unchanged:', ['there']),
  ].join('\n');
}

interface Around {
  cwd: string;
  program: string;
  todo: readonly string[];
}

/** Commands to type, the most rewarding one first. */
function nextText(project: Project, { cwd, program, todo }: Around): string {
  const { folder, manifest, installed, paths } = project;
  const offhook = /[\\/]node_modules[\\/]\.bin[\\/]/.test(program) ? 'npx offhook' : 'offhook';
  const place = relative(cwd, folder);
  const steps = [
    ...(place === '' ? [] : [[`cd ${plainOrQuoted(place)}`, '']]),
    [
      `${offhook} run${paths === 'unsaid' ? ` ${SCENARIOS}` : ''}`,
      'the first call, in a second or two',
    ],
    [`${offhook} doctor`, 'if that fails: shows what this machine lacks'],
    ...(installed === undefined
      ? [
          [
            (manifest?.namesUs ?? true) ? 'npm install' : 'npm install --save-dev offhook',
            'puts Offhook into the project, for `npm test`, CI and the settings in an editor',
          ],
        ]
      : []),
    ...(existsSync(join(folder, '.env'))
      ? []
      : [['cp .env.example .env', 'then fill it in: the second scenario calls through your PBX']]),
  ];
  const width = Math.max(...steps.map(([words = '']) => words.length));
  const rows = steps.map(([words = '', why = '']) => `  ${words.padEnd(width)}  ${why}`.trimEnd());
  return ['', 'Next:', ...rows, ...todo.map((one) => `  ${one}`)].join('\n');
}

function plainOrQuoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
