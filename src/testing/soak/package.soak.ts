/**
 * Goes from a clean clone to a call, as an ordinary user: packed without anything installed, as a dependency on the repository
 * itself, and as a command of the machine. It builds twice and asks the registry: four minutes, twelve on a busy machine.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { leavingNothing, watchLeftovers } from '../cli/leftovers.js';
import { giveToUser, runAsUser } from '../cli/run-cli.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'] as const;

test('a clean clone is packed, installed from the repository, and for the machine', async () => {
  const leftovers = await watchLeftovers();
  const home = leftovers.folder;
  const [clone, project] = [join(home, 'clone'), join(home, 'project')];
  await leavingNothing(leftovers, async () => {
    mkdirSync(project);
    // a user may clone what belongs to root, but only root's git trusts it
    execFileSync('git', ['clone', '-q', '--bare', ROOT, join(home, 'bare.git')]);
    giveToUser(home, project, join(home, 'bare.git'));
    for (const name of readdirSync(join(home, 'bare.git'), { recursive: true, encoding: 'utf8' })) {
      giveToUser(join(home, 'bare.git', name));
    }
    const output = async (cwd: string, ...words: [string, ...string[]]): Promise<string> => {
      const { code, stdout, stderr } = await runAsUser(words, { cwd, home });
      expect(code === 0 ? '' : stdout + stderr).toBe('');
      return stdout;
    };

    await output(home, 'git', 'clone', '-q', 'bare.git', 'clone');
    await output(clone, 'npm', 'pack', '--pack-destination', home);
    const tarball = readdirSync(home).find((name) => name.endsWith('.tgz')) ?? '';
    await output(home, 'npm', 'install', ...QUIET, '-g', '--prefix', 'global', join(home, tarball));
    const version = await output(home, join(home, 'global/bin/offhook'), '--version');
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);

    copyFileSync(join(ROOT, 'examples/direct-call.js'), join(project, 'first.js'));
    await output(project, 'npm', 'install', ...QUIET, `git+file://${join(home, 'bare.git')}`);
    expect(await output(project, 'npx', '--no-install', 'offhook', '--version')).toBe(version);
    const report = await output(project, 'npx', '--no-install', 'offhook', 'run', 'first.js');
    expect(report).toMatch(/^1 scenario: 1 passed in/m);
  });
});
