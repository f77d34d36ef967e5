import { expect, test } from 'vitest';
import { makePolicy } from '../../policy/policy.js';
import type { PlannedFile } from '../plan/collect.js';
import type { FilePartResult } from '../scenario/file-part.js';
import { FileParts } from './file-parts.js';

const rules = {
  ...{ untrusted: false, read: [] },
  maxAgents: { value: 1, origin: 'default' },
  isolate: { value: 'auto', origin: 'default' },
} as const;

function planned(count: number, once: PlannedFile['once']): PlannedFile {
  return {
    file: { path: '/a.js', viaFolder: false, linked: false },
    shown: 'a.js',
    binding: {
      policy: makePolicy(rules),
      warnings: [],
      job: () => ({ file: '/a.js', readRoot: '/', env: {}, fixedEnv: {} }),
    },
    scenarios: Array.from({ length: count }, (_, at) => ({
      ...{ order: at + 1, key: `${at}`, file: 'a.js', name: `${at}`, tags: [], only: false },
    })),
    ...(once === undefined ? {} : { once }),
  };
}

const BOTH = { setup: true, teardown: true };
const FAILED: FilePartResult = {
  verdict: 'errored',
  failures: [
    { code: 'E_HTTP', message: 'refused', phase: 'setup_file', codeFrame: '> 1', hint: 'start it' },
    { code: 'E_ASSERT', message: 'then', phase: 'setup_file' },
  ],
};

function parts(setUp: FilePartResult = { verdict: 'passed', failures: [], value: 7 }, repeat = 1) {
  const log: string[] = [];
  const made = new FileParts((_file, part, value) => {
    log.push(`${part}(${value === undefined ? '' : JSON.stringify(value)})`);
    return Promise.resolve(part === 'setup_file' ? setUp : { verdict: 'passed', failures: [] });
  }, repeat);
  return { log, made };
}

test('a file is set up once, nobody begins meanwhile, and torn down when nothing of it is left', async () => {
  const file = planned(2, BOTH);
  const { log, made } = parts(undefined, 2);
  expect([made.isDue(file), made.isBusy(file)]).toEqual([true, false]);
  const settingUp = made.setUp(file);
  expect([made.isDue(file), made.isBusy(file)]).toEqual([false, true]);
  await settingUp;
  expect([made.isDue(file), made.isBusy(file)]).toEqual([false, false]);
  expect([made.valueOf(file), made.insteadOf(file)]).toEqual([7, undefined]);
  for (let ended = 0; ended < 3; ended += 1) await made.ended(file);
  expect(log).toEqual(['setup_file()']);
  await made.ended(file);
  await made.close();
  expect(log).toEqual(['setup_file()', 'teardown_file(7)']);
});

test('a run that ends early tears down what was set up, and nothing else', async () => {
  const [used, untouched] = [planned(2, BOTH), planned(2, BOTH)];
  const { log, made } = parts();
  expect(made.isBusy(untouched)).toBe(false);
  await made.setUp(used);
  await made.ended(used);
  await made.close();
  expect(log).toEqual(['setup_file()', 'teardown_file(7)']);
});

test('without setup_file a file is torn down once a scenario of it has begun', async () => {
  const { log, made } = parts();
  const [ran, skipped] = [planned(1, { setup: false, teardown: true }), planned(1, BOTH)];
  expect(made.isDue(ran)).toBe(false);
  made.begins(ran);
  await made.ended(ran);
  await made.ended(skipped);
  expect(log).toEqual(['teardown_file()']);
  expect(made.isDue(planned(1, undefined))).toBe(false);
});

test('when it fails, each scenario fails with it in short, and it is torn down all the same', async () => {
  const file = planned(1, BOTH);
  const { log, made } = parts(FAILED);
  await made.setUp(file);
  const instead = made.insteadOf(file);
  expect(instead?.verdict).toBe('errored');
  expect(instead?.failures).toEqual([
    expect.objectContaining({
      code: 'E_HTTP',
      message: 'setup_file(): failed, so the scenario did not run: refused',
    }),
  ]);
  expect(instead?.failures[0]).not.toHaveProperty('codeFrame');
  await made.ended(file);
  expect(log).toEqual(['setup_file()', 'teardown_file()']);
});

test('when it skips, each scenario is skipped for its reason', async () => {
  const file = planned(1, BOTH);
  const { made } = parts({ verdict: 'skipped', failures: [], skipReason: 'no PBX' });
  await made.setUp(file);
  expect(made.insteadOf(file)).toEqual({ verdict: 'skipped', failures: [], skipReason: 'no PBX' });
});
