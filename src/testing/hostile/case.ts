/** Form of the hostile corpus: scripts that try to get out, to break the host, or to fake a verdict. */
import type { ErrorCode } from '../../errors.js';

export interface HostileCase {
  name: string;
  source: string;
  /** Code of the first failure; "pass" and "skip" for a scenario without one. */
  expect: ErrorCode | 'pass' | 'skip';
  /** Other codes that are equally right: it depends on the machine which limit is reached first. */
  or?: readonly ErrorCode[];
  /** Text the first failure must contain. */
  says?: string;
  /** The thread may be lost: justified only by native code that cannot be interrupted, and by limits of memory or stack. */
  discards?: true;
  /** Has much to do before its limit is met: gets more CPU time. */
  slow?: true;
  /** Wall-clock limit, where time is the point. */
  timeout_ms?: number;
}
