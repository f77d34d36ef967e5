/** The options of every command. */
import { LIMITS, MIB, TIMEOUT_MS } from '../app/limits.js';
import {
  duration,
  jobs,
  list,
  maybe,
  off,
  on,
  whole,
  wholeOr,
  word,
  type ValuesOf,
} from './flags.js';

const SELECTION = {
  scenario: list('pattern', 'by name: part of it, a glob, or re:REGEX (repeatable)'),
  tag: list('tags', 'with one of these tags (repeatable, comma-separated)'),
  excludeTag: list('tags', 'without any of these tags'),
  lastFailed: on('that failed or were flaky when they last ran (as .offhook/last-run.json says)'),
  last: word('kind', 'as their last run was: failed (also flaky), flaky, slow (the ten slowest)'),
  testList: word('file', 'of this list: lines as `offhook list` prints them; - reads stdin'),
  shard: word('i/n', 'part I of N that take equally long, by the times of their last runs'),
  lastRun: word(
    'file',
    'results of earlier runs, read and added to (default: .offhook/last-run.json)',
  ),
  envFile: list('file', 'variables for env() (repeatable; later ones win)', '--vars'),
  set: list('name=value', 'one variable for env() (repeatable)'),
};

/** Options of every command that evaluates scenario files. */
const SCRIPT = {
  ...SELECTION,
  allowRead: list('folder', 'another folder scripts may read (repeatable, comma-separated)'),
  allowEnv: list(
    'glob',
    'the only variables of the environment and --env-file that env() finds (repeatable)',
  ),
  untrusted: on('deny what no --allow flag allows; trust nothing beside the scenario'),
};
export type ScriptFlags = ValuesOf<typeof SCRIPT>;

const FOLDERS = {
  allFiles: on('in folders, also the files that are a single scenario'),
};

/** When and how often scenarios run. */
const SCHEDULE = {
  jobs: jobs('how many scenarios run at a time, or a share of the processors (default: 1)'),
  retries: whole('n', 'run a scenario that failed again, at the end and alone (default: 0)', {
    least: 0,
    most: 20,
  }),
  failOnFlaky: on('a scenario that passes only on a retry fails the run'),
  repeat: whole('n', 'run each scenario that often, and count how often it passes', {
    least: 1,
    most: 100_000,
  }),
  untilFailure: on('with --repeat: end at the first failure'),
  bail: maybe('n', 'end the run once that many scenarios have failed (default: 1)'),
};

/** How a run is told, while it runs or from its record. */
const SHOWING = {
  reporter: list('name[=file]', 'how the run is told (repeatable); the names stand below'),
  json: on('NDJSON on stdout: the same as --reporter ndjson'),
  sipTrace: maybe('file', 'SIP messages as a ladder, to stdout or a file'),
  sipHeaders: list(
    'names',
    'headers the ladder shows below each message (repeatable, comma-separated), or: all',
  ),
  quiet: on('failures, warnings and the summary only', '-q'),
  verbose: on('every event of every agent', '-v'),
  color: off('no colours (also: NO_COLOR)'),
};

export const RUN = {
  ...SCRIPT,
  ...SCHEDULE,
  allowNet: list('host', 'the only hosts of http(): HOST[:PORT], *.DOMAIN, CIDR (repeatable)'),
  allowSip: list(
    'pattern',
    'the only SIP targets and servers: USER@HOST, @HOST, USER (repeatable)',
  ),
  isolate: word(
    'mode',
    'run agents by bubblewrap: auto (where it works), always, never (default: auto; always under --untrusted)',
  ),
  maxAgents: whole('n', 'most agents of a scenario (default: 100)', { least: 1, most: 1000 }),
  maxCalls: whole('n', 'most calls a scenario places (default: any)', {
    least: 1,
    most: 1_000_000,
  }),
  ...FOLDERS,
  forbidOnly: on('the option `only` is an error (by itself with CI and --untrusted)'),
  allowOnly: on('the option `only` may be used, also with CI and --untrusted'),
  lab: on('start a throw-away SIP server with users alice, bob, carol, dave for this run'),
  baresip: word('program', 'the baresip to use (default: OFFHOOK_BARESIP, else PATH)'),
  timeout: duration('wall-clock limit of a scenario', `${TIMEOUT_MS / 1000}s`),
  cpuLimit: duration('limit of computing without a pause', `${LIMITS.cpu_ms / 1000}s`),
  memoryLimit: wholeOr(LIMITS.memory / MIB, 'MiB', 'memory limit of a scenario', {
    least: 16,
    most: 2048,
  }),
  stackLimit: wholeOr(LIMITS.stack / 1024, 'KiB', 'stack limit of a scenario', {
    least: 128,
    most: 4096,
  }),
  insecureHttp: on('http() checks no certificates (also: OFFHOOK_INSECURE_HTTP=1)'),
  logs: maybe('file', "agents' logs and all SIP messages, to stderr or a file"),
  saveAudio: maybe('folder', 'every call of every agent as a WAV: left sent, right received'),
  label: word('text', 'what tells this run from others in `offhook report`, such as debian-12'),
  metrics: on('media quality of each agent at the end of its scenario'),
  ...SHOWING,
};
export type RunFlags = ValuesOf<typeof RUN>;

export const REPORT = SHOWING;
export type ReportFlags = ValuesOf<typeof REPORT>;

export const LIST = { ...SCRIPT, ...FOLDERS, json: on('as JSON') };
export type ListFlags = ValuesOf<typeof LIST>;

export const CHECK = {
  ...SCRIPT,
  types: on('also type-check, with the TypeScript found beside the scenarios'),
};
export type CheckFlags = ValuesOf<typeof CHECK>;

export const DOCTOR = {
  baresip: word('program', 'the baresip to look at (default: OFFHOOK_BARESIP, else PATH)'),
  all: on('everything, such as what this baresip version can and cannot do'),
  json: on('as JSON'),
};
export type DoctorFlags = ValuesOf<typeof DOCTOR>;

export const LAB = {
  envFile: word('file', 'write its variables there, for `offhook run --vars`', '--vars'),
};
export type LabFlags = ValuesOf<typeof LAB>;
