/** `offhook run`: turns flags into a request, and signals into its end. */
import { baresipChoice } from '../app/baresip-choice.js';
import { run } from '../app/run.js';
import type { RunRequest } from '../app/request.js';
import { OffhookError } from '../errors.js';
import { abandonAgents } from '../baresip/start/folder.js';
import type { ThreadPool } from '../runner/schedule/threads.js';
import { readProcess, type ProcessEnvironment } from '../settings/process-environment.js';
import { artifactsFolder, audioFolder } from './output/output-folders.js';
import { aliasesOf, flagMs } from './flags.js';
import type { RunFlags } from './options.js';
import { secrets } from './print.js';
import { optimizeLater } from './optimize-later.js';
import { makeReporters, pageRecordings } from './output/reporters.js';
import { scheduleFlags } from './schedule-flags.js';
import { folderRequest, scriptRequest } from './selection.js';
import { abortOnSignal } from './signals.js';

/** @param again the options that running one of the scenarios again needs */
export async function runCommand(
  paths: readonly string[],
  flags: RunFlags,
  again: readonly string[],
  threads: ThreadPool,
): Promise<number> {
  optimizeLater();
  const environment = readProcess();
  const keep = keepOf(flags, environment);
  const signal = abortOnSignal();
  // Agents are still there only after a second Ctrl-C or an error of our own; after a normal end there is none to kill.
  process.on('exit', abandonAgents);
  const artifacts = artifactsFolder(flags, environment.cwd);
  const wanted = audioFolder(flags.saveAudio);
  const recordings =
    artifacts?.recordings ??
    (wanted === undefined ? pageRecordings(flags, environment) : undefined);
  const saveAudio = wanted ?? recordings;
  const scripts = scriptRequest(paths, flags, environment);
  const { allowNet, allowSip, maxAgents, maxCalls, isolate } = flags;
  const request = {
    ...scripts,
    policy: { ...scripts.policy, allowNet, allowSip, maxAgents, maxCalls, isolate },
    ...folderRequest(flags),
    ...onlyRule(flags, environment),
    baresip: baresipChoice(flags.baresip, environment),
    lab: flags.lab === true,
    ...scheduleFlags(flags),
    timeoutMs: flagMs(flags.timeout),
    insecureHttp: flags.insecureHttp === true,
    metrics: flags.metrics === true,
    aliases: aliasesOf(flags.aliases),
    keep,
    ...(saveAudio === undefined ? {} : { saveAudio }),
    threads,
    secrets,
  };
  const reporters = (): ReturnType<typeof makeReporters> =>
    makeReporters(flags, { environment, again, live: true, artifacts, recordings });
  if (flags.watch === true) {
    const { watchScenarios } = await import('./watch/watch.js');
    return watchScenarios(request, reporters, signal);
  }
  return run({ ...request, signal, reporters: await reporters() });
}

/** @throws E_USAGE where nobody would end what is kept */
function keepOf({ keep, watch }: RunFlags, { isCi }: ProcessEnvironment): boolean {
  if (keep !== true) return false;
  if (isCi) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--keep', what: 'waits for Ctrl-C, which nobody presses in CI (variable CI)' },
      { hint: 'leave it out; --artifacts keeps what explains a failure' },
    );
  }
  if (watch === true) {
    throw new OffhookError('E_USAGE', '--keep and --watch exclude each other', {
      hint: 'leave --watch out, and run the failing scenario with --keep',
    });
  }
  return true;
}

/** A forgotten `only` would let a build pass with most of its tests left out. @throws E_USAGE */
function onlyRule(flags: RunFlags, { isCi }: ProcessEnvironment): Pick<RunRequest, 'forbidOnly'> {
  if (flags.forbidOnly === true && flags.allowOnly === true) {
    throw new OffhookError('E_USAGE', '--forbid-only and --allow-only exclude each other', {
      hint: 'leave one of them out',
    });
  }
  if (flags.allowOnly === true) return { forbidOnly: false };
  if (flags.forbidOnly === true) return { forbidOnly: '--forbid-only' };
  return isCi ? { forbidOnly: 'the variable CI' } : {};
}
