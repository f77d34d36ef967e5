/** `offhook run`. */
import { OffhookError } from '../errors.js';
import { findBaresip } from '../baresip/start/binary.js';
import { isolationOf } from '../baresip/start/isolation.js';
import { abandonAgents, sweepStale } from '../baresip/start/folder.js';
import type { Lab } from '../lab/lab.js';
import type { RunEvent } from '../model/run-event.js';
import type { Reporter } from '../report/reporter.js';
import { run, type RunOptions } from '../runner/run.js';
import { serial } from '../runner/schedule/schedule.js';
import type { ThreadPool } from '../runner/schedule/threads.js';
import { thisHost } from '../settings/host.js';
import { readProcess, type ProcessEnvironment } from '../settings/process-environment.js';
import { PRODUCT_VERSION } from '../settings/product.js';
import { baresipChoice } from './baresip-choice.js';
import { flagMs } from './limits.js';
import { makeReporter, type ReportFlags } from './reporters.js';
import { audioFolder } from './audio-folder.js';
import { planOptions, type SelectionFlags } from './selection.js';
import { abortOnSignal } from './signals.js';
import { secrets } from './print.js';
import { needTemporaryFolder } from './temporary-folder.js';

const TEARDOWN_MS = 10_000;

export interface RunFlags extends SelectionFlags, ReportFlags {
  lab?: boolean;
  baresip?: string;
  timeout: string;
  metrics?: boolean;
  saveAudio?: string;
  insecureHttp?: boolean;
  forbidOnly?: boolean;
  allowOnly?: boolean;
}

export async function runCommand(
  paths: readonly string[],
  flags: RunFlags,
  threads: ThreadPool,
): Promise<number> {
  const environment = readProcess();
  const interrupted = abortOnSignal();
  // For a second Ctrl-C or an error of our own; in the good case no agent is left to stop.
  process.on('exit', abandonAgents);
  const saveAudio = audioFolder(flags.saveAudio);
  const reporter = await makeReporter(flags, environment, secrets.maskEvent);
  let lab: Lab | undefined;
  try {
    sweepStale();
    if (flags.lab === true) {
      needTemporaryFolder();
      lab = await (await import('../lab/lab.js')).startLab();
    }
    const insecure = flags.insecureHttp === true || environment.insecureHttp;
    const baresip = baresipChoice(flags.baresip, environment);
    return await run({
      ...planOptions(paths, flags, environment, lab?.env ?? {}),
      ...onlyRule(flags, environment),
      threads,
      schedule: serial,
      productVersion: PRODUCT_VERSION,
      host: thisHost(),
      ...(lab === undefined ? {} : { lab: `${lab.host}:${lab.port}` }),
      timeoutMs: flagMs(flags.timeout),
      teardownMs: TEARDOWN_MS,
      http: { variables: environment.variables, insecure },
      metrics: flags.metrics === true,
      ...(saveAudio === undefined ? {} : { saveAudio }),
      binary: async () => {
        needTemporaryFolder();
        const found = await findBaresip(baresip);
        // Whether bubblewrap works is tried out while the script is read, not when its first agent waits for it.
        if (flags.isolate !== 'never') void isolationOf(found);
        return found;
      },
      secret: (value) => {
        secrets.note([value]);
      },
      emit: lab === undefined ? reporter.on.bind(reporter) : watched(lab, reporter),
      interrupted,
    });
  } finally {
    try {
      await reporter.close();
    } finally {
      await lab?.stop();
    }
  }
}

/** A forgotten `only` would let a build pass with most of its tests left out. @throws E_USAGE */
function onlyRule(flags: RunFlags, { isCi }: ProcessEnvironment): Pick<RunOptions, 'forbidOnly'> {
  if (flags.forbidOnly === true && flags.allowOnly === true) {
    throw new OffhookError('E_USAGE', '--forbid-only and --allow-only exclude each other', {
      hint: 'leave one of them out',
    });
  }
  if (flags.allowOnly === true) return { forbidOnly: false };
  if (flags.forbidOnly === true) return { forbidOnly: '--forbid-only' };
  return isCi ? { forbidOnly: 'the variable CI' } : {};
}

/** Warns the reporter when the server ends by itself: that explains later failures. */
function watched(lab: Lab, reporter: Reporter): (event: RunEvent) => void {
  let last: RunEvent | undefined;
  void lab.ended.then((how) => {
    if (last === undefined || last.type === 'run_finished') return;
    const text = `lab: the SIP server ended by itself: ${how}`;
    reporter.on({ type: 'warning', at: last.at, text });
  });
  return (event) => {
    last = event;
    reporter.on(event);
  };
}
