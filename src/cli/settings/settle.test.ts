/** Each kind of row from each place that can say it, good and bad; which of them counts; and who is named in an error. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { OffhookError } from '../../errors.js';
import { declare } from '../declare.js';
import { PATHS, RUN } from '../options.js';
import { rerunWords } from '../rerun.js';
import { inWordsOf, settle, type Settled } from './settle.js';

const TABLE = { ...RUN, paths: PATHS };
type Variables = Readonly<Record<string, string>>;

let folder = '';
const at = (name: string): string => join(folder, name);
const FILE = 'offhook.config.json';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-settle-')));
  mkdirSync(at('inner'));
});
beforeEach(() => {
  rmSync(at(FILE), { force: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(content: unknown): void {
  writeFileSync(at(FILE), typeof content === 'string' ? content : JSON.stringify(content));
}

function commandOf(words: readonly string[]): Command {
  const command = declare(new Command().exitOverride().argument('[path...]'), RUN);
  command.configureOutput({ writeErr: () => undefined });
  return command.parse(words, { from: 'user' });
}

/** Settles a command line such as "a.js --lab". */
function held(line = '', variables: Variables = {}, cwd = ''): Promise<Settled<typeof TABLE>> {
  const command = commandOf(line.split(' ').filter((word) => word !== ''));
  const given = {
    values: { ...command.opts(), paths: command.args },
    isGiven: (name: string) =>
      name === 'paths' ? command.args.length > 0 : command.getOptionValueSource(name) === 'cli',
  };
  return settle(TABLE, given, { cwd: at(cwd), variables });
}

async function problem(line = '', variables: Variables = {}): Promise<string> {
  try {
    await held(line, variables);
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    expect(error.details.hint).toMatch(/\S/);
    const place = error.details.at;
    const where = place === undefined ? '' : ` at ${place.line}:${place.column}`;
    return `${error.code} ${error.message}${where}`.replaceAll(folder, 'F');
  }
  return 'none';
}

test.each<[keyof typeof TABLE, string, string, unknown, unknown]>([
  ['lab', '--lab', '1', true, true],
  ['lab', '--no-lab', 'off', false, undefined],
  ['color', '--color', 'yes', true, true],
  ['color', '--no-color', '0', false, false],
  ['baresip', '--baresip sip', 'sip', 'sip', 'sip'],
  ['timeout', '--timeout 5s', '5s', '5s', '5s'],
  ['timeout', '--timeout 5', '5', 5, '5'],
  ['memoryLimit', '--memory-limit 64', '64', 64, 64],
  ['logs', '--logs=', 'true', true, true],
  ['logs', '--logs a.txt', 'a.txt', 'a.txt', 'a.txt'],
  ['logs', '--no-logs', 'no', false, undefined],
  ['bail', '--bail', '1', true, true],
  ['bail', '--bail 3', '3', 3, 3],
  ['jobs', '--jobs 4', '4', '4', 4],
  ['jobs', '--jobs 4', '4', 4, 4],
  ['tag', '--tag a --tag b', 'a, b,', ['a', 'b'], ['a', 'b']],
  ['tag', '--no-tag', ',', [], []],
  ['set', '--set A=1,2 --set B=', 'A=1,2\nB=\n', ['A=1,2', 'B='], ['A=1,2', 'B=']],
  ['paths', 'a.js b', 'a.js,b', ['a.js', 'b'], ['a.js', 'b']],
])('%s: %s, %j and %j mean the same', async (name, line, variable, json, expected) => {
  const key = name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
  const variables = { [`OFFHOOK_${key.replace('-', '_').toUpperCase()}`]: variable };
  const value = async (...from: Parameters<typeof held>): Promise<unknown> =>
    (await held(...from)).flags[name];
  expect(await value('', variables)).toEqual(expected);
  expect(await value(line)).toEqual(expected);
  write({ [key]: json });
  const settled = await held();
  expect(settled.flags[name]).toEqual(expected);
  expect(settled.origins.get(name)).toMatchObject({ from: 'file', said: `${key} in ${FILE}` });
});

