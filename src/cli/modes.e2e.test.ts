/** `offhook/modes`: that scenarios find it wherever they lie, and what an error with it looks like. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { leavingNothing } from '../testing/leftovers.js';
import { runCli } from '../testing/run-cli.js';
import { runFiles, writeFiles } from '../testing/run-files.js';

const NUMBER = `import { normalize_number } from 'offhook/modes';
scenario('a number', () => {
  assert(normalize_number('030 123456', { country: '49' })).equals('+4930123456');
});
`;
const CALL = `import { call_mode } from 'offhook/modes';

scenario('a call', () => {
  call_mode(agent('alice'), agent('bob'), { caller_id: 'carol' });
});
`;

describe.concurrent('offhook/modes', () => {
  it.each([
    { what: 'untrusted', words: ['run', '--untrusted', 'tests'] },
    { what: 'several at a time', words: ['run', '--jobs', '3', '--repeat', '3', 'tests'] },
  ])('is there: $what', async ({ words }) => {
    const files = {
      'package.json': '{}',
      'tests/deep/down/a.js': NUMBER,
      'tests/b.ts': NUMBER.replace('()', '(): void'),
      // the module is imported by way of another file, and beside an import of that file
      'tests/c.js': NUMBER.replace('offhook/modes', './lib/own.mjs'),
      'tests/lib/own.mjs': "export * from 'offhook/modes';\n",
    };
    const { code, stdout, stderr } = await runFiles(files, words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^([39]) scenarios: \1 passed/m);
    expect(stdout).not.toMatch(/failed|errored|skipped/);
  });

  it('an error is at the line that calls', async () => {
    const { code, stdout } = await runFiles({ 'it.js': CALL }, ['run', 'it.js']);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'call_mode: wrong caller id at "bob": "alice" does not end in "carol" [E_MODE]',
    );
    expect(stdout).toContain('at it.js:4:3\n');
    expect(stdout).toContain("> 4 |   call_mode(agent('alice'), agent('bob')");
    expect(stdout).toContain('|-------- INVITE -------->|');
    expect(stdout).not.toContain('offhook:');
  });

  it('check, list and the types know it', async () => {
    const files = { 'a.js': NUMBER, 'b.js': NUMBER.replace("'49'", '49'), 'c.ts': CALL };
    const listed = await runFiles(files, ['list', '.']);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect((await runFiles(files, ['check', '.'])).code).toBe(0);
    const { code, stdout, stderr } = await runFiles(files, ['check', '--types', '.']);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(
      "b.js:3:43: Type 'number' is not assignable to type 'string'.",
    );
    expect(stdout + stderr).toContain('1 type error ');
  });

  it.each([
    [
      "import { dtmf_mode } from 'offhook/mode';",
      'import of "offhook/mode": not loaded: Offhook has no such module',
      'there is "offhook/modes"',
    ],
    [
      "import { dtmf } from 'offhook/modes';",
      'import of "dtmf": not found: offhook/modes does not export it',
      'it has dtmf_mode, call_mode, audio_mode',
    ],
    [
      "import 'offhook:sandbox/guest/host.js';",
      'import of "offhook:sandbox/guest/host.js": not loaded: scripts import files, not URLs',
      'import files of your own',
    ],
  ])('%s is an error', async (line, error, hint) => {
    const files = { 'it.js': `${line}\nscenario('x', () => {});\n` };
    const { code, stderr } = await runFiles(files, ['run', 'it.js']);
    expect(code).toBe(2);
    expect(stderr).toContain(error);
    expect(stderr).toContain(`hint: ${hint}`);
    expect(stderr).toMatch(/at it\.js:1:\d+/);
  });

  it('is no file that could have changed', async () => {
    const { folder, leftovers } = await writeFiles({ 'package.json': '{}', 'it.js': NUMBER });
    const git = (...words: string[]): void => {
      const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
      execFileSync('git', [...who, ...words], { cwd: folder, stdio: 'ignore' });
    };
    await leavingNothing(leftovers, async () => {
      git('init', '-q');
      git('add', '.');
      git('commit', '-q', '-m', 'first');
      const options = { cwd: folder, leftovers };
      const none = await runCli(['list', '--only-changed', 'it.js'], options);
      expect(none).toMatchObject({ code: 0, stdout: '' });
    });
  });
});
