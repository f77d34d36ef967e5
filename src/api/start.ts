/** Starts the run that a program asked for: its options as a request. Loaded with the first run. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { baresipChoice } from '../app/baresip-choice.js';
import { LIMITS, MIB } from '../app/limits.js';
import { makeFolder } from '../app/make-folder.js';
import type { RunRequest } from '../app/request.js';
import { run } from '../app/run.js';
import type { BinarySearch } from '../baresip/start/binary.js';
import { abandonAgents } from '../baresip/start/folder.js';
import { OffhookError } from '../errors.js';
import type { RunEvent } from '../model/run-event.js';
import { NdjsonReporter } from '../report/ndjson.js';
import { FileOutput } from '../report/output.js';
import type { Reporter } from '../report/reporter.js';
import { Secrets } from '../secrets/secrets.js';
import { isBuildServer, readProcess } from '../settings/process-environment.js';
import type { RunOptions } from './options.js';
import type { RunResult } from './result.js';
import { inWordsOfOptions } from './words.js';

/** Runs of this process that have not ended. */
let running = 0;

/** @param tell gets each event, without secrets. @throws OffhookError when nothing could be run */
export async function start(
  options: RunOptions,
  signal: AbortSignal,
  tell: (event: RunEvent) => void,
): Promise<RunResult> {
  let result: RunResult | undefined;
  const listener: Reporter = {
    on(event) {
      if (event.type === 'run_finished') result = resultOf(event);
      tell(event);
    },
    close: () => Promise.resolve(),
  };
  const secrets = new Secrets();
  // If the program exits in the middle of a run, its agents are killed.
  if (running === 0) process.on('exit', abandonAgents);
  running += 1;
  try {
    const request = requestOf(options);
    await run({ ...request, secrets, reporters: [listener, ...recordOf(options)], signal });
  } catch (error) {
    throw error instanceof OffhookError ? inWordsOfOptions(error, secrets.mask) : error;
  } finally {
    running -= 1;
    if (running === 0) process.off('exit', abandonAgents);
  }
  if (result === undefined) throw new OffhookError('E_INTERNAL', 'the run ended without a result');
  return result;
}

function resultOf({
  counts,
  exit,
  interrupted,
  ms,
}: RunEvent & { type: 'run_finished' }): RunResult {
  return { ...counts, exitCode: exit, interrupted, ms };
}

function requestOf(options: RunOptions): Omit<RunRequest, 'reporters' | 'signal'> {
  const { variables = {}, variableFiles = [], scenario = [], tag = [], excludeTag = [] } = options;
  const { lastRun, limits = {} } = options;
  const cwd = resolve(options.cwd ?? '.');
  const environment = defined(options.environment ?? readProcess().variables) as Variables;
  const { timeoutMs, cpuMs = LIMITS.cpu_ms } = limits;
  const { memoryMib = LIMITS.memory / MIB, stackKib = LIMITS.stack / 1024 } = limits;
  const saveAudio = audioFolder(options, cwd);
  return {
    ...asTheyAre(options),
    cwd,
    environment,
    filters: { scenario, tag, excludeTag },
    set: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    envFiles: variableFiles,
    ...onlyRule(options, environment),
    baresip: baresipOf(options, environment, cwd),
    policy: defined(options.policy ?? {}),
    limits: { memory: memoryMib * MIB, stack: stackKib * 1024, cpu_ms: cpuMs },
    ...defined({ timeoutMs, saveAudio }),
    ...(lastRun === undefined ? {} : { lastRun: resolve(cwd, lastRun) }),
  };
}

/** Picks the options that a request has under the same name, with the same meaning. */
function asTheyAre(options: RunOptions): Pick<RunOptions, 'paths'> & Partial<RunRequest> {
  const { paths, allFiles, shard, jobs, retries, repeat, seed, bail, failOnFlaky } = options;
  const { lab, label, aliases, insecureHttp, metrics } = options;
  return {
    paths,
    ...defined({ allFiles, shard, jobs, retries, repeat, seed, bail, failOnFlaky }),
    ...defined({ lab, label, aliases, insecureHttp, metrics }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Defined<T>;
}

type Variables = RunRequest['environment'];

function onlyRule({ forbidOnly }: RunOptions, environment: Variables): Partial<RunRequest> {
  if (forbidOnly === undefined) {
    return isBuildServer(environment) ? { forbidOnly: 'the variable CI' } : {};
  }
  return { forbidOnly: forbidOnly ? 'option forbidOnly' : false };
}

function baresipOf(options: RunOptions, environment: Variables, cwd: string): BinarySearch {
  const program = options.baresip ?? nonEmpty(environment['OFFHOOK_BARESIP']);
  const baresipModules = options.baresipModules ?? nonEmpty(environment['OFFHOOK_BARESIP_MODULES']);
  const path = environment['PATH'] ?? '';
  return baresipChoice(program, { cwd, path, ...defined({ baresipModules }) });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** Makes the folder for recordings before anything runs. @throws OffhookError E_OUTPUT */
function audioFolder({ saveAudio }: RunOptions, cwd: string): string | undefined {
  if (saveAudio === undefined) return undefined;
  const folder = resolve(cwd, saveAudio);
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const seen = `cannot be written to: ${error instanceof Error ? error.message : String(error)}`;
    throw new OffhookError(
      'E_OUTPUT',
      { subject: 'option saveAudio', what: `"${saveAudio}"`, seen },
      { hint: 'name a folder that may be written to' },
      error,
    );
  }
}

function recordOf({ record, cwd = '.' }: RunOptions): readonly Reporter[] {
  if (record === undefined) return [];
  const output = new FileOutput(resolve(cwd, record));
  return [new NdjsonReporter({ output, sip: true, sources: true })];
}
