import { expect, test } from 'vitest';
import { OffhookError } from '../errors.js';
import { checkOptions } from './check.js';
import type { RunOptions } from './options.js';
import { inWordsOfOptions } from './words.js';

function refusal(options: unknown): string {
  try {
    checkOptions(options as RunOptions);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    return `${error.code} ${error.message} (${error.details.hint ?? ''})`;
  }
}

test.each<[unknown, RegExp]>([
  [undefined, /^E_USAGE run\(\): option options: must be an object \(write run\(\{ paths/],
  [['calls/'], /option options: must be an object/],
  [{}, /option paths: is missing \(name scenario files/],
  [{ paths: undefined }, /option paths: is missing/],
  [{ paths: [] }, /option paths: must be a list of at least one path/],
  [{ paths: 'calls/' }, /option paths: must be a list of at least one path.*: it is "calls\/"/],
  [{ paths: [''] }, /option paths: must be a list/],
  [{ paths: ['a'], path: ['b'] }, /option path: is not known \(did you mean paths\?\)/],
  [{ paths: ['a'], zzz: 1 }, /option zzz: is not known \(the options are paths, cwd,/],
  [{ paths: ['a'], constructor: 1 }, /option constructor: is not known/],
  [{ paths: ['a'], jobs: 0 }, /option jobs: must be a whole number from 1 to 1000: it is 0/],
  [{ paths: ['a'], jobs: '2' }, /option jobs: must be a whole number from 1 to 1000: it is "2"/],
  [{ paths: ['a'], jobs: NaN }, /option jobs: .*it is NaN/],
  [{ paths: ['a'], retries: 1.5 }, /option retries: must be a whole number from 0 to 20/],
  [{ paths: ['a'], seed: -1 }, /option seed: must be a whole number from 0 to 4294967295/],
  [{ paths: ['a'], lab: 1 }, /option lab: must be true or false/],
  [{ paths: ['a'], shard: { index: 3, total: 2 } }, /option shard: must be \{ index, total \}/],
  [{ paths: ['a'], shard: { index: 1, total: 2, of: 3 } }, /option shard: must be/],
  [
    { paths: ['a'], variables: { A: 'x', A_PASS: 1 } },
    /option variables: .*; "A_PASS" does not fit \(/,
  ],
  [{ paths: ['a'], variables: { 'A=B': 'x' } }, /option variables: .*; "A=B" does not fit/],
  [{ paths: ['a'], environment: ['A=1'] }, /option environment: must be an object of texts/],
  [{ paths: ['a'], policy: { allowNets: [] } }, /option policy\.allowNets: is not known \(did you/],
  [{ paths: ['a'], policy: { isolate: 'on' } }, /option policy\.isolate: must be "auto"/],
  [{ paths: ['a'], policy: null }, /option policy: must be an object: it is null/],
  [{ paths: ['a'], limits: { timeoutMs: 0 } }, /option limits\.timeoutMs: must be a whole number/],
  [{ paths: ['a'], limits: { timeout: 1 } }, /option limits\.timeout: .*did you mean timeoutMs/],
  [{ paths: ['a'], signal: {} }, /option signal: must be an AbortSignal/],
  [{ paths: ['a'], cwd: 'x\0' }, /option cwd: must be a text/],
  [{ paths: ['a'], label: 'x'.repeat(500) + '\0' }, /it is "x{59}\.\.\. /],
])('%j is refused', (options, expected) => {
  expect(refusal(options)).toMatch(expected);
});

test('every option is accepted', () => {
  const options: Required<RunOptions> = {
    paths: ['calls/'],
    cwd: '/',
    scenario: ['a'],
    tag: ['b'],
    excludeTag: [],
    allFiles: true,
    forbidOnly: false,
    shard: { index: 2, total: 2 },
    variables: { SIP_DOMAIN: '' },
    variableFiles: ['x.env'],
    environment: { PATH: '/bin', HOME: undefined },
    jobs: 1000,
    retries: 0,
    repeat: 1,
    seed: 0,
    bail: 1,
    failOnFlaky: true,
    lab: false,
    baresip: 'baresip',
    baresipModules: '/modules',
    policy: {
      untrusted: true,
      allowRead: ['/'],
      allowNet: [],
      allowSip: ['*'],
      allowEnv: ['A*'],
      maxAgents: 1,
      maxCalls: 1,
      isolate: 'never',
    },
    limits: { timeoutMs: 1, cpuMs: 1, memoryMib: 16, stackKib: 128 },
    insecureHttp: true,
    metrics: true,
    saveAudio: 'audio',
    record: 'run.ndjson',
    lastRun: 'last.json',
    label: 'debian',
    aliases: { '10.0.0.5:5060': 'PBX' },
    signal: new AbortController().signal,
  };
  expect(refusal(options)).toBe('accepted');
  const undefinedOnes = Object.fromEntries(Object.keys(options).map((name) => [name, undefined]));
  expect(refusal({ ...undefinedOnes, paths: ['a'] })).toBe('accepted');
});

test('flags in errors are named as options, and secrets are masked', () => {
  const asItIs = (text: string): string => text;
  const error = inWordsOfOptions(
    new OffhookError(
      'E_USAGE',
      { subject: '--exclude-tag "a--b"', what: 'unlike --allow-net', seen: '--x' },
      { hint: 'take it out; --allow-only runs it', label: 'kept' },
    ),
    asItIs,
  );
  expect(error.message).toBe('option excludeTag "a--b": unlike option policy.allowNet: --x');
  expect(error.details).toMatchObject({
    hint: 'take it out; option forbidOnly: false runs it',
    label: 'kept',
  });
  expect(inWordsOfOptions(new OffhookError('E_USAGE', '--tag "": is empty'), asItIs).message).toBe(
    'option tag "": is empty',
  );
  const mask = (text: string): string => text.replace('swordfish', '***');
  const secret = { what: 'is odd', seen: 'swordfish' };
  expect(inWordsOfOptions(new OffhookError('E_SETTINGS', secret), mask).message).toBe(
    'is odd: ***',
  );
});
