import { expect, test } from 'vitest';
import { makePolicy } from '../../policy/policy.js';
import type { PlannedFile } from '../plan/collect.js';
import type { ScenarioResult } from '../scenario/scenario.js';
import { serial, type Attempt } from './schedule.js';

const rules = {
  untrusted: false,
  read: [],
  maxAgents: { value: 1, origin: 'default' },
  isolate: { value: 'auto', origin: 'default' },
} as const;

function planned(shown: string, ...names: string[]): PlannedFile {
  return {
    file: { path: `/${shown}`, viaFolder: false, linked: false },
    shown,
    binding: {
      policy: makePolicy(rules),
      warnings: [],
      job: () => ({ file: `/${shown}`, readRoot: '/', env: {}, fixedEnv: {} }),
    },
    scenarios: names.map((name) => ({
      order: 1,
      key: `${shown} ${name}`,
      file: shown,
      name,
      tags: [],
      only: false,
    })),
  };
}

const FILES = [planned('a.js', 'one', 'two'), planned('b.js', 'three')];
const passed: ScenarioResult = { verdict: 'passed', failures: [] };

test('serial: each scenario once, in the order of the files, never two at a time', async () => {
  const seen: string[] = [];
  const attempt: Attempt = async (file, { name }, number) => {
    seen.push(`${file.shown} ${name} ${number} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} ends`);
    return passed;
  };
  await serial(FILES, attempt, new AbortController().signal);
  expect(seen).toEqual([
    'a.js one 1 begins',
    'one ends',
    'a.js two 1 begins',
    'two ends',
    'b.js three 1 begins',
    'three ends',
  ]);
});

test('serial: nothing begins after the stop', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const attempt: Attempt = (_file, { name }) => {
    seen.push(name);
    if (name === 'two') stop.abort();
    return Promise.resolve(passed);
  };
  await serial(FILES, attempt, stop.signal);
  expect(seen).toEqual(['one', 'two']);
});
