import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OffhookError } from '../errors.js';
import { parseDotenv, readDotenv, type DotenvFile } from './dotenv.js';
import { scenarioVariables, type VariableSources } from './settings.js';

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-settings-'));
  writeFileSync(at('one.env'), 'A=one\nB=one\nC=one\n');
  writeFileSync(at('two.env'), 'B=two\nC=two\n');
  writeFileSync(at('call.env'), 'C=beside\nD=beside\n');
  writeFileSync(at('latin1.env'), Buffer.from([0x41, 0x3d, 0xfc, 0x0a]));
  writeFileSync(at('junk.env'), 'A=1\n\n# fine\nhunter2 is my password\n');
  mkdirSync(at('folder.env'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function variables(sources: Partial<VariableSources>): ReturnType<typeof scenarioVariables> {
  return scenarioVariables({
    set: [],
    envFiles: [],
    environment: {},
    lab: {},
    cwd: folder,
    ...sources,
  });
}

/** Message, hint and line of the error; fails when there is none. */
function failure(act: () => unknown): { message: string; hint?: string; line?: number } {
  try {
    act();
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    const { hint, at: place } = error.details;
    return {
      message: `${error.code} ${error.message}`,
      ...(hint === undefined ? {} : { hint }),
      ...(place === undefined ? {} : { line: place.line }),
    };
  }
  throw new Error('nothing was thrown');
}

test('layers: the environment, --env-file in order, the file beside the scenario', () => {
  const of = variables({
    environment: { A: 'process', E: 'process', D: 'process' },
    envFiles: ['one.env', 'two.env'],
  });
  expect(of(at('call.js')).env).toEqual({
    A: 'one',
    B: 'two',
    C: 'beside',
    D: 'beside',
    E: 'process',
  });
  expect(of(at('call.mjs')).env['C']).toBe('beside');
  expect(of(at('other.js')).env['C']).toBe('two');
});

test('.env of the folder hides that of the project, and the environment hides both', () => {
  mkdirSync(at('project/calls'), { recursive: true });
  writeFileSync(at('project/.env'), 'A=project\nB=project\nC=project\n');
  writeFileSync(at('project/calls/.env'), 'B=folder\nC=folder\n');
  const of = variables({ environment: { C: 'process' } });
  const limits = { allows: () => true, untrusted: false, project: at('project') };
  expect(of(at('project/calls/x.js'), limits).env).toEqual({
    A: 'project',
    B: 'folder',
    C: 'process',
  });
  const denied = { ...limits, untrusted: true, allows: (name: string) => name === 'A' };
  expect(of(at('project/calls/x.js'), denied).env).toEqual({ A: 'project' });
});

test('a .env that serves other programs and cannot be read is a warning, a link under --untrusted, too', () => {
  mkdirSync(at('other'));
  writeFileSync(at('other/.env'), 'A=1\nthis is not a line of ours\n');
  const of = variables({ environment: {} });
  expect(of(at('other/x.js'))).toEqual({
    env: {},
    fixedEnv: {},
    warnings: [
      `environment file "${at('other/.env')}": line 2: neither NAME=value nor a comment: none of its variables is used`,
    ],
  });
  mkdirSync(at('linked'));
  symlinkSync(at('one.env'), at('linked/.env'));
  expect(of(at('linked/x.js')).env['A']).toBe('one');
  const linked = of(at('linked/x.js'), { allows: () => true, untrusted: true });
  expect(linked.env).toEqual({});
  expect(linked.warnings).toEqual([expect.stringContaining('it is not an ordinary file')]);
});

test.each([
  ['A=1\nPASS=ab#cd', [[2, 'PASS']]],
  ['PASS=#abc', [[1, 'PASS']]],
  ['export PASS=a b#c', [[1, 'PASS']]],
  ['TOKEN: x#y # why', [[1, 'TOKEN']]],
  ['A="x\ny#z"\r\nB=p#q', [[3, 'B']]],
  ['PASS="ab#cd"', []],
  ["PASS='ab#cd'", []],
  ['PASS=abcd # the old one', []],
  ['PASS= # none yet', []],
  ['# PASS=ab#cd', []],
])('%j: a "#" that cuts a value is warned of with its line', (text, expected) => {
  expect(parseFile(text).warnings).toEqual(
    expected.map(
      ([line, name]) =>
        `environment file "x.env": line ${line}: the value of ${name} ends before "#": quote the value if "#" belongs to it`,
    ),
  );
});

test('--set and the lab cannot be hidden, and --set wins', () => {
  const of = variables({ set: ['A=1=2', 'B='], lab: { A: 'lab', L: 'lab' } });
  expect(of(at('call.js')).fixedEnv).toEqual({ A: '1=2', B: '', L: 'lab' });
});

test.each([
  ['FOO', 'E_USAGE --set "FOO": has no "="', 'write --set FOO=VALUE'],
  ['=x', 'E_USAGE --set "=x": has no name before "="', 'write --set NAME=VALUE'],
  [
    'A =secret',
    'E_USAGE --set "A ": has blanks in its name',
    'write --set NAME=VALUE, without blanks around =',
  ],
])('--set %j is an error', (text, message, hint) => {
  expect(failure(() => variables({ set: [text] }))).toEqual({ message, hint });
});

test('environment files that cannot be used: one located error each', () => {
  const read = (name: string): ReturnType<typeof failure> =>
    failure(() => readDotenv(at(name), name));
  expect(read('none.env').message).toBe(
    'E_SETTINGS environment file "none.env": not read: there is no such file',
  );
  expect(read('folder.env').message).toBe(
    'E_SETTINGS environment file "folder.env": not read: it is a folder',
  );
  expect(read('latin1.env').message).toBe(
    'E_SETTINGS environment file "latin1.env": is not UTF-8 text',
  );
  const junk = read('junk.env');
  expect(junk.line).toBe(4);
  expect(JSON.stringify(junk)).not.toContain('hunter2');
  expect(failure(() => variables({ envFiles: ['none.env'] })).message).toContain('none.env');
});

const parseFile = (text: string): DotenvFile =>
  parseDotenv(text, { path: '/x.env', shown: 'x.env', code: 'E_SETTINGS' });
const parse = (text: string): unknown => parseFile(text).values;

test.each([
  ['', {}],
  ['\uFEFFA=1'.slice(1), { A: '1' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['export A=1', { A: '1' }],
  ['A: 1', { A: '1' }],
  ['A=', { A: '' }],
  ['A=\nB=1', { A: '', B: '1' }],
  ['A="x\nnot=an assignment\njunk"\nB=1', { A: 'x\nnot=an assignment\njunk', B: '1' }],
  ["A='a # b' # c", { A: 'a # b' }],
  ['A=`q`', { A: 'q' }],
  ['A=pa$$w0rd#x', { A: 'pa$$w0rd' }],
  ['A="say \\"hi\\""', { A: 'say \\"hi\\"' }],
  ["A=it's", { A: "it's" }],
  ['\t # comment\n\n  B = 2 ', { B: '2' }],
])('%j is read', (text, expected) => {
  expect(parse(text)).toEqual(expected);
});

test.each([
  ['A=1\njunk\nB=2', 2],
  ['=x', 1],
  ['A="x\nB=1\n', 1],
  ["A=1\n\nB='x", 3],
  ['A="x\ny"\njunk', 3],
  ['a b=1', 1],
])('%j has a bad line', (text, line) => {
  expect(failure(() => parse(text))).toMatchObject({ line });
});
