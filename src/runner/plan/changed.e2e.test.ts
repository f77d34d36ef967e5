/** `--only-changed`: what a commit and the files on disk make of a selection. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leavingNothing } from '../../testing/cli/leftovers.js';
import { runCli } from '../../testing/cli/run-cli.js';
import { runFiles, writeFiles } from '../../testing/cli/run-files.js';

const ONE = "scenario('one', () => assert(1).equals(1));\n";

function git(cwd: string, ...words: string[]): void {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
  execFileSync('git', [...who, ...words], { cwd, stdio: 'ignore' });
}

it('runs what changed, by the imports of each file', async () => {
  const files = {
    'package.json': '{}',
    'tests/a.js': `import { x } from '../lib/x.ts';\n${ONE}`,
    'tests/b.js': ONE,
    'lib/x.ts': "export { y as x } from './y.js';\n",
    'lib/y.js': 'export const y = 1;\n',
  };
  const { folder, leftovers } = await writeFiles(files);
  const change = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
  };
  await leavingNothing(leftovers, async () => {
    const options = { cwd: folder, leftovers };
    const listed = async (...words: string[]): Promise<string> =>
      (await runCli(['list', ...words], options)).stdout.replaceAll(/ › .*\n/g, ' ').trim();
    git(folder, 'init', '-q');
    const unborn = await runCli(['list', '--only-changed', 'tests'], options);
    expect(unborn.stderr).toContain('git knows no such commit');
    git(folder, 'add', '.');
    git(folder, 'commit', '-q', '-m', 'first');

    const none = await runCli(['run', '--only-changed', '--json', 'tests'], options);
    expect(none.code).toBe(0);
    const events = none.stdout.trim().split('\n');
    expect(events.filter((line) => line.includes('"type":"left_out"'))).toHaveLength(2);
    expect(none.stdout).toContain(
      'left out by --only-changed: nothing it reads has changed since HEAD',
    );

    change('lib/y.js', 'export const y = 2;\n');
    change('tests/new.js', ONE);
    expect(await listed('--only-changed', 'tests')).toBe('tests/a.js tests/new.js');
    git(folder, 'add', '.');
    git(folder, 'commit', '-q', '-m', 'second');
    change('tests/b.env', 'A=1\n');
    expect(await listed('tests', '--only-changed')).toBe('tests/b.js');
    rmSync(join(folder, 'tests/b.env'));
    expect(await listed('--only-changed', 'HEAD~1', 'tests')).toBe('tests/a.js tests/new.js');
    const bad = await runCli(['run', '--only-changed=nothing', 'tests'], options);
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toContain('--only-changed nothing: git knows no such commit');
  });
});

it('says what is missing', async () => {
  const files = { 'it.js': ONE };
  const outside = await runFiles(files, ['run', '--only-changed', 'it.js']);
  expect(outside.code).toBe(2);
  expect(outside.stderr).toContain('--only-changed HEAD: not in a git repository');
  const without = await runFiles(files, ['list', '--only-changed', 'it.js'], {
    env: { PATH: '/nowhere' },
  });
  expect(without.stderr).toContain('git was not found');
});
