/** The options of every command. */
import { LIMITS, MIB, TIMEOUT_MS } from '../app/limits.js';
import { duration, list, maybe, off, on, whole, wholeOr, word, type ValuesOf } from './flags.js';

const SELECTION = {
  scenario: list('pattern', 'by name: part of it, a glob, or re:REGEX (repeatable)'),
  tag: list('tags', 'with one of these tags (repeatable, comma-separated)'),
  excludeTag: list('tags', 'without any of these tags'),
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
  onlyChanged: maybe(
    'ref',
    'only files concerned by what differs from a git commit, also uncommitted (default: HEAD): their imports, variables, settings, and files whose names stand in them',
  ),
};
export type FolderFlags = ValuesOf<typeof FOLDERS>;

export const RUN = {
  ...SCRIPT,
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
  watch: on('list only; run what changes, until q or Ctrl-C'),
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
  reporter: list('name[=file]', 'console, ndjson, junit (repeatable)'),
  json: on('NDJSON on stdout: the same as --reporter ndjson'),
  logs: maybe('file', "agents' logs and all SIP messages, to stderr or a file"),
  sipTrace: maybe('file', 'SIP messages as a ladder, to stdout or a file'),
  sipHeaders: list(
    'names',
    'headers the ladder shows below each message (repeatable, comma-separated), or: all',
  ),
  saveAudio: maybe('folder', 'every call of every agent as a WAV: left sent, right received'),
  metrics: on('media quality of each agent at the end of its scenario'),
  quiet: on('failures, warnings and the summary only', '-q'),
  verbose: on('every event of every agent', '-v'),
  color: off('no colours (also: NO_COLOR)'),
};
export type RunFlags = ValuesOf<typeof RUN>;

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
