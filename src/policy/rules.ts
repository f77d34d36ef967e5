/** What may be done, as data: made by src/settings from flags, variables and the project file. */

/** What is allowed; without a list everything is. `origin` is for denials: "--untrusted", "--allow-net". */
export interface AllowList {
  readonly items: readonly string[];
  readonly origin: string;
}

export interface Limit {
  readonly value: number;
  readonly origin: string;
}

/** Whether agents run isolated: where that works, in any case, or not at all. */
export interface Isolate {
  readonly value: 'auto' | 'always' | 'never';
  readonly origin: string;
}

export interface PolicyRules {
  /** Denies what is not allowed, and trusts nothing in the scenario's folder. */
  readonly untrusted: boolean;
  /** Real paths of folders that may be read beside the read root. */
  readonly read: readonly string[];
  readonly net?: AllowList;
  readonly sip?: AllowList;
  readonly env?: AllowList;
  readonly maxAgents: Limit;
  readonly maxCalls?: Limit;
  readonly isolate: Isolate;
}
