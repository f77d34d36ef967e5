/** The flags that several commands share, as options of the runner. */
import type { PlanOptions } from '../runner/plan.js';
import type { ThreadLimits } from '../sandbox/protocol.js';
import { durationMs } from '../time.js';
import { scenarioVariables } from '../settings/settings.js';
import type { ProcessEnvironment } from '../settings/process-environment.js';

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: ThreadLimits = { memory: 128 * MIB, stack: MIB, cpu_ms: 10_000 };

export interface SelectionFlags {
  scenario: readonly string[];
  tag: readonly string[];
  excludeTag: readonly string[];
  envFile: readonly string[];
  set: readonly string[];
}

export interface LimitFlags {
  /** MiB */
  memoryLimit?: number;
  /** KiB */
  stackLimit?: number;
  cpuLimit?: string;
}

export function planOptions(
  paths: readonly string[],
  flags: SelectionFlags & LimitFlags,
  environment: ProcessEnvironment,
  labVariables: Readonly<Record<string, string>>,
): PlanOptions {
  return {
    paths,
    cwd: environment.cwd,
    filters: { scenario: flags.scenario, tag: flags.tag, excludeTag: flags.excludeTag },
    limits: limits(flags),
    variables: scenarioVariables({
      set: flags.set,
      envFiles: flags.envFile,
      environment: environment.variables,
      lab: labVariables,
      cwd: environment.cwd,
    }),
  };
}

function limits({ memoryLimit, stackLimit, cpuLimit }: LimitFlags): ThreadLimits {
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