test('flag, then variable, then the project, then the file, then the default; lists replace lists', async () => {
  const sources = { timeout: '3s', tag: ['file'], 'cpu-limit': '3s', 'stack-limit': 300 };
  write({ ...sources, projects: [{ name: 'p', tag: ['p'], timeout: '2s' }, { name: 'q' }] });
  const variables = { OFFHOOK_CPU_LIMIT: '1s', OFFHOOK_TAG: ' ', OFFHOOK_TIMEOUT: '1s' };
  const { flags, origins } = await held('--project p --timeout 9s', variables);
  expect(flags).toMatchObject({ timeout: '9s', cpuLimit: '1s', tag: ['p'], stackLimit: 300 });
  expect(flags.memoryLimit).toBe(128);
  const said = ['timeout', 'cpuLimit', 'tag', 'memoryLimit'].map((name) => origins.get(name)?.from);
  expect(said).toEqual(['flag', 'variable', 'file', 'default']);
  const overruling = await held('--project q --tag x --timeout 1s', { OFFHOOK_TIMEOUT: '2s' });
  expect([...overruling.overruled]).toEqual(['tag', 'timeout']);
  expect((await held('--project q')).flags.tag).toEqual(['file']);
});

test.each<[string, Variables, string]>([
  ['', { OFFHOOK_LAB: 'ja' }, 'E_SETTINGS OFFHOOK_LAB "ja": must be 1 or 0'],
  [
    '',
    { OFFHOOK_MEMORY_LIMIT: '1' },
    'E_SETTINGS OFFHOOK_MEMORY_LIMIT "1": must be a whole number from 16 to 2048',
  ],
  ['', { OFFHOOK_TIMEOUT: '0' }, 'E_SETTINGS OFFHOOK_TIMEOUT "0": must be more than zero'],
  ['--project x', {}, 'E_USAGE --project "x": there is no offhook.config.json or .yaml'],
  ['--project x --project y', {}, 'E_USAGE --project: only `offhook run` takes several'],
])('%s %j is an error', async (line, variables, expected) => {
  expect(await problem(line, variables)).toBe(expected);
});

test.each<[unknown, string]>([
  [{ lab: 'yes' }, `lab in ${FILE}: must be true or false: got "yes" (string) at 1:2`],
  [
    '{\n  "memory-limit": 1\n}',
    `memory-limit in ${FILE}: must be a whole number from 16 to 2048: got 1 (number) at 2:3`,
  ],
  [
    { 'memory-limit': '64' },
    `memory-limit in ${FILE}: must be a whole number from 16 to 2048: got "64" (string) at 1:2`,
  ],
  [{ timeout: '5x' }, 'is not of the form "200ms", "5s" or "2m": got "5x" (string) at 1:2'],
  [{ timeout: 700 }, 'is more than 600 seconds'],
  [{ baresip: 1 }, 'must be a text: got 1 (number)'],
  [{ baresip: '' }, 'must be a text: got "" (string)'],
  [{ logs: 1 }, 'must be true, false or a text: got 1 (number)'],
  [{ bail: 0 }, 'must be a whole number from 1 to 999999: got 0 (number) at 1:2'],
  [{ jobs: '0%' }, 'must be a whole number from 1 to 1000, or a percentage'],
  [{ tag: 'smoke' }, 'must be an array of texts: got "smoke" (string)'],
  [{ tag: ['a', 1] }, 'must be an array of texts'],
  [{ timout: '5s' }, 'there is no option "timout" at 1:2'],
  [{ json: true }, 'there is no option "json"'],
  [{ project: 'x' }, 'there is no option "project"'],
  [{ 'max-agents': 0 }, 'option "max-agents" must be a whole number from 1 to 1000: got 0'],
  [{ projects: {} }, `projects in ${FILE}: must be an array of objects at 1:2`],
  [{ projects: [{ tag: [] }] }, 'has a project without a name at 1:14'],
  [{ projects: [{ name: 'a' }, { name: 'a' }] }, 'has two projects named "a" at 1:28'],
  [{ projects: [{ name: 'a', lab: 1 }] }, 'lab in offhook.config.json: must be true or false'],
  [{ projects: [{ name: 'a', 'allow-net': [] }] }, 'allow-net in offhook.config.json: is no'],
])('%j is an error of its place', async (content, expected) => {
  write(content);
  const text = await problem('--project a');
  expect(text).toMatch(/^E_SETTINGS /);
  expect(text).toContain(expected);
});

test('a project that is not in the file is an error, with the nearest name', async () => {
  write({ projects: [{ name: 'smoke' }] });
  const text = `E_USAGE --project "smoek": there is no such project in ${FILE}`;
  expect(await problem('--project smoek')).toBe(text);
});

