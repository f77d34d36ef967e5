import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OffhookError } from '../errors.js';
import { policySettings, type PolicyFlags, type ScenarioRules } from './policy-settings.js';

let folder = '';
const at = (name: string): string => join(folder, name);
const project = (content: unknown): string => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(at('project/offhook.config.json'), text);
  return at('project/deep/it.js');
};

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-policy-')));
  for (const name of ['plain', 'shared', 'project/deep', 'project/data'])
    mkdirSync(at(name), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function rules(
  scenario: string,
  flags: PolicyFlags = {},
  variables: Record<string, string> = {},
): Promise<Omit<ScenarioRules, 'origins'>> {
  const { origins: _, ...rest } = await policySettings({ flags, variables, cwd: folder })(scenario);
  return rest;
}

/** "CODE message | hint". */
async function problem(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    return `${error.code} ${error.message} | ${error.details.hint ?? ''}`.replaceAll(folder, 'F');
  }
  throw new Error('nothing was thrown');
}

test('without anything said everything is allowed, and 100 agents', async () => {
  expect(await rules(at('plain/it.js'))).toEqual({
    rules: {
      untrusted: false,
      read: [],
      maxAgents: { value: 100, origin: 'default' },
      isolate: { value: 'auto', origin: 'default' },
    },
    warnings: [],
  });
});

test('flag, then variable, then the nearest project file; each with its origin', async () => {
  const it = project({
    'allow-net': ['file.example'],
    'allow-sip': ['@file.example'],
    'allow-env': ['FILE_*'],
    'allow-read': ['data', '../shared'],
    'max-agents': 7,
    'max-calls': 8,
  });
  const path = at('project/offhook.config.json');
  expect((await rules(it)).rules).toEqual({
    untrusted: false,
    read: [at('project/data'), at('shared')],
    net: { items: ['file.example'], origin: `allow-net in ${path}` },
    sip: { items: ['@file.example'], origin: `allow-sip in ${path}` },
    env: { items: ['FILE_*'], origin: `allow-env in ${path}` },
    maxAgents: { value: 7, origin: `max-agents in ${path}` },
    maxCalls: { value: 8, origin: `max-calls in ${path}` },
    isolate: { value: 'auto', origin: 'default' },
  });
  const variables = {
    OFFHOOK_ALLOW_NET: 'a.example, b.example:80',
    OFFHOOK_ALLOW_SIP: '',
    OFFHOOK_MAX_CALLS: '9',
    OFFHOOK_MAX_AGENTS: '3',
  };
  const flags = { allowNet: ['c.example,d.example', 'e.example'], maxAgents: 2 };
  expect((await rules(it, {}, variables)).rules).toMatchObject({
    net: { items: ['a.example', 'b.example:80'], origin: 'OFFHOOK_ALLOW_NET' },
    sip: { items: ['@file.example'] },
    maxAgents: { value: 3, origin: 'OFFHOOK_MAX_AGENTS' },
    maxCalls: { value: 9, origin: 'OFFHOOK_MAX_CALLS' },
  });
  expect((await rules(it, flags, variables)).rules).toMatchObject({
    net: { items: ['c.example', 'd.example', 'e.example'], origin: '--allow-net' },
    maxAgents: { value: 2, origin: '--max-agents' },
  });
});

test.each([
  ['the flag', { untrusted: true }, {}],
  ['the variable', {}, { OFFHOOK_UNTRUSTED: '1' }],
])(
  '--untrusted by %s: the project file beside the scenario widens nothing',
  async (_by, flags, variables) => {
    const it = project({
      'allow-net': ['*'],
      'allow-sip': ['*'],
      'allow-env': ['*'],
      'allow-read': ['/'],
      'max-agents': 1000,
      'max-calls': 50,
      untrusted: false,
    });
    const nothing = { items: [], origin: '--untrusted' };
    const path = at('project/offhook.config.json');
    expect(await rules(it, flags, variables)).toEqual({
      rules: {
        untrusted: true,
        read: [],
        net: nothing,
        sip: nothing,
        env: nothing,
        maxAgents: { value: 100, origin: 'default' },
        maxCalls: { value: 50, origin: `max-calls in ${path}` },
        isolate: { value: 'always', origin: '--untrusted' },
      },
      lines: { denied: expect.stringMatching(/^(--untrusted|OFFHOOK_UNTRUSTED)$/) as string },
      warnings: [
        `--untrusted: allow-read, allow-net, allow-sip, allow-env of ${path} do not count: give flags instead`,
      ],
    });
    const given = { ...flags, allowNet: ['api.example'], maxAgents: 5, maxCalls: 10 };
    expect((await rules(it, given, variables)).rules).toMatchObject({
      net: { items: ['api.example'], origin: '--allow-net' },
      maxAgents: { value: 5 },
      maxCalls: { value: 10 },
    });
    const lower = project({ 'max-agents': 4 });
    expect((await rules(lower, given, variables)).rules).toMatchObject({ maxAgents: { value: 4 } });
  },
);

