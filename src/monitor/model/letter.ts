/** A message of a notification that waits to be delivered or was given up, as people see it. */
export interface Letter {
  readonly id: string;
  /** Name in `notify` of the configuration, which may have it no longer. */
  readonly target: string;
  readonly monitor: string;
  /** "FAILED: berlin". */
  readonly subject: string;
  /** Times are ms since 1970. */
  readonly created_at: number;
  readonly tries: number;
  /** `waiting`: for its first or next try; `dead`: given up, kept until it is sent again or discarded. */
  readonly state: 'waiting' | 'dead';
  readonly next_at?: number;
  /** Why the last try failed. */
  readonly problem?: string;
}
