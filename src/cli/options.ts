/**
 * The options of every command. Each is also a variable and a key of offhook.config.json, unless its row is `ofCommand`:
 * docs/settings.md is made of these rows.
 */
import { LIMITS, MIB, TIMEOUT_MS } from '../app/limits.js';
import { ISOLATE } from '../policy/rules.js';
import {
  aliases,
  duration,
  having,
  inGroup,
  jobs,
  list,
  maybe,
  maybeWhole,
  moment,
  namedPath,
  off,
  ofCommand,
  ofScenario,
  on,
  oneOf,
  path,
  program,
  whole,
  wholeOr,
  word,
  type ValuesOf,
} from './flags.js';
import { REPORT_AUDIO, REPORTERS } from './output/reporter-names.js';

/** The allowed values of an option; the code that reads the option checks them. */
export const LAST_KINDS = ['failed', 'flaky', 'slow'] as const;
export const ARTIFACTS_ON = ['failure', 'always'] as const;

/** Not an option but the words behind the command; the rest is the same. */
export const PATHS = having(
  { moved: path },
  list('path', 'scenario files, folders or quoted globs'),
);

const SELECTION = inGroup('Which scenarios:', {
  scenario: having(
    { lines: true, offers: 'names' },
    list('pattern', 'by name: part of it, a glob, or re:REGEX (repeatable)'),
  ),
  tag: having(
    { offers: 'tags' },
    list('tags', 'with one of these tags (repeatable, comma-separated)'),
  ),
  excludeTag: having({ offers: 'tags' }, list('tags', 'without any of these tags')),
  lastFailed: ofCommand(on('that failed or were flaky when they last ran')),
  last: ofCommand(
    having(
      { offers: LAST_KINDS },
      word('kind', 'by the last result: failed (also flaky), flaky, slow (the ten slowest)'),
    ),
  ),
  testList: ofCommand(
    word('file', 'of this list: lines as `offhook list` prints them; - reads stdin'),
  ),
  shard: ofCommand(word('i/n', 'part I of N equally long parts, by the times of the last runs')),
  lastRun: having(
    { moved: path },
    word(
      'file',
      'file of earlier results, to which the run adds its own (default: .offhook/last-run.json)',
    ),
  ),
});

const VARIABLES = inGroup('Variables and settings:', {
  envFile: having(
    { moved: path },
    list('file', 'variables for env() (repeatable; later ones win)', '--vars'),
  ),
  set: having({ lines: true }, list('name=value', 'one variable for env() (repeatable)')),
  project: ofCommand(
    list('name', 'settings of this project in offhook.config.json (repeatable: one run for each)'),
  ),
});

/** What scripts may read, wherever they are evaluated. */
const READING = inGroup('What scenarios may touch:', {
  untrusted: ofScenario(on('deny what no --allow flag allows; trust no file beside the scenario')),
  allowRead: ofScenario(
    list('folder', 'another folder scripts may read (repeatable, comma-separated)'),
  ),
  allowEnv: ofScenario(
    list(
      'glob',
      'the only variables of the environment, --env-file and .env that env() finds (repeatable)',
    ),
  ),
});

/** Options of every command that evaluates scenario files. */
const SCRIPT = { ...SELECTION, ...VARIABLES, ...READING };
export type ScriptFlags = ValuesOf<typeof SCRIPT>;

const BARESIP = having({ moved: program }, word('program', 'the baresip to use (default: PATH)'));

const FOLDERS = inGroup('Which scenarios:', {
  allFiles: on('in folders, also the files that are a single scenario'),
  onlyChanged: ofCommand(
    maybe(
      'ref',
      'files affected by changes since a git commit, even uncommitted ones: by imports, variables, settings and names in their text (default: HEAD)',
    ),
  ),
});
export type FolderFlags = ValuesOf<typeof FOLDERS>;

