/**
 * Checks the code in README.md and docs. A fence whose language is followed by `run` is a whole scenario or a command line,
 * and is executed. Other scripts are fragments, which are type-checked, except programs of Node.js (`node`) and examples that
 * a page shows (`from=FILE`), which are run by other tests. In every block, Offhook must understand its own command lines.
 * `as=NAME` keeps a script, or JSON that it needs, under that name for the scripts and command lines of its page. Renderers
 * show none of these words.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAsterisk } from '../testing/asterisk.js';
import { type LeftoverWatch, watchLeftovers } from '../testing/cli/leftovers.js';
import { findAsterisk } from '../testing/real-servers.js';
import { CLI_FILE, runCli } from '../testing/cli/run-cli.js';
import { eventsOf } from '../testing/cli/run-files.js';
import { typeErrors } from './check/check-types.js';
import { build } from './command-line.js';
import { joinOptionalFiles } from './optional-files.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** Pages that are not checked: a tested program writes them, or they are about the inside of Offhook. */
const LEFT_OUT = ['reference.md', 'settings.md', 'ndjson.md', 'contributing.md'];
/** Declares the names that fragments use without creating them. */
const NAMES = `
declare const alice: Agent, bob: Agent, carol: Agent, caller: Agent, callee: Agent;
declare const mock: MockServer;
`;

interface Block {
  page: string;
  line: number;
  language: string;
  words: readonly string[];
  text: string;
}

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const text = readFileSync(join(ROOT, page), 'utf8');
  for (const match of text.matchAll(/^```([^\n]+)\n([^]*?)^```$/gm)) {
    const [language = '', ...words] = (match[1] ?? '').split(' ');
    const line = text.slice(0, match.index).split('\n').length + 1;
    blocks.push({ page, line, language, words, text: match[2] ?? '' });
  }
  return blocks;
}

const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && !LEFT_OUT.includes(name))
    .map((name) => `docs/${name}`),
];
const blocks = pages.flatMap(blocksOf);
const scripts = blocks.filter(
  ({ language, words }) =>
    ['js', 'ts'].includes(language) &&
    !words.some((word) => word === 'node' || word.startsWith('from=')),
);
const isRun = ({ words }: Block): boolean => words.includes('run');

let leftovers: LeftoverWatch;
beforeAll(async () => {
  leftovers = await watchLeftovers();
  const data = blocks.filter(
    ({ language, words }) => language === 'json' && words.some((word) => word.startsWith('as=')),
  );
  for (const block of [...scripts, ...data]) {
    mkdirSync(dirname(fileOf(block)), { recursive: true });
    writeFileSync(fileOf(block), block.text);
  }
  for (const folder of readdirSync(join(leftovers.folder, 'docs'))) {
    const sounds = join(leftovers.folder, 'docs', folder, 'sounds');
    cpSync(join(ROOT, 'scenarios/sounds'), sounds, { recursive: true });
  }
});
afterAll(() => leftovers.assertNothingLeft());

/** A folder for each page. */
function folderOf({ page }: Block): string {
  return join(leftovers.folder, 'docs', page.replace(/^docs\/|\.md$/g, ''));
}

function fileOf(block: Block): string {
  const name = block.words.find((word) => word.startsWith('as='))?.slice('as='.length);
  return join(folderOf(block), name ?? `line-${block.line}.${block.language}`);
}

test('scripts have the right types', async () => {
  const names = join(leftovers.folder, 'names.d.ts');
  writeFileSync(names, NAMES);
  const { text } = await typeErrors([names, ...scripts.map(fileOf)]);
  expect(scripts.length).toBeGreaterThan(20);
  expect(text).toBe('');
});

/** Runs the files and expects every scenario to pass. */
async function expectPassing(
  files: readonly string[],
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const { code, stdout, stderr } = await runCli(
    ['run', '--json', '--jobs', '6', ...words, ...files],
    {
      cwd: leftovers.folder,
      env,
      timeout: 50_000,
      leftovers,
    },
  );
  const finished = eventsOf(stdout).filter((event) => event.type === 'scenario_finished');
  const bad = finished.filter(({ verdict }) => verdict !== 'passed');
  const told = bad.map(({ verdict, scenario, failures }) => [
    `${scenario.file} ${scenario.name}: ${verdict}`,
    ...failures.map(({ message }) => message),
  ]);
  expect(told, stderr).toEqual([]);
  expect(new Set(finished.map(({ scenario }) => scenario.file)).size, stderr).toBe(files.length);
  expect(code, stderr).toBe(0);
}

test('whole scenarios pass, with a server of their own', async () => {
  const files = scripts.filter((one) => isRun(one) && !one.words.includes('on=asterisk'));
  expect(files.length).toBeGreaterThan(5);
  await expectPassing(files.map(fileOf), ['--lab']);
});

const asteriskProgram = await findAsterisk();
test.skipIf(asteriskProgram === undefined)('scenarios for a PBX pass', async () => {
  const files = scripts.filter((one) => one.words.includes('on=asterisk')).map(fileOf);
  expect(files.length).toBeGreaterThan(0);
  const asterisk = await startAsterisk(asteriskProgram!, leftovers.folder);
  try {
    await expectPassing(files, [], asterisk.env);
  } finally {
    await asterisk.stop();
  }
});

test('command lines are understood', () => {
  const lines = blocks
    .filter(({ language }) => language !== 'text')
    .flatMap(({ page, line, text }) => commandLines(text).map((words) => ({ page, line, words })));
  const wrong = lines.flatMap(({ page, line, words }) => {
    const problem = problemOf(words);
    return problem === undefined ? [] : [`${page}:${line}: ${words.join(' ')}: ${problem}`];
  });
  expect(lines.length).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

/** Words of each call of offhook in a shell text: quotes are taken off, comments left out. */
function commandLines(text: string): string[][] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => {
      const call =
        /(?:^|[\s'"(])(?:npx )?offhook ((?:run|check|list|report|show|trace|config|lab|doctor|definitions|docs)\b.*)$/.exec(
          line.replace(/(^|\s)#.*$/, ''),
        )?.[1];
      if (call === undefined) return [];
      const [own = ''] = call.split(/ (?:&&|\|\||\||&|2?>)/);
      const words = own.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
      return [words.map((word) => word.replaceAll(/["']/g, ''))];
    });
}

function problemOf(words: readonly string[]): string | undefined {
  const program = build(() => undefined);
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    command.commands.forEach(quiet);
  };
  quiet(program);
  program.commands.forEach((command) => command.action(() => undefined));
  try {
    program.parse(joinOptionalFiles(words), { from: 'user' });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test('command lines marked so are executed', async () => {
  const marked = blocks.filter((one) => one.language === 'sh' && isRun(one));
  expect(marked.length).toBeGreaterThan(2);
  const bin = join(leftovers.folder, 'bin');
  mkdirSync(bin);
  const program = `#!/bin/sh\nexec "${process.execPath}" "${CLI_FILE}" "$@"\n`;
  writeFileSync(join(bin, 'offhook'), program, { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, TMPDIR: leftovers.folder };
  for (const block of marked) {
    const ran = promisify(execFile)('sh', ['-ec', block.text], { cwd: folderOf(block), env });
    await expect(ran, `${block.page}:${block.line}`).resolves.toBeDefined();
  }
});

test('shell texts are ones a shell can read', async () => {
  for (const block of blocks) {
    if (block.language !== 'sh' && block.language !== 'bash') continue;
    const read = promisify(execFile)(block.language, ['-nc', block.text]);
    await expect(read, `${block.page}:${block.line}`).resolves.toBeDefined();
  }
});
