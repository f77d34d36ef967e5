import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePolicy } from '../../policy/policy.js';
import type { PolicyRules } from '../../policy/rules.js';
import { scenarioVariables } from '../../settings/settings.js';
import { bindingOf, type BindingOptions } from './binding.js';
import type { ScenarioFile } from './files.js';

let folder: string;
let file: ScenarioFile;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-binding-')));
  writeFileSync(join(folder, 'package.json'), '{}');
  mkdirSync(join(folder, 'calls'));
  const path = join(folder, 'calls', 'call.js');
  writeFileSync(path, '');
  file = { path, viaFolder: false, linked: false };
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ATTEMPT = {
  id: 'call.js#0.1',
  key: 'call.js',
  attempt: 1,
  order: 1,
  file: 'call.js',
  name: 'call',
  tags: [],
};

function options(
  more: Partial<BindingOptions> = {},
  rules: Partial<PolicyRules> = {},
): BindingOptions {
  const policy = makePolicy({
    untrusted: false,
    read: [],
    maxAgents: { value: 1, origin: 'default' },
    isolate: { value: 'auto', origin: 'default' },
    ...rules,
  });
  const sources = { set: ['S=set'], envFiles: [], environment: { E: 'process' }, lab: {} };
  return {
    shownPath: (path) => path,
    variables: scenarioVariables({ ...sources, cwd: folder }),
    policy: () => Promise.resolve({ policy, warnings: [] }),
    ...more,
  };
}

test('variables of an attempt are asked for when it starts, and collecting has none', async () => {
  const asked: string[] = [];
  const attemptVariables: BindingOptions['attemptVariables'] = ({ id }) => {
    asked.push(id);
    return { USER: `user-${asked.length}`, S: 'own' };
  };
  const binding = await bindingOf(file, options({ attemptVariables }));
  expect(binding.job()).toMatchObject({ env: { E: 'process' }, fixedEnv: { S: 'set' } });
  expect(asked).toEqual([]);
  expect(binding.job(ATTEMPT).fixedEnv).toEqual({ S: 'own', USER: 'user-1' });
  expect(binding.job(ATTEMPT).fixedEnv).toEqual({ S: 'own', USER: 'user-2' });
  expect(binding.job().fixedEnv).toEqual({ S: 'set' });
});

test('all attempts of a run see a file of variables as it was at the start of the run', async () => {
  const path = join(folder, 'calls', 'call.env');
  writeFileSync(path, 'A=before\n');
  const binding = await bindingOf(file, options());
  writeFileSync(path, 'this is half a line');
  expect(binding.job(ATTEMPT).env['A']).toBe('before');
  await expect(bindingOf(file, options())).rejects.toThrow('neither NAME=value nor a comment');
  rmSync(path);
});

test('the project is the read root, unless the file is untrusted', async () => {
  expect((await bindingOf(file, options())).job().readRoot).toBe(folder);
  const denied = await bindingOf(file, options({}, { untrusted: true }));
  expect(denied.job().readRoot).toBe(join(folder, 'calls'));
  expect(denied.policy.rules.untrusted).toBe(true);
});

test('warnings of policy and variables come together', async () => {
  writeFileSync(join(folder, '.env'), 'no line of ours\n');
  const { policy } = await options().policy('');
  const binding = await bindingOf(
    file,
    options({ policy: () => Promise.resolve({ policy, warnings: ['careful'] }) }),
  );
  expect(binding.warnings).toEqual(['careful', expect.stringContaining('line 1')]);
  rmSync(join(folder, '.env'));
});
