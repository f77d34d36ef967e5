/** Form of the hostile corpus: scripts that try to get out, to break the host, or to fake a verdict. */
import type { ErrorCode } from '../../errors.js';

export interface HostileCase {
  name: string;
  source: string;
  /** Code of the first failure; "pass" and "skip" for a scenario without one. */
  expect: ErrorCode | 'pass' | 'skip';
  /** Other codes that are as right: which limit is met first depends on the machine. */
  or?: readonly ErrorCode[];
  /** Text the first failure must contain. */
  says?: string;
  /** The thread may be lost: only native code that cannot be interrupted, memory and stack justify it. */
  discards?: true;
  /** Has much to do before its limit is met: gets more CPU time. */
  slow?: true;
  /** Wall-clock limit, where time is the point. */
  timeout_ms?: number;
}
