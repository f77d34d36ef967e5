import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, runFiles, type Files } from '../testing/cli/run-files.js';
import { suiteText, UNTRUSTED } from '../testing/hostile/untrusted.js';

const SECRET = 'what nobody may see';
const FILES: Files = {
  'package.json': '{}',
  'secret.txt': SECRET,
  'secret.json': `{"a":"${SECRET}"}`,
  'secret.env': `A_LINE="${SECRET}"\n`,
  'secret.js': `export const secret = "${SECRET}";`,
  'inside-too/secret.txt': SECRET,
  'given.env': `FILE_SECRET="${SECRET}"\n`,
  'inside/own.txt': 'mine',
  'inside/own/': '',
  'inside/offhook.config.json': JSON.stringify({
    'allow-read': ['..', '/'],
    'allow-env': ['*'],
    'allow-sip': ['*'],
    'allow-net': ['*'],
    'max-agents': 6,
  }),
};
const FLAGS = ['--untrusted', '--allow-env', 'OK_?', '--env-file', 'given.env', '--json'];
const env = { MACHINE_SECRET: SECRET, OK_A: 'allowed', OK_AB: SECRET };

async function makeLinks(folder: string): Promise<void> {
  const inside = (name: string): string => join(folder, 'inside', name);
  await symlink('../secret.txt', inside('link.txt'));
  await symlink('../secret.js', inside('link.js'));
  await symlink('..', inside('around'));
  await symlink('loop', inside('loop'));
  await symlink('/dev/zero', inside('zero'));
}

describe('--untrusted', () => {
  test('every way out is denied, whatever the project file beside the scenario says', async () => {
    const before = async (folder: string): Promise<void> => {
      await makeLinks(folder);
      await writeFile(join(folder, 'inside', 'suite.js'), suiteText(folder));
    };
    const { stdout, stderr } = await runFiles(FILES, ['run', 'inside/suite.js', ...FLAGS], {
      env,
      before,
      timeout: 55_000,
    });
    const events = eventsOf(stdout);
    const seen = events.flatMap((event) =>
      event.type === 'scenario_finished'
        ? [`${event.scenario.name}: ${event.failures[0]?.code ?? event.verdict}`]
        : [],
    );
    expect(seen).toEqual(
      UNTRUSTED.map(({ name, expect: code }, index) => `${index} ${name}: ${code}`),
    );
    expect(stdout + stderr).not.toContain(SECRET);
    const warnings = events.flatMap((event) =>
      // A warning of a scenario: the machine stalled.
      event.type === 'warning' && event.scenario === undefined ? [event.text] : [],
    );
    expect(warnings).toEqual([
      expect.stringMatching(
        /^--untrusted: allow-read, allow-net, allow-sip, allow-env of .*offhook.config.json do not count/,
      ),
    ]);
  });

  test("what is the script's own, or allowed, is there", async () => {
    const source = `assert(env("OK_A")).equals("allowed");
      assert(env("GIVEN")).equals("1");
      assert(env("BESIDE")).equals("2");
      assert(load_env("own.env").OWN + env("OWN")).equals("33");
      assert(file_text("own.txt")).equals("mine");
      assert(file_text("../inside-too/secret.txt")).equals(${JSON.stringify(SECRET)});
      assert((await import("./own.js")).own).equals(4);`;
    const files = {
      ...FILES,
      'inside/it.js': source,
      'inside/it.env': 'BESIDE=2\n',
      'inside/own.env': 'OWN=3\n',
      'inside/own.js': 'export const own = 4;',
    };
    const allowed = ['--set', 'GIVEN=1', '--allow-read', 'inside-too'];
    const { code, stdout } = await runFiles(files, ['run', 'inside/it.js', ...FLAGS, ...allowed], {
      env,
    });
    expect(`${code} ${stdout}`).toMatch(/^0 /);
  });

  test('the file of variables beside a scenario must not be a link', async () => {
    const { code, stderr } = await runFiles(
      { ...FILES, 'inside/it.js': 'assert(1).equals(1); log(env("A_LINE"));' },
      ['run', 'inside/it.js', ...FLAGS],
      { env, before: (folder) => symlink('../secret.env', join(folder, 'inside/it.env')) },
    );
    expect(stderr).toContain('it is not an ordinary file, which --untrusted requires');
    expect(code).toBe(2);
  });

  test('a scenario that is a link, or below one, is not run: its lines would show', async () => {
    for (const path of ['inside/link.js', 'inside']) {
      const { code, stderr } = await runFiles(
        {
          'secret.js': SECRET,
          'inside/it.js': 'assert(1).equals(1);',
          'given.env': '',
          'elsewhere/x.js': SECRET,
        },
        ['run', path, ...FLAGS],
        {
          env,
          before: async (folder) => {
            await symlink('../secret.js', join(folder, 'inside', 'link.js'));
            await symlink('../elsewhere', join(folder, 'inside', 'linked'));
          },
        },
      );
      expect(stderr).toContain('reached by a symbolic link, which --untrusted does not follow');
      expect(stderr).not.toContain(SECRET);
      expect(code).toBe(2);
    }
  });

  test('list and check hold to it too', async () => {
    for (const command of ['list', 'check']) {
      const { code, stderr } = await runFiles(
        { 'it.js': 'scenario("a", () => {}); scenario(env("MACHINE_SECRET"), () => {});' },
        [command, 'it.js', '--untrusted'],
        { env },
      );
      expect(stderr).toContain('allow it with --allow-env MACHINE_SECRET');
      expect(stderr).not.toContain(SECRET);
      expect(code).toBe(2);
    }
  });
});

test('without --untrusted the links lead nowhere either, but the project is open', async () => {
  const source = `for (const path of ["../secret.txt", "link.txt", "around/secret.txt"]) assert(file_text(path)).contains("nobody");
    file_text("zero");`;
  const { stdout } = await runFiles(
    { ...FILES, 'inside/offhook.config.json': '', 'inside/it.js': source },
    ['run', 'inside/it.js', '--json'],
    {
      before: async (folder) => {
        await rm(join(folder, 'inside/offhook.config.json'));
        await makeLinks(folder);
      },
    },
  );
  expect(stdout).toContain('"code":"E_READ_DENIED"');
  expect(stdout).toContain('zero');
});
