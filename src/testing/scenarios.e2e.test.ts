/**
 * The scenarios that test the product itself; on a second version of baresip only the suites about what differs
 * there. Each suite runs once here: running it again finds no regression, only a flake, and for those
 * `npm run soak` runs all suites many times on the baresip of OFFHOOK_BARESIP.
 */
import { describe, it } from 'vitest';
import { SUITE_BARESIPS } from './real-servers.js';
import { expectPassed, runCli } from './run-cli.js';

/** Alone the longest takes 50 s. */
const LIMIT_MS = 150_000;

interface Suite {
  /** Below scenarios/. */
  readonly files: readonly string[];
  /** Skipped is what this baresip or machine cannot do. */
  readonly summary: RegExp;
  readonly lab?: true;
  /** baresip 1.1.0 does it in another way: by call ids, INFO digits and holds of its own. */
  readonly differs?: true;
}

/** The longest first, so that it is not what all wait for in the end. */
const SUITES: readonly Suite[] = [
  {
    files: ['audio'],
    // codecs that are not installed are skipped
    summary: /^34 scenarios: (?:34 passed|\d+ passed, \d skipped) in/m,
  },
  {
    files: ['media-options'],
    // codecs that are not installed, and IPv6 where there is none, are skipped
    summary: /^44 scenarios: [34]\d passed(?:, \d skipped)? in/m,
  },
  // before 3.19 there is but one answer
  { files: ['inbound'], summary: /^20 scenarios: (?:20 passed|14 passed, 6 skipped) in/ },
  { files: ['dtmf'], differs: true, summary: /^9 scenarios: [7-9] passed(?:, [12] skipped)? in/ },
  { files: ['messages'], lab: true, summary: /^11 scenarios: 1[01] passed(?:, 1 skipped)? in/ },
  { files: ['hold', 'media'], differs: true, summary: /^11 scenarios: 11 passed in/ },
  { files: ['registered-hold'], lab: true, differs: true, summary: /^4 scenarios: 4 passed in/ },
  // before 2.0 nobody can replace a call
  {
    files: ['transfer'],
    differs: true,
    summary: /^13 scenarios: (?:13 passed|12 passed, 1 skipped) in/,
  },
  { files: ['registered'], lab: true, summary: /^16 scenarios: 16 passed in/ },
  { files: ['headers'], summary: /^14 scenarios: 14 passed in/ },
  { files: ['bad-arguments'], summary: /^23 scenarios: 23 passed in/ },
  { files: ['timing'], lab: true, summary: /^3 scenarios: 3 passed in/ },
  { files: ['calls'], differs: true, summary: /^10 scenarios: 10 passed in/ },
  { files: ['sip-log'], summary: /^5 scenarios: 5 passed in/ },
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
      async ({ args, summary }) => {
        const result = await runCli(['run', '-q', ...args], {
          env: await env(),
          timeout: LIMIT_MS,
        });
        expectPassed(result, summary);
      },
      LIMIT_MS + 10_000,
    );
  },
);

it.concurrent.each(SUITE_BARESIPS.map(({ env }, i) => ({ env, times: [40, 10][i] })))(
  'event-log, $times times each',
  async ({ env, times }) => {
    const args = ['run', '-q', 'scenarios/event-log.js', '--set', `TIMES=${times}`];
    const result = await runCli(args, { env: await env(), timeout: LIMIT_MS });
    expectPassed(result, /^10 scenarios: 10 passed in/);
  },
  LIMIT_MS + 10_000,
);

// Alone: on 1.x two calls of an agent that begin within the same moment on a busy machine cannot be told apart by
// what baresip writes of them, which is an error of its own (docs/baresip-versions.md).
it.each(SUITE_BARESIPS)(
  'several calls of one agent, baresip: $which',
  async ({ env }) => {
    const args = ['run', '-q', 'scenarios/several-calls.js'];
    const result = await runCli(args, { env: await env(), timeout: LIMIT_MS });
    expectPassed(result, /^4 scenarios: 4 passed in/);
  },
  LIMIT_MS + 10_000,
);
