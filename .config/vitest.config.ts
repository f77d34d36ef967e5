import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const E2E_LIMIT_MS = 60_000;
const LONG_LIMIT_MS = 60 * 60_000;

/** This test measures stalls of the machine, so nothing may run beside it. */
const ALONE = ['src/runner/scenario/stalls.e2e.test.ts'];
/** End-to-end tests that run many processes at a time by themselves, or that listen to audio. */
const BUSY = [
  'src/testing/{scenarios,asterisk,real-servers}.e2e.test.ts',
  'src/baresip/{media,verbs}/*.e2e.test.ts',
  'src/cli/{audio,docs-blocks,kill,suites}.e2e.test.ts',
  'src/rtp/*.e2e.test.ts',
  'src/runner/**/*.e2e.test.ts',
  'src/sandbox/{conditions,expectations,hostile,host/*}.e2e.test.ts',
  'src/testing/soak/*.e2e.test.ts',
  'src/web/*.e2e.test.ts',
  'src/webhook/mock-server-limits.e2e.test.ts',
];

/** The files that take longest. They begin first: at the end of a group one of them would run alone. */
const LONGEST = [
  'src/testing/scenarios.e2e.test.ts',
  'src/testing/asterisk.e2e.test.ts',
  'src/web/monitor-page.e2e.test.ts',
  'src/web/page.e2e.test.ts',
  'src/sandbox/hostile.e2e.test.ts',
  'src/cli/monitor/serve.e2e.test.ts',
  'src/cli/examples.e2e.test.ts',
  'src/cli/report-audio.e2e.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((one) => moduleId.endsWith(one));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** A project of tests with real processes; `files` of them run at a time, projects in the given order. */
function realTests(
  name: string,
  files: { include: readonly string[]; exclude?: readonly string[] },
  { order, atATime, limit = E2E_LIMIT_MS }: { order: number; atATime: number; limit?: number },
) {
  return {
    extends: true as const,
    test: {
      name,
      globalSetup: ['.config/build-once.ts'],
      include: [...files.include],
      exclude: [...(files.exclude ?? [])],
      sequence: { groupOrder: order },
      maxWorkers: atATime,
      // loading the modules anew for each file would be an eighth of the processor time
      isolate: false,
      testTimeout: limit,
      hookTimeout: E2E_LIMIT_MS,
    },
  };
}

const bench = realTests(
  'bench',
  { include: ['src/testing/bench/*.bench.ts'] },
  { order: 4, atATime: 1, limit: LONG_LIMIT_MS },
);

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    // certificates of the machine, where it names some: reading them is a sixth of the processor time of a start of Node.js,
    // of which there are some six hundred, and no test needs them
    env: { NODE_EXTRA_CA_CERTS: '' },
    sequence: { sequencer: LongestFirst },
    // each project and each run would translate the same sources anew
    experimental: { fsModuleCache: true },
    // for tests marked as concurrent: more at a time make two cores so busy that calls come late
    maxConcurrency: 4,
    // one second, as it is by itself, is too short for a machine that runs other tests beside
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: ['.config/build-once.ts'],
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/*.e2e.test.ts'],
          // pure code: a process of its own for each file took four times as long as the tests
          isolate: false,
        },
      },
      // most files wait for processes to start, ring and end: more than there are processors run at a time
      realTests(
        'e2e',
        { include: ['src/**/*.e2e.test.ts'], exclude: [...BUSY, ...ALONE] },
        { order: 1, atATime: 4 },
      ),
      realTests('busy', { include: BUSY, exclude: ALONE }, { order: 2, atATime: 3 }),
      realTests('alone', { include: ALONE }, { order: 3, atATime: 1 }),
      // what is measured runs as it was built
      { ...bench, test: { ...bench.test, server: { deps: { external: [/\/dist\//] } } } },
      realTests(
        'soak',
        { include: ['src/testing/soak/*.soak.ts'] },
        { order: 5, atATime: 1, limit: LONG_LIMIT_MS },
      ),
    ],
  },
});