test('untrusted in the project file denies what the file does not allow', async () => {
  const it = project({ untrusted: true, 'allow-net': ['api.example'] });
  expect(await rules(it)).toMatchObject({
    rules: {
      untrusted: true,
      net: { items: ['api.example'] },
      sip: { items: [], origin: '--untrusted' },
      env: { items: [] },
    },
    warnings: [],
  });
});

test('an empty list in the project file allows nothing', async () => {
  expect((await rules(project({ 'allow-sip': [] }))).rules.sip?.items).toEqual([]);
});

const HOSTS =
  'write HOST, *.DOMAIN, an address or a CIDR block, each with :PORT where it matters, for example api.example.com:443';
test.each([
  [
    { allowNet: [''] },
    {},
    'E_USAGE --allow-net "": names nothing | give it a value, or leave --allow-net out',
  ],
  [
    { allowNet: ['http://a'] },
    {},
    `E_USAGE --allow-net "http://a": is a URL, not a host | ${HOSTS}`,
  ],
  [
    { allowNet: ['a,10.0.0.0/99'] },
    {},
    `E_USAGE --allow-net "10.0.0.0/99": is not a CIDR block | ${HOSTS}`,
  ],
  [
    {},
    { OFFHOOK_ALLOW_NET: 'a:b' },
    `E_SETTINGS OFFHOOK_ALLOW_NET "a:b": has no valid port | ${HOSTS}`,
  ],
  [
    { allowSip: ['pbx.example:5060'] },
    {},
    'E_USAGE --allow-sip "pbx.example:5060": names a host without "@": write @pbx.example:5060 | write USER@HOST, @HOST or USER, for example 1???@pbx.example.com',
  ],
  [
    { allowSip: ['1???'], untrusted: true },
    {},
    'E_USAGE --allow-sip "1???": names no host, which --untrusted requires | write USER@HOST, @HOST or USER, for example 1???@pbx.example.com',
  ],
  [
    { allowEnv: ['A B'] },
    {},
    'E_USAGE --allow-env "A B": is not a glob of a variable name | write the name of a variable, with * and ? where it varies, for example STAGING_*',
  ],
  [
    { allowRead: ['nowhere'] },
    {},
    'E_USAGE --allow-read "nowhere": there is no such folder | name a folder that scripts may read',
  ],
  [
    {},
    { OFFHOOK_MAX_CALLS: '-1' },
    'E_SETTINGS OFFHOOK_MAX_CALLS "-1": must be a whole number from 1 to 1000000 | correct it, or unset OFFHOOK_MAX_CALLS',
  ],
])('%j %j is an error', async (flags, variables, message) => {
  expect(await problem(() => policySettings({ flags, variables, cwd: folder }))).toBe(message);
});

test.each([
  ['{', 'E_SETTINGS project file: is not valid JSON: line 1'],
  ['', 'E_SETTINGS project file: is not valid JSON: line 1'],
  ['{\n  "max-agents": 1,\n}', 'E_SETTINGS project file: is not valid JSON: line 3'],
  ['[]', 'E_SETTINGS project file "F/project/offhook.config.json": is not a JSON object'],
  [{ 'alow-net': [] }, 'there is no option "alow-net" | did you mean "allow-net"?'],
  [{ 'allow-net': 'a' }, 'option "allow-net" must be an array of host rules: got "a" (string)'],
  [{ 'allow-net': ['a,b'] }, 'option "allow-net[0]" must be a host rule: got "a,b" (string)'],
  [{ 'max-agents': 0 }, 'option "max-agents" must be a whole number from 1 to 1000: got 0'],
  [{ 'max-agents': '5' }, 'write it without quotes: 5'],
  [{ untrusted: 'yes' }, 'option "untrusted" must be true or false'],
  [
    { 'allow-net': ['http://a'] },
    'E_SETTINGS allow-net in F/project/offhook.config.json "http://a": is a URL',
  ],
  [{ 'allow-read': ['none'] }, '"none": there is no such folder'],
  [{ untrusted: true, 'allow-sip': ['1???'] }, 'names no host, which --untrusted requires'],
])('project file %j', async (content, message) => {
  const it = project(content);
  expect(await problem(() => rules(it))).toContain(message);
});

