/** The built product inside this process: runs scenarios with every event at hand. */
import { makePolicy } from '../../policy/policy.js';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBaresip, type BaresipBinary } from '../../baresip/start/binary.js';
import type { RunEvent } from '../../model/run-event.js';
import type { Reporter } from '../../report/reporter.js';
import type { Outcome, StampedNote, ThreadLimits } from '../../sandbox/protocol.js';

const MIB = 1_048_576;
/** The defaults of the command line. */
export const LIMITS: ThreadLimits = { memory: 128 * MIB, stack: MIB, cpu_ms: 10_000 };

/** The baresip under test: OFFHOOK_BARESIP, else that of PATH. */
export function benchBaresip(): Promise<BaresipBinary> {
  const { OFFHOOK_BARESIP: path, OFFHOOK_BARESIP_MODULES: modulePath } = process.env;
  return findBaresip({
    searchPath: process.env['PATH'] ?? '',
    ...(path === undefined ? {} : { path }),
    ...(modulePath === undefined ? {} : { modulePath }),
  });
}

/** A module of dist: the scenario thread is there, compiled, and nothing is transformed on the way. */
export function built(file: string): Promise<unknown> {
  return import(new URL(`../../../dist/${file}`, import.meta.url).href);
}

/** A folder with one scenario file, until `remove`. */
export function scenarioFile(text: string): { path: string; folder: string; remove(): void } {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'offhook-bench-'));
  const path = join(folder, 'bench.js');
  writeFileSync(path, text);
  return {
    path,
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Console report, SIP ladder and agents' logs, written to nowhere. */
async function everyReport(cwd: string): Promise<Reporter> {
  const [{ fanOut }, { ConsoleReporter }, { SipLadderReporter }, { AgentLogsReporter }] =
    (await Promise.all(
      ['reporter', 'console/console', 'sip/sip-ladder', 'sip/agent-logs'].map((name) =>
        built(`report/${name}.js`),
      ),
    )) as [
      typeof import('../../report/reporter.js'),
      typeof import('../../report/console/console.js'),
      typeof import('../../report/sip/sip-ladder.js'),
      typeof import('../../report/sip/agent-logs.js'),
    ];
  const { Terminal } = (await built(
    'report/console/terminal.js',
  )) as typeof import('../../report/console/terminal.js');
  const output = { write: () => undefined };
  const { Secrets } = (await built(
    'secrets/secrets.js',
  )) as typeof import('../../secrets/secrets.js');
  return fanOut(
    [
      new ConsoleReporter({ terminal: new Terminal({ output }), mode: 'normal', cwd }),
      new SipLadderReporter({ output }),
      new AgentLogsReporter({ output }),
    ],
    new Secrets().maskEvent,
  );
}

const ALL_ALLOWED = {
  isolate: { value: 'auto', origin: 'default' } as const,
  untrusted: false,
  read: [],
  maxAgents: { value: 100, origin: 'default' },
};

/**
 * Runs a scenario text as `offhook run` does, with every report; `emit` gets each event first. `noted` gets each note of the
 * scenario thread with its own time (performance.now()). The event made of a note may have a later time, because no event is
 * reported as earlier than the one before it, which may have come while the note was on its way.
 */
export async function runScenarioText(
  text: string,
  emit: (event: RunEvent) => void,
  noted: (note: StampedNote['note'], at: number) => void = () => undefined,
): Promise<void> {
  const { optimizeLater } = (await built(
    'cli/optimize-later.js',
  )) as typeof import('../../cli/optimize-later.js');
  optimizeLater();
  const { run } = (await built('runner/run.js')) as typeof import('../../runner/run.js');
  const { ScenarioThread } = (await built(
    'sandbox/host/scenario-thread.js',
  )) as typeof import('../../sandbox/host/scenario-thread.js');
  type RunArguments = Parameters<InstanceType<typeof ScenarioThread>['run']>;
  class NotedThread extends ScenarioThread {
    override run(...[job, options, host]: RunArguments): Promise<Outcome> {
      return super.run(job, options, {
        call: (request) => host.call(request),
        note: (stamped) => {
          noted(stamped.note, options.began + stamped.at);
          host.note(stamped);
        },
      });
    }
  }
  const { ThreadPool } = (await built(
    'runner/schedule/threads.js',
  )) as typeof import('../../runner/schedule/threads.js');
  const { scheduleOf } = (await built(
    'runner/schedule/schedule.js',
  )) as typeof import('../../runner/schedule/schedule.js');
  const threads = new ThreadPool((sources) => new NotedThread({ limits: LIMITS, sources }));
  const file = scenarioFile(text);
  const reporter = await everyReport(file.folder);
  try {
    const code = await run({
      paths: [file.path],
      cwd: file.folder,
      shownPath: (file: string) => file,
      filters: { scenario: [], tag: [], excludeTag: [] },
      threads,
      schedule: scheduleOf({ jobs: 1, retries: 0, repeat: 1, bail: Infinity }),
      jobs: 1,
      repeat: 1,
      retries: 0,
      variables: () => ({ env: {}, fixedEnv: {}, warnings: [] }),
      productVersion: 'bench',
      host: { name: 'bench', platform: 'linux', arch: '', node: '' },
      timeoutMs: 600_000,
      teardownMs: 10_000,
      policy: () => Promise.resolve({ policy: makePolicy(ALL_ALLOWED), warnings: [] }),
      http: { variables: {}, insecure: false },
      binary: benchBaresip,
      emit: (event) => {
        emit(event);
        reporter.on(event);
      },
      interrupted: new AbortController().signal,
    });
    if (code !== 0) throw new Error(`the scenario did not pass: exit ${code}`);
  } finally {
    await threads.close();
    await reporter.close();
    file.remove();
  }
}
