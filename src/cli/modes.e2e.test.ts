/** `offhook/modes`: that scenarios find it wherever they lie, what an error with it looks like, and the lines of the project file. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { leavingNothing } from '../testing/cli/leftovers.js';
import { runCli } from '../testing/cli/run-cli.js';
import { eventsOf, runFiles, writeFiles } from '../testing/cli/run-files.js';

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

const LINES = {
  'offhook.config.yaml': `lines:
  default: { domain: "127.0.0.1:9" }
  sales: { number: "+49\${CITY}1", password: "\${SALES_LOGIN}" }
  support: { prio: 1, number: "+49302", password: written-out-1 }
  unset: { number: "\${NOT_SET}" }
`,
  'sales.js': `import { line } from 'offhook/modes';
scenario.each([1, 2])('sales $row', () => {
  const sales = line('sales');
  assert(sales).contains({ name: 'sales', number: '+49301', dial: '{number}', prio: 0, register: true });
  log(sales.agent.domain, sales.agent.password);
  wait('200ms');
});
`,
  'support.js': `import { line, lines, locks_of } from 'offhook/modes';
const support = line('support');
scenario.each([1, 2])('support $row', () => {
  assert(locks_of(lines(), 'support', 'sales')).equals(['line:sales', 'line:support']);
  log(support.agent.password);
  wait('200ms');
});
`,
};
const ENV = { CITY: '30', SALES_LOGIN: 'hunter22' };

describe.concurrent('lines of the project file', () => {
  it('are there by their names, masked, and used by one scenario at a time', async () => {
    const words = ['run', '--json', '--jobs', '4', '.'];
    const { code, stdout } = await runFiles(LINES, words, { env: ENV });
    const events = eventsOf(stdout);
    const logs = events.flatMap((event) => (event.type === 'log' ? [event.text] : []));
    expect(logs.sort()).toEqual(['***', '***', '127.0.0.1:9 ***', '127.0.0.1:9 ***']);
    expect(stdout).not.toMatch(/hunter22|written-out-1/);
    for (const name of ['sales', 'support']) {
      // the record shows that each takes the line, and has ended before the next one takes it
      const order = events.flatMap((event) => {
        if (event.type === 'locks_taken' && event.locks.includes(`line:${name}`)) return ['takes'];
        const isItsEnd = event.type === 'scenario_finished' && event.scenario.name.startsWith(name);
        return isItsEnd ? ['ends'] : [];
      });
      expect(order, name).toEqual(['takes', 'ends', 'takes', 'ends']);
    }
    expect(code).toBe(0);
  });

  it('errors name the line', async () => {
    const it = `import { line } from 'offhook/modes';
scenario('a name', () => line('sale'));
scenario('a variable', () => line('unset').agent);
scenario('a variable that it may not see', () => line('sales').agent);
`;
    const files = { ...LINES, 'it.js': it };
    const { code, stdout } = await runFiles(
      files,
      ['run', '--allow-env', 'CITY,NOT_SET', 'it.js'],
      {
        env: ENV,
      },
    );
    expect(stdout).toContain('line(): there is no line "sale" [E_ARGUMENT]');
    expect(stdout).toContain('hint: did you mean "sales"? the lines are sales, support, unset');
    expect(stdout).toContain(
      'line "unset": needs the variable NOT_SET, which is not set [E_ENV_MISSING]',
    );
    expect(stdout).toContain('env("SALES_LOGIN"): denied: not allowed by --allow-env');
    expect(stdout).toContain('at it.js:2:');
    expect(code).toBe(1);
  });

  it('are not for strangers', async () => {
    const { code, stdout } = await runFiles(LINES, ['run', '--untrusted', 'sales.js'], {
      env: ENV,
    });
    expect(stdout).toContain(
      'lines of the project file: denied: not allowed by --untrusted [E_LINES_DENIED]',
    );
    expect(stdout).toMatch(/--untrusted: lines of .*offhook\.config\.yaml do not count/);
    expect(code).toBe(1);
  });
});

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
