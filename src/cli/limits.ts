/** The flags that limit a scenario, as the sandbox takes them. Loaded first: a thread waits for them. */
import type { ThreadLimits } from '../sandbox/protocol.js';
import { durationMs } from '../time.js';

const MIB = 1024 * 1024;
const DEFAULT_LIMITS: ThreadLimits = { memory: 128 * MIB, stack: MIB, cpu_ms: 10_000 };

export interface LimitFlags {
  /** MiB */
  memoryLimit?: number;
  /** KiB */
  stackLimit?: number;
  cpuLimit?: string;
}

export function threadLimits({ memoryLimit, stackLimit, cpuLimit }: LimitFlags): ThreadLimits {
  return {
    memory: memoryLimit === undefined ? DEFAULT_LIMITS.memory : memoryLimit * MIB,
    stack: stackLimit === undefined ? DEFAULT_LIMITS.stack : stackLimit * 1024,
    cpu_ms: cpuLimit === undefined ? DEFAULT_LIMITS.cpu_ms : flagMs(cpuLimit),
  };
}

/** A duration flag, checked by the parser: digits alone are seconds. */
export function flagMs(value: string): number {
  return durationMs(/^[\d.]+$/.test(value) ? Number(value) : value);
}
