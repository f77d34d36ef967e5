/** The options of `run()`, for programs: each is the flag of `offhook run` with the same name. */

/**
 * What scenarios may touch (docs/policy.md has the rules). Once a list is given, nothing outside of it is allowed; `allowRead` is the
 * exception: it adds folders to the one that scripts may always read.
 */
export interface PolicyOptions {
  /** Denies what no list allows, and trusts nothing beside the scenario. Default: false. */
  readonly untrusted?: boolean | undefined;
  /** Folders scripts may read besides that of their project. */
  readonly allowRead?: readonly string[] | undefined;
  /** Hosts of http(): "HOST", "HOST:PORT", "*.DOMAIN", "10.0.0.0/8". Default: any. */
  readonly allowNet?: readonly string[] | undefined;
  /** SIP targets and servers: "USER@HOST", "@HOST", "USER". Default: any. */
  readonly allowSip?: readonly string[] | undefined;
  /** Globs of the variables of `environment` and `variableFiles` that env() finds. Default: all. */
  readonly allowEnv?: readonly string[] | undefined;
  /** Most agents of a scenario, 1 to 1,000. Default: 100. */
  readonly maxAgents?: number | undefined;
  /** Most calls a scenario places, 1 to 1,000,000. Default: any number. */
  readonly maxCalls?: number | undefined;
  /** Whether agents run by bubblewrap; "auto": where it works. Default: "auto", and "always" under `untrusted`. */
  readonly isolate?: 'auto' | 'always' | 'never' | undefined;
}

/** Limits of a scenario. */
export interface LimitOptions {
  /** Wall-clock limit of a scenario that sets none itself, in milliseconds. Default: 120,000. */
  readonly timeoutMs?: number | undefined;
  /** Limit of computing without a pause, in milliseconds. Default: 10,000. */
  readonly cpuMs?: number | undefined;
  /** Memory in MiB, 16 to 2,048. Default: 128. */
  readonly memoryMib?: number | undefined;
  /** Stack in KiB, 128 to 4,096. Default: 1,024. */
  readonly stackKib?: number | undefined;
}

/** The options of `run()`. Only `paths` is required. Every path here is relative to `cwd`. */
export interface RunOptions {
  /** Scenario files, folders (every suite file below) and globs. At least one. */
  readonly paths: readonly string[];
  /** Folder that paths are relative to. Default: `process.cwd()`. */
  readonly cwd?: string | undefined;

  /** Names of scenarios: a part, a glob, or "re:REGEX"; one of them must fit. Default: all. */
  readonly scenario?: readonly string[] | undefined;
  /** A scenario must have one of these tags. Default: any. */
  readonly tag?: readonly string[] | undefined;
  /** A scenario must have none of these tags. */
  readonly excludeTag?: readonly string[] | undefined;
  /** A folder run normally takes only files that declare scenarios with scenario(); true takes every scenario file. Default: false. */
  readonly allFiles?: boolean | undefined;
  /** Whether the scenario option `only` is an error. Default: true where the variable CI is set, else false. */
  readonly forbidOnly?: boolean | undefined;
  /** Only part `index` of `total`, from 1. Parts take equally long where `lastRun` knows how long scenarios take. */
  readonly shard?: { readonly index: number; readonly total: number } | undefined;

  /** Variables that env() finds before all others. Values whose names say so (A_PASS, API_TOKEN) are masked in events. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Files of variables (.env); later ones win. */
  readonly variableFiles?: readonly string[] | undefined;
  /**
   * The environment: env() finds it, PATH and OFFHOOK_BARESIP say where baresip is, and OFFHOOK_ALLOW_NET and its like
   * count as in docs/policy.md. Default: `process.env`.
   */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;

  /** How many scenarios run at a time, 1 to 1,000. Default: 1. */
  readonly jobs?: number | undefined;
  /** How often a scenario that failed runs again, at the end and alone, 0 to 20. Default: 0. */
  readonly retries?: number | undefined;
  /** How often each scenario runs, 1 to 100,000. With more than 1 none is retried. Default: 1. */
  readonly repeat?: number | undefined;
  /** Shuffles the scenarios and pauses before verbs, equally for equal seeds: 0 to 4,294,967,295. Default: neither. */
  readonly seed?: number | undefined;
  /** Ends the run once so many scenarios have failed, 1 to 999,999. Default: never. */
  readonly bail?: number | undefined;
  /** Whether a scenario that passes only on a retry fails the run. Default: false. */
  readonly failOnFlaky?: boolean | undefined;

  /** Starts a throw-away SIP server with users alice, bob, carol and dave for the run. Needs Kamailio. Default: false. */
  readonly lab?: boolean | undefined;
  /** The baresip program: a path, or a name to find in the PATH. Default: OFFHOOK_BARESIP, else "baresip". */
  readonly baresip?: string | undefined;
  /** The folder of its modules. Default: OFFHOOK_BARESIP_MODULES, else where they usually are. */
  readonly baresipModules?: string | undefined;
  /** Restricts what scenarios may read, reach and call. */
  readonly policy?: PolicyOptions | undefined;
  /** Limits of each scenario. */
  readonly limits?: LimitOptions | undefined;
  /** http() checks no certificates. Default: false. */
  readonly insecureHttp?: boolean | undefined;

  /** Also tells the media quality of each agent (events of type "metric"). Default: false. */
  readonly metrics?: boolean | undefined;
  /** Folder for the audio of every call, as WAV; it is made where it is missing. */
  readonly saveAudio?: string | undefined;
  /** File the record of the run is written to (NDJSON), for `offhook report FILE --reporter html`. Overwritten. */
  readonly record?: string | undefined;
  /** File with the results of earlier runs, which the run adds its own to. Default: none is read or written. */
  readonly lastRun?: string | undefined;
  /** Name of the run in a report that merges several. */
  readonly label?: string | undefined;
  /** Names of SIP parties, by "address:port" or "address". */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
  /**
   * Aborted to end the run: scenarios that run still get their teardown, and their agents hang up. The result then has
   * exit code 130.
   */
  readonly signal?: AbortSignal | undefined;
}