/** When and how often scenarios run. */
const SCHEDULE = inGroup('When and how often:', {
  jobs: jobs('scenarios at a time, or a share of the processors (default: 1)'),
  retries: whole('n', 'rerun a failed scenario up to N times, at the end, alone (default: 0)', {
    least: 0,
    most: 20,
  }),
  failOnFlaky: on('a scenario that passes only on a retry fails the run'),
  repeat: whole('n', 'run each scenario N times, and count how often it passes', {
    least: 1,
    most: 100_000,
  }),
  seed: whole('n', 'shuffle scenarios, pause before verbs: the same way for the same N', {
    least: 0,
    most: 2 ** 32 - 1,
  }),
  stress: on('keep every processor busy during the run; picks a seed unless --seed gives one'),
  untilFailure: having({ needs: ['repeat'] }, on('with --repeat: end at the first failure')),
  bail: maybeWhole('n', 'end the run once N scenarios have failed; without a number: one', {
    least: 1,
    most: 999_999,
  }),
});

/** How a run is told, while it runs or from its record. */
const SHOWING = inGroup('What is shown and kept:', {
  reporter: having(
    { moved: namedPath, replaces: ['json'], offers: Object.keys(REPORTERS) },
    list('name[=file]', 'how the run is reported (repeatable; the names are below)'),
  ),
  json: ofCommand(
    having({ replaces: ['reporter'] }, on('NDJSON on stdout: the same as --reporter ndjson')),
  ),
  sipTrace: having(
    { moved: path },
    maybe('file', 'SIP messages as a ladder; FILE.pcapng or .pcap is for Wireshark'),
  ),
  sipHeaders: having(
    { needs: ['sipTrace'] },
    list(
      'names',
      'headers the ladder shows below each message (repeatable, comma-separated), or: all',
    ),
  ),
  quiet: having({ replaces: ['verbose'] }, on('failures, warnings and the summary only', '-q')),
  verbose: having({ replaces: ['quiet'] }, on('every event of every agent', '-v')),
  reportAudio: having(
    { offers: REPORT_AUDIO },
    word(
      'which',
      'scenarios whose audio the page of --reporter html has: failed, all, none (default: failed)',
    ),
  ),
  color: off('no colours (also: NO_COLOR)'),
});

const ONLY = inGroup('Which scenarios:', {
  forbidOnly: having(
    { replaces: ['allowOnly'] },
    on('the option `only` is an error (the default with CI and --untrusted)'),
  ),
  allowOnly: having(
    { replaces: ['forbidOnly'] },
    on('the option `only` may be used, also with CI and --untrusted'),
  ),
});

const WATCH = inGroup('When and how often:', {
  watch: ofCommand(on('list the scenarios, then run what changes, until q or Ctrl-C')),
});

const TOUCHING = inGroup('What scenarios may touch:', {
  allowNet: ofScenario(
    list('host', 'the only hosts that http() may reach: HOST[:PORT], *.DOMAIN, CIDR (repeatable)'),
  ),
  allowSip: ofScenario(
    list('pattern', 'the only SIP targets and servers: USER@HOST, @HOST, USER (repeatable)'),
  ),
  maxAgents: ofScenario(
    whole('n', 'largest number of agents of a scenario (default: 100)', { least: 1, most: 1000 }),
  ),
  maxCalls: ofScenario(
    whole('n', 'largest number of calls that a scenario places (default: any)', {
      least: 1,
      most: 1_000_000,
    }),
  ),
});

const AROUND = inGroup('Agents, servers, limits:', {
  lab: on('start a throw-away SIP server with users alice, bob, carol, dave'),
  baresip: BARESIP,
  isolate: ofScenario(
    having(
      { offers: ISOLATE },
      word(
        'mode',
        'run agents in bubblewrap: auto (where it works), always, never (default: auto; always under --untrusted)',
      ),
    ),
  ),
  insecureHttp: on('http() checks no certificates'),
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
});

const KEEPING = inGroup('What is shown and kept:', {
  logs: having(
    { moved: path },
    maybe('file', "agents' logs and all SIP messages, to stderr or a file"),
  ),
  capture: having(
    { needs: ['artifacts', 'sipTrace'] },
    on('add RTP to captures of --artifacts and --sip-trace; needs dumpcap or tcpdump'),
  ),
  saveAudio: having(
    { moved: path },
    maybe('folder', 'every call of every agent as a WAV: left sent, right received'),
  ),
  metrics: on('media quality of each agent at the end of its scenario'),
  artifacts: having(
    { moved: path },
    maybe(
      'folder',
      'keep what explains a failed scenario: events, SIP, audio, logs, configurations (default: a folder in .offhook/runs)',
    ),
  ),
  artifactsOn: having(
    { needs: ['artifacts'], offers: ARTIFACTS_ON },
    word('when', 'when to keep artifacts: failure, always (default: failure)'),
  ),
  keep: ofCommand(on('keep the agents, calls and servers of a failed scenario until Ctrl-C')),
  aliases: aliases(
    'names of SIP parties in reports by their addresses, such as 10.0.0.5:5060=PBX (repeatable)',
  ),
  label: word('text', 'name of this run in `offhook report`, such as debian-12'),
});