test('a setting that excludes another lifts it where it was said further down', async () => {
  write({ quiet: true, 'allow-only': true, reporter: ['junit=x'], 'sip-headers': ['From'] });
  const { flags } = await held('-v --json', { OFFHOOK_FORBID_ONLY: '1' });
  expect(flags).toMatchObject({ verbose: true, json: true, forbidOnly: true, reporter: [] });
  expect(flags.quiet).toBeUndefined();
  expect(flags.allowOnly).toBeUndefined();
  // Without --sip-trace there is no ladder that could show headers.
  expect(flags.sipHeaders).toEqual([]);
  expect((await held('--sip-trace=')).flags.sipHeaders).toEqual(['From']);
  // A switch that was taken back excludes nothing.
  expect((await held('--no-verbose')).flags.quiet).toBe(true);
});

test('paths of the file are relative to it, those of flags and variables to where we are', async () => {
  const paths = ['calls', '/abs/*.js'];
  write({ paths, 'env-file': ['x.env'], reporter: ['console', 'junit=o/j.xml'], baresip: 'sip' });
  const { flags } = await held('', { OFFHOOK_LOGS: 'l.txt' }, 'inner');
  expect(flags).toMatchObject({
    envFile: ['../x.env'],
    reporter: ['console', 'junit=../o/j.xml'],
    baresip: 'sip',
    logs: 'l.txt',
  });
  expect(flags.paths).toEqual(['../calls', '/abs/*.js']);
});

test.each<[string, Variables]>([
  ['--untrusted', {}],
  ['', { OFFHOOK_UNTRUSTED: '1' }],
])('%s %j: nothing counts of the file, which may be of who wrote the scenario', async (...from) => {
  write({ baresip: './evil', reporter: ['junit=/x'], 'env-file': ['/etc/secret'], paths: ['a'] });
  const { flags, warnings } = await held(...from);
  expect(flags).toMatchObject({ reporter: [], envFile: [], paths: [] });
  expect(flags.baresip).toBeUndefined();
  expect(warnings).toEqual([
    `--untrusted: baresip, reporter, env-file, paths of ${FILE} do not count: give flags instead`,
  ]);
  write({ untrusted: true, baresip: './mine' });
  expect((await held()).flags.baresip).toBe('./mine');
});

test('a file of another form is warned of', async () => {
  writeFileSync(at('inner/offhook.config.ts'), '');
  const { warnings } = await held('', {}, 'inner');
  expect(warnings).toEqual([
    '"offhook.config.ts" not read: put settings into offhook.config.json or .yaml',
  ]);
  rmSync(at('inner/offhook.config.ts'));
});

test('a setting that says nothing without others counts beside any one of them', async () => {
  write('{ "capture": true }');
  expect((await held()).flags.capture).toBeUndefined();
  expect((await held('--artifacts=a')).flags.capture).toBe(true);
  expect((await held('--sip-trace=a.pcap')).flags.capture).toBe(true);
  write('{}');
  expect((await held('--capture')).flags.capture).toBe(true);
});

test('what a command says of a flag names who set it', async () => {
  write('{\n "reporter": ["foo"]\n}');
  const { origins } = await held('--tag x', { OFFHOOK_SIP_HEADERS: 'a b', OFFHOOK_SIP_TRACE: '1' });
  const told = (subject: string): OffhookError =>
    inWordsOf(origins, new OffhookError('E_USAGE', { subject, what: 'is bad' }, { hint: 'x' }));
  expect(told('--reporter "foo"')).toMatchObject({
    code: 'E_SETTINGS',
    message: `reporter in ${FILE} "foo": is bad`,
    details: { hint: 'x', at: { file: at(FILE), line: 2, column: 2 } },
  });
  expect(told('--sip-headers')).toMatchObject({ message: 'OFFHOOK_SIP_HEADERS: is bad' });
  expect(told('--tag "x"')).toMatchObject({ code: 'E_USAGE', message: '--tag "x": is bad' });
  const both = new OffhookError('E_USAGE', '--reporter and --tag exclude each other');
  expect(inWordsOf(origins, both).message).toBe(`reporter in ${FILE} and --tag exclude each other`);
});

test('running again needs the words of the command line, not those of file and variables', () => {
  const words = ['--no-lab', '--no-tag', '--timeout', '9s', '--set', 'A=1', '--project', 'p'];
  const again = ['--project', 'p', '--set', 'A=1', '--timeout', '9s', '--no-lab'];
  const none = new Set<string>();
  expect(rerunWords(commandOf(words), none, ['p']).join(' ').split(' ').sort()).toEqual(
    again.sort(),
  );
  expect(rerunWords(commandOf(['--lab']), none, [])).toEqual(['--lab']);
  // Otherwise the filter in the file would hide what --tag chose.
  const given = ['--tag', 'x', '--jobs', '3'];
  expect(rerunWords(commandOf(given), new Set(['tag', 'jobs']), [])).toEqual(['--tag', 'x']);
});
