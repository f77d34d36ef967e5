/** setup_file and teardown_file, through whole runs. */
import { expect, test } from 'vitest';
import { eventsOf, logsOf, runFiles, steer, verdictsOf } from '../../testing/cli/run-files.js';

/** "setup_file: passed" of each part, in order. */
const partsOf = (stdout: string): string[] =>
  eventsOf(stdout).flatMap((event) =>
    event.type === 'file_part_finished' ? [`${event.part}: ${event.verdict}`] : [],
  );

test('once, before several scenarios at a time and their retries, with the same value for all', async () => {
  const source = `let n = 0;
    setup_file(async () => {
      log('up', n += 1, agent('early').state);
      return { users: ['a', 'b'], key: { $: 'agent' } };
    });
    teardown_file((value) => log('down', JSON.stringify(value)));
    scenario('plain', (value) => { assert(value).equals({ users: ['a', 'b'], key: { $: 'agent' } }); });
    scenario('frozen', (value) => { value.users.push('c'); });
    scenario.each([1])('row', (row, value) => { assert(value.users.length).equals(2); });
    scenario('skipped', { skip: true }, () => {});`;
  const other = `setup_file(() => 5); setup((file) => file + 1); teardown((value) => log('got', value));
    scenario('of setup', (value) => { assert(value).equals(6); });`;
  const files = { 'a.js': source, 'b.js': other };
  const args = ['run', '.', '--json', '--jobs', '3', '--retries', '1'];
  const { stdout, code } = await runFiles(files, args);
  expect(logsOf(stdout).filter((text) => !text.startsWith('got'))).toEqual([
    'up 1 Idle',
    'down {"users":["a","b"],"key":{"$":"agent"}}',
  ]);
  expect(logsOf(stdout)).toContain('got 6');
  expect(verdictsOf(stdout).sort()).toEqual([
    'frozen: failed',
    'frozen: failed',
    'of setup: passed',
    'plain: passed',
    'row #1: passed',
    'skipped: skipped',
  ]);
  expect(code).toBe(1);
  const order = eventsOf(stdout).flatMap((event) =>
    'scenario' in event && typeof event.scenario === 'object' && event.scenario.file === 'a.js'
      ? [`${event.type} ${event.scenario.name}`]
      : [],
  );
  const started = order.filter(
    (one) => one.startsWith('scenario_started') && !one.includes('skip'),
  );
  expect(order.indexOf('file_part_finished setup_file')).toBeLessThan(
    order.indexOf(started[0] ?? ''),
  );
  expect(order.at(-1)).toBe('file_part_finished teardown_file');
});

test('what fails or is refused, whose value, and what is not tried', async () => {
  const scenarios = (file: string): string =>
    `scenario('${file} 1', () => { log('ran'); assert(1).equals(1); });
     scenario('${file} 2', () => { log('ran'); assert(1).equals(1); });`;
  const files = {
    'agent.js': `setup_file(() => ({ list: [agent('a')] }));\n${scenarios('agent')}`,
    'large.js': `setup_file(() => 'x'.repeat(2 ** 21));\n${scenarios('large')}`,
    'out-of-time.js': `setup_file(() => wait(60));\n${scenarios('out-of-time')}`,
    'skips.js': `setup_file(() => skip('no PBX'));\n${scenarios('skips')}
      teardown_file(() => { log('torn down'); throw new Error('not cleaned up'); });`,
    'untouched.js': `setup_file(() => log('ran'));\nscenario('untouched', { skip: true }, () => 1);`,
  };
  const { stdout, code } = await runFiles(
    files,
    ['run', '.', '--json', '--timeout', '700ms', '--reporter', 'junit=out.xml'],
    {
      after: async (folder) => {
        const { readFile } = await import('node:fs/promises');
        const xml = await readFile(`${folder}/out.xml`, 'utf8');
        expect(xml.match(/<testcase name="setup_file"/g)).toHaveLength(3);
        expect(xml).toContain('<failure message="Error: not cleaned up"');
      },
    },
  );
  expect(logsOf(stdout)).toEqual(['torn down']);
  expect(code).toBe(1);
  const messages = eventsOf(stdout).flatMap((event) =>
    event.type === 'file_part_finished' || event.type === 'scenario_finished'
      ? event.failures.map(({ message }) => message)
      : [],
  );
  const plain = 'setup_file(): its value must be plain data: list[0] is agent "a"';
  const late = 'setup_file: out of time while waiting for wait(1 min 0 s) (limit 700 ms)';
  const inShort = (message: string): string =>
    `setup_file(): failed, so the scenario did not run: ${message}`;
  const [large = ''] = messages.slice(3);
  expect(large).toMatch(/too large/);
  expect(messages).toEqual([
    ...[plain, large, late].flatMap((text) => [text, inShort(text), inShort(text)]),
    'Error: not cleaned up',
  ]);
  expect(verdictsOf(stdout).filter((one) => one.includes('skip'))).toEqual([
    'skips 1: skipped',
    'skips 2: skipped',
    'untouched: skipped',
  ]);
});

test('Ctrl-C in setup_file and in a scenario: teardown_file runs', async () => {
  for (const [setUp, body] of [
    ['log("ready"); wait(60);', ''],
    ['', 'log("ready"); wait(60);'],
  ]) {
    const source = `setup_file(() => { ${setUp} return 'value'; });
      teardown_file((value) => { wait('200ms'); log('torn down'); });
      scenario('x', () => { ${body} assert(1).equals(1); });
      scenario('y', () => { log('y'); assert(1).equals(1); });`;
    const { stdout, code } = await steer(
      { 'it.js': source },
      ['run', 'it.js', '--json'],
      async (cli) => {
        await cli.waitFor('ready');
        cli.kill('SIGINT');
        return cli.done;
      },
    );
    expect(logsOf(stdout)).toEqual(['ready', 'torn down']);
    expect(partsOf(stdout).at(-1)).toBe('teardown_file: passed');
    expect(code).toBe(130);
  }
});
