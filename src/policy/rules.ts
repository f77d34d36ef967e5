/** Permissions as data: made by src/settings from flags, variables and the project file. */

/**
 * Allowed patterns; without a list everything is allowed. `origin` is for denials: "--untrusted",
 * "--allow-net".
 */
export interface AllowList {
  readonly items: readonly string[];
  readonly origin: string;
}

export interface Limit {
  readonly value: number;
  readonly origin: string;
}

/** Whether agents run isolated: where that works, in any case, or not at all. */
export const ISOLATE = ['auto', 'always', 'never'] as const;

export interface Isolate {
  readonly value: (typeof ISOLATE)[number];
  readonly origin: string;
}

export interface PolicyRules {
  /** Whether everything not allowed is denied, and nothing in the scenario's folder trusted. */
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
