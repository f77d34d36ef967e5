import { defineConfig } from 'vitest/config';

const E2E_LIMIT_MS = 60_000;
const LONG_LIMIT_MS = 60 * 60_000;

/** Real processes on two cores: files one after another, or they measure each other. */
const real = { globalSetup: ['.config/build-once.ts'], fileParallelism: false };

/** End-to-end tests that measure time, have limits of some hundred milliseconds, or use both cores by themselves. */
const TIMED = [
  'src/testing/{scenarios,asterisk,real-servers}.e2e.test.ts',
  'src/testing/soak/*.e2e.test.ts',
  'src/sandbox/{hostile,conditions,expectations}.e2e.test.ts',
  'src/sandbox/host/*.e2e.test.ts',
  'src/baresip/{media,verbs}/*.e2e.test.ts',
  'src/cli/{audio,docs-blocks,kill,suites}.e2e.test.ts',
  'src/rtp/*.e2e.test.ts',
  'src/runner/**/*.e2e.test.ts',
  'src/web/*.e2e.test.ts',
  'src/webhook/mock-server-limits.e2e.test.ts',
];
/** Files that run at a time: they mostly wait for processes to start, ring and end. */
const BESIDE = 3;

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    // of tests that say they may run beside each other: more make two cores so busy that calls come late
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
      {
        extends: true,
        test: {
          name: 'e2e',
          globalSetup: ['.config/build-once.ts'],
          maxWorkers: BESIDE,
          sequence: { groupOrder: 1 },
          include: ['src/**/*.e2e.test.ts'],
          exclude: TIMED,
          testTimeout: E2E_LIMIT_MS,
          hookTimeout: E2E_LIMIT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'timed',
          ...real,
          sequence: { groupOrder: 2 },
          include: TIMED,
          testTimeout: E2E_LIMIT_MS,
          hookTimeout: E2E_LIMIT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'bench',
          ...real,
          // what is measured runs as it was built
          server: { deps: { external: [/\/dist\//] } },
          include: ['src/testing/bench/*.bench.ts'],
          testTimeout: LONG_LIMIT_MS,
          hookTimeout: E2E_LIMIT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          ...real,
          include: ['src/testing/soak/*.soak.ts'],
          testTimeout: LONG_LIMIT_MS,
          hookTimeout: E2E_LIMIT_MS,
        },
      },
    ],
  },
});