export const RUN = {
  ...SELECTION,
  ...FOLDERS,
  ...ONLY,
  ...SCHEDULE,
  ...WATCH,
  ...VARIABLES,
  ...READING,
  ...TOUCHING,
  ...AROUND,
  ...SHOWING,
  ...KEEPING,
};
export type RunFlags = ValuesOf<typeof RUN>;

export const REPORT = {
  ...SHOWING,
  lastRun: having(
    { moved: path },
    word('file', 'add the results to this file, for `run --shard` and --last-failed'),
  ),
};
export type ReportFlags = ValuesOf<typeof REPORT>;

export const TRACE = {
  scenario: ofCommand(
    word('name', 'name of the scenario, or a part of the name (default: all that failed)'),
  ),
  attempt: ofCommand(
    whole('n', 'number of the attempt (default: the last attempt)', { least: 1, most: 100_000 }),
  ),
  at: ofCommand(moment('only what happened within a second of this moment, such as 3.2s')),
  agent: ofCommand(word('name', 'only what concerns this agent')),
  color: ofCommand(off('no colours (also: NO_COLOR)')),
};
export type TraceFlags = ValuesOf<typeof TRACE>;

const CI_FILES = ['github', 'gitlab', 'jenkins', 'none'] as const;

export const INIT = {
  ci: ofCommand(
    oneOf(
      CI_FILES,
      'system',
      'CI file to write: github, gitlab, jenkins or none (default: what the repository uses)',
    ),
  ),
  typescript: ofCommand(on('scenarios in TypeScript, with a tsconfig.json')),
  yes: ofCommand(on('ask no questions; init never asks any', '-y')),
};
export type InitFlags = ValuesOf<typeof INIT>;

export const LIST = { ...SCRIPT, ...FOLDERS, json: ofCommand(on('as JSON')) };
export type ListFlags = ValuesOf<typeof LIST>;

export const CHECK = {
  ...SCRIPT,
  types: ofCommand(on('also type-check, with the TypeScript found beside the scenarios')),
};
export type CheckFlags = ValuesOf<typeof CHECK>;

/** `offhook config` takes the options of `run` and shows their values; its own --json is the format of that output. */
export const CONFIG = { ...RUN, json: ofCommand(on('as JSON')) };

export const DOCTOR = {
  baresip: BARESIP,
  all: ofCommand(on('everything, such as what this baresip version can and cannot do')),
  json: ofCommand(on('as JSON')),
};
export type DoctorFlags = ValuesOf<typeof DOCTOR>;

export const DOCS = {
  format: ofCommand(
    word('format', 'markdown, or html: one page (default: by the ending of OUT, else markdown)'),
  ),
};
export type DocsFlags = ValuesOf<typeof DOCS>;

export const SERVE = {
  check: ofCommand(on('check the configuration and its scenarios, and exit')),
};
export type ServeFlags = ValuesOf<typeof SERVE>;

/** What `offhook monitors` does; `dump` alone asks no server. */
export const MONITOR_ACTIONS = [
  'list',
  'run',
  'start',
  'stop',
  'fail',
  'pause',
  'resume',
  'dump',
] as const;
export type MonitorAction = (typeof MONITOR_ACTIONS)[number];

export const MONITORS = {
  url: ofCommand(word('address', 'address of the server (default: the one in the configuration)')),
  config: ofCommand(
    word('file', 'the configuration (default: offhook.config.json or .yaml of this folder)'),
  ),
  json: ofCommand(on('as JSON')),
};
export type MonitorsFlags = ValuesOf<typeof MONITORS>;

export const LAB = {
  envFile: ofCommand(
    word('file', 'write the variables of the lab to this file, for `offhook run --vars`', '--vars'),
  ),
};
export type LabFlags = ValuesOf<typeof LAB>;
