/**
 * The scenarios that test the product itself, several at a time; on a second version of baresip only the suites about
 * what differs there. Each suite runs once here: running it again finds no regression, only a flake, and for those
 * `npm run soak` runs all suites many times on the baresip of OFFHOOK_BARESIP.
 */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { SUITE_BARESIPS } from './real-servers.js';
import { eventsOf } from './cli/run-files.js';
import { runCli } from './cli/run-cli.js';

const LIMIT_MS = 240_000;
/** For each of two runs at the same time: more make a machine with two processors stall, and its calls late. */
const JOBS = '3';

interface Suite {
  /** Below scenarios/. */
  readonly file: string;
  /** Number of scenarios in it. */
  readonly count: number;
  /** Reasons for which one may be skipped here: what this baresip or machine cannot do. */
  readonly skips?: RegExp;
  /** Needs a SIP server. The scenarios share its four accounts, so they wait for each other. */
  readonly lab?: true;
  /** baresip 1.1.0 differs here: it handles call ids, INFO digits and holds in its own way. */
  readonly differs?: true;
}

const NO_MODULE = /: this baresip cannot do that: \w+\.so is not in /;

const SUITES: readonly Suite[] = [
  { file: 'audio', count: 34, skips: NO_MODULE },
  { file: 'media-options', count: 44, skips: new RegExp(`${NO_MODULE.source}|^no IPv6: `) },
  { file: 'event-log', differs: true, count: 10 },
  { file: 'inbound', count: 20, skips: /: baresip [12]\.[\d.]+ can only answer 486/ },
  { file: 'dtmf', differs: true, count: 9, skips: /: dtmf_mode: baresip 1\.[\d.]+ has no / },
  { file: 'hold', differs: true, count: 8 },
  { file: 'media', differs: true, count: 3 },
  {
    file: 'transfer',
    differs: true,
    count: 13,
    skips: /is a baresip 1\.[\d.]+, which cannot replace a call/,
  },
  { file: 'headers', count: 14 },
  { file: 'listening', differs: true, count: 3 },
  { file: 'bad-arguments', count: 23 },
  { file: 'calls', differs: true, count: 11 },
  { file: 'sip-log', count: 6 },
  { file: 'parallel', count: 7 },
  {
    file: 'messages',
    lab: true,
    count: 11,
    skips: /baresip [12]\.[\d.]+ sends messages over UDP/,
  },
  { file: 'registered-hold', lab: true, differs: true, count: 4 },
  { file: 'registered', lab: true, count: 16 },
  { file: 'power', lab: true, differs: true, count: 6 },
  { file: 'timing', lab: true, count: 4 },
  { file: 'proxy', lab: true, differs: true, count: 23 },
  { file: 'modes/two-party', count: 25, skips: /: dtmf_mode: baresip 1\.[\d.]+ has no / },
  { file: 'modes/outgoing', count: 28 },
  { file: 'modes/incoming', count: 11 },
  { file: 'modes/data', count: 16 },
  { file: 'modes/declared', count: 4 },
  { file: 'peer/calls', count: 23 },
  { file: 'peer/requests', count: 21 },
  { file: 'peer/identity', count: 14 },
  { file: 'peer/presence', count: 9 },
  { file: 'peer/octets', count: 10 },
  { file: 'peer/audio', count: 10, skips: NO_MODULE },
  { file: 'peer/video', count: 4 },
  { file: 'peer/siprec', count: 14, skips: NO_MODULE },
  { file: 'peer/srtp', count: 27, skips: NO_MODULE },
  { file: 'peer/lab', lab: true, count: 15 },
];

type Finished = Extract<RunEvent, { type: 'scenario_finished' }>;

/** Runs the suites as one run. @returns what each scenario came to */
async function ran(
  suites: readonly Suite[],
  env: Readonly<Record<string, string | undefined>>,
  ...more: readonly string[]
): Promise<readonly Finished[]> {
  const files = suites.map(({ file }) => `scenarios/${file}.js`);
  const args = ['run', ...files, '--jobs', JOBS, '--json', ...more];
  const { stdout, stderr } = await runCli(args, { env, timeout: LIMIT_MS });
  expect(stderr).toBe('');
  return eventsOf(stdout).flatMap((event) => (event.type === 'scenario_finished' ? [event] : []));
}

/** Asserts that each scenario passed, or was skipped for one of the suite's reasons. */
function expectSuite({ file, count, skips }: Suite, finished: readonly Finished[]): void {
  const own = finished.filter(({ scenario }) => scenario.file === `scenarios/${file}.js`);
  const bad = own.filter(({ verdict }) => verdict !== 'passed' && verdict !== 'skipped');
  expect(
    bad.map(({ scenario, failures }) => `${scenario.key}: ${failures[0]?.message ?? ''}`),
  ).toEqual([]);
  const reasons = own.flatMap(({ verdict, skip_reason = '' }) =>
    verdict === 'skipped' ? [skip_reason] : [],
  );
  expect(reasons.filter((reason) => skips?.test(reason) !== true)).toEqual([]);
  expect(own).toHaveLength(count);
}

describe.each(SUITE_BARESIPS)('the suites of the product, baresip: $which', ({ env, second }) => {
  const suites = SUITES.filter(({ differs }) => !second || differs);

  it.concurrent.each([
    { what: 'without a server', lab: false },
    { what: 'through a server', lab: true },
  ])(
    '$what',
    async ({ lab }) => {
      const these = suites.filter((suite) => (suite.lab === true) === lab);
      const more = lab ? ['--lab'] : ['--set', 'TIMES=5'];
      const finished = await ran(these, await env(), ...more);
      for (const suite of these) expectSuite(suite, finished);
    },
    LIMIT_MS + 10_000,
  );

  // Alone: on 1.x two calls of an agent that begin within the same moment on a busy machine cannot be told apart by
  // what baresip writes of them, which is an error of its own (docs/baresip-versions.md).
  it(
    'several calls of one agent',
    async () => {
      const suite: Suite = { file: 'several-calls', count: 4 };
      expectSuite(suite, await ran([suite], await env(), '--jobs', '1'));
    },
    LIMIT_MS + 10_000,
  );
});
