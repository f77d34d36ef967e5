/**
 * The scenarios that test the product itself; on a second version of baresip only the suites about what differs
 * there. Each suite runs once here: running it again finds no regression, only a flake, and for those
 * `npm run soak` runs all suites many times on the baresip of OFFHOOK_BARESIP.
 */
import { describe, it } from 'vitest';
import { SUITE_BARESIPS } from './real-servers.js';
import { expectScenarios, runCli } from './run-cli.js';

/** Alone the longest takes 50 s. */
const LIMIT_MS = 150_000;

interface Suite {
  /** Below scenarios/. */
  readonly files: readonly string[];
  /** Number of scenarios in them. */
  readonly count: number;
  /** Reasons for which one may be skipped here: what this baresip or machine cannot do. */
  readonly skips?: RegExp;
  readonly lab?: true;
  /** baresip 1.1.0 does it in another way: by call ids, INFO digits and holds of its own. */
  readonly differs?: true;
}

const NO_MODULE = /: this baresip cannot do that: \w+\.so is not in /;

/** The longest first, so that it is not what all wait for in the end. */
const SUITES: readonly Suite[] = [
  { files: ['audio'], count: 34, skips: NO_MODULE },
  { files: ['media-options'], count: 44, skips: new RegExp(`${NO_MODULE.source}|^no IPv6: `) },
  { files: ['inbound'], count: 20, skips: /: baresip [12]\.[\d.]+ can only answer 486/ },
  { files: ['dtmf'], differs: true, count: 9, skips: /: dtmf_mode: baresip 1\.[\d.]+ has no / },
  {
    files: ['messages'],
    lab: true,
    count: 11,
    skips: /baresip [12]\.[\d.]+ sends messages over UDP/,
  },
  { files: ['hold', 'media'], differs: true, count: 11 },
  { files: ['registered-hold'], lab: true, differs: true, count: 4 },
  {
    files: ['transfer'],
    differs: true,
    count: 13,
    skips: /is a baresip 1\.[\d.]+, which cannot replace a call/,
  },
  { files: ['registered'], lab: true, count: 16 },
  { files: ['headers'], count: 14 },
  { files: ['listening'], differs: true, count: 3 },
  { files: ['bad-arguments'], count: 23 },
  { files: ['timing'], lab: true, count: 3 },
  { files: ['calls'], differs: true, count: 10 },
  { files: ['sip-log'], count: 5 },
  { files: ['parallel'], count: 7 },
];

const cases = SUITES.map(({ files, ...suite }) => ({
  ...suite,
  args: [...(suite.lab ? ['--lab'] : []), ...files.map((name) => `scenarios/${name}.js`)],
  what: files.join(' and '),
}));

// most of their time is waiting
describe.concurrent.each(SUITE_BARESIPS)(
  'the suites of the product, baresip: $which',
  ({ env, second }) => {
    it.each(cases.filter(({ differs }) => !second || differs))(
      '$what',
      async ({ args, ...expected }) => {
        const result = await runCli(['run', ...args], {
          env: await env(),
          timeout: LIMIT_MS,
        });
        expectScenarios(result, expected);
      },
      LIMIT_MS + 10_000,
    );
  },
);

it.concurrent.each(SUITE_BARESIPS.map(({ env }, i) => ({ env, times: [40, 10][i] })))(
  'event-log, $times times each',
  async ({ env, times }) => {
    const args = ['run', 'scenarios/event-log.js', '--set', `TIMES=${times}`];
    const result = await runCli(args, { env: await env(), timeout: LIMIT_MS });
    expectScenarios(result, { count: 10 });
  },
  LIMIT_MS + 10_000,
);

// Alone: on 1.x two calls of an agent that begin within the same moment on a busy machine cannot be told apart by
// what baresip writes of them, which is an error of its own (docs/baresip-versions.md).
it.each(SUITE_BARESIPS)(
  'several calls of one agent, baresip: $which',
  async ({ env }) => {
    const args = ['run', 'scenarios/several-calls.js'];
    const result = await runCli(args, { env: await env(), timeout: LIMIT_MS });
    expectScenarios(result, { count: 4 });
  },
  LIMIT_MS + 10_000,
);