test('YAML says the same, and is checked alike; only one form counts', async () => {
  const it = at('yaml/it.js');
  mkdirSync(at('yaml'));
  const file = at('yaml/offhook.config.yaml');
  const write = (text: string): void => {
    writeFileSync(file, text);
  };
  write('# limits\nmax-agents: 7\nallow-net: [api.example]\n');
  expect((await rules(it)).rules).toMatchObject({
    maxAgents: { value: 7, origin: `max-agents in ${file}` },
    net: { items: ['api.example'], origin: `allow-net in ${file}` },
  });
  write('# nothing yet\n');
  expect((await rules(it)).rules.maxAgents.value).toBe(100);
  write('max-agents: 7\nmax-calls: many\n');
  await expect(rules(it)).rejects.toMatchObject({
    details: { at: { file, line: 2, column: 1 } },
    message: expect.stringContaining('option "max-calls" must be a whole number') as string,
  });
  write('lines:\n  sales: { number: "1", password: "${X}" }\n');
  expect((await rules(it)).lines).toEqual({
    data: { sales: { number: '1', password: '${X}' } },
  });
  const denied = await rules(it, { untrusted: true });
  expect(denied.lines).toEqual({ denied: '--untrusted' });
  expect(denied.warnings).toEqual([
    expect.stringMatching(/^--untrusted: lines of .* do not count: pass an account with --set$/),
  ]);
  const other = at('yaml/other.yaml');
  writeFileSync(other, 'lines:\n  others: {}\n');
  const named = await rules(it, {}, { OFFHOOK_LINES_FILE: other });
  expect(named.lines).toEqual({ data: { others: {} } });
  for (const [line, column, message] of [
    ['usrname: x', 5, 'lines.sales.usrname: is not a setting'],
    ['domain: "a b"', 5, 'lines.sales.domain: must be a host name or address'],
    ['prio: high', 5, 'lines.sales.prio: must be a number'],
    ['number: 600', 5, 'lines.sales.number: must be a text'],
    ['password: [secret-word]', 5, 'lines.sales.password: must be text without double quotes'],
  ] as const) {
    write(`lines:\n  sales:\n    ${line}\n`);
    const error: unknown = await rules(it).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: { at: { file, line: 3, column } } });
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('secret-word');
  }
  write('max-agents: "hunter22\n');
  await expect(rules(it)).rejects.toMatchObject({
    message: expect.not.stringContaining('hunter22') as string,
    details: { at: { file, line: 2 } },
  });
  write('- max-agents\n');
  expect(await problem(() => rules(it))).toContain('does not hold settings');
  writeFileSync(at('yaml/offhook.config.json'), '{}');
  expect(await problem(() => rules(it))).toBe(
    'E_SETTINGS folder "F/yaml": has several project files: "offhook.config.json" and "offhook.config.yaml" | keep one of them',
  );
  rmSync(at('yaml'), { recursive: true });
});

test('isolation: flag, variable, file, default; the file cannot weaken --untrusted', async () => {
  const of = async (file: object, flags: PolicyFlags = {}, variables = {}) =>
    (await rules(project(file), flags, variables)).rules.isolate;
  const inFile = `isolate in ${at('project/offhook.config.json')}`;
  expect(await of({ isolate: 'never' })).toEqual({ value: 'never', origin: inFile });
  const variables = { OFFHOOK_ISOLATE: 'always' };
  expect(await of({ isolate: 'never' }, {}, variables)).toEqual({
    value: 'always',
    origin: 'OFFHOOK_ISOLATE',
  });
  expect(await of({}, { isolate: 'auto' }, variables)).toEqual({
    value: 'auto',
    origin: '--isolate',
  });
  expect((await of({ isolate: 'never' }, { untrusted: true })).value).toBe('always');
  expect((await of({ isolate: 'always' }, { untrusted: true })).origin).toBe(inFile);
  expect((await of({ isolate: 'never', untrusted: true })).value).toBe('never');
  expect((await of({}, { untrusted: true, isolate: 'never' })).value).toBe('never');
  expect((await rules(project({ isolate: 'auto' }), { untrusted: true })).warnings).toEqual([
    expect.stringMatching(/^--untrusted: isolate of .* does not count/),
  ]);
  await expect(of({}, { isolate: 'yes' })).rejects.toThrow(
    '--isolate "yes": must be one of auto, always',
  );
  await expect(of({}, {}, { OFFHOOK_ISOLATE: 'on' })).rejects.toThrow(
    'OFFHOOK_ISOLATE "on": must be',
  );
});
