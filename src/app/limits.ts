/** The limits that scenarios have by default. */
import type { ThreadLimits } from '../sandbox/protocol.js';

export const MIB = 1024 * 1024;
export const LIMITS: ThreadLimits = { memory: 128 * MIB, stack: MIB, cpu_ms: 10_000 };
export const TIMEOUT_MS = 120_000;
export const TEARDOWN_MS = 10_000;
