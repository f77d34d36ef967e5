/** The phone lines of the project file, for modules that come along with Offhook: a script imports none of this itself. */
import { ask, callerStack } from './host.js';
import { lockAll } from './suite.js';
import { inCondition } from './world.js';

/** @returns the lines as the file says them, with the names of variables in their texts; undefined where it has none. @throws E_LINES_DENIED */
export function configuredLines(): Readonly<Record<string, unknown>> | undefined {
  return ask('lines', { stack: callerStack() }) as Readonly<Record<string, unknown>> | undefined;
}

/** The top level of a file takes these locks for each of its scenarios; a scenario that runs waits until nobody else has them. */
export function takeLocks(names: readonly string[]): void {
  const isDeclared = ask('take_locks', {
    names,
    in_condition: inCondition(),
    stack: callerStack(),
  });
  if (isDeclared === true) lockAll(names);
}
