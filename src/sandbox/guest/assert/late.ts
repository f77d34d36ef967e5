/**
 * An assertion straight after a verb looks before the other side has reacted. A failed one is checked again
 * for a moment: if it comes true, the script should have waited for it.
 */
import { ask } from '../host.js';
import * as world from '../world.js';

const LATE_MS = 100;
/** "bob.state", "ctx.bob.calls[0]?.state": read again without running the script. */
const PATH = /^[\w$]+((?:\??\.[\w$]+|\[\d+\])+)$/;

/** The agent whose value was read last. */
let lastRead: object | undefined;
/** A verb was carried out, and nothing was waited for since. */
let acted = false;

export function noteRead(agent: object): void {
  lastRead = agent;
}

export function noteActed(): void {
  acted = true;
}

export function noteWaited(): void {
  acted = false;
}

/** Hint to use await_until; undefined when the assertion stays false, or its value cannot be read again. */
export function lateHint(
  { stack, label, claim }: { stack: string; label: string | undefined; claim: string },
  holds: (value: unknown) => boolean,
): string | undefined {
  const agent = lastRead;
  if (!acted || agent === undefined) return undefined;
  try {
    const source = ask('label', { stack }) as string;
    const path = pathIn(agent, source);
    if (path === undefined) return undefined;
    const began = world.awaitEntries(0);
    for (let at = began; at < began + LATE_MS;) {
      at = world.awaitEntries(began + LATE_MS);
      if (!holds(valueAt(agent, path))) continue;
      return `${label ?? source} came true within ${LATE_MS} ms: use await_until(() => assert(${source}).${claim})`;
    }
  } catch {
    // A responder cannot wait for anything; and the assertion has failed in any case.
  }
  return undefined;
}

/** The steps from the agent to the value that source text names. */
function pathIn(agent: object, source: string): readonly string[] | undefined {
  const steps = [...(PATH.exec(source)?.[1] ?? '').matchAll(/[\w$]+/g)].map(([step]) => step);
  const first = steps.findIndex((step) => Reflect.has(agent, step));
  return first < 0 ? undefined : steps.slice(first);
}

function valueAt(agent: object, path: readonly string[]): unknown {
  let value: unknown = agent;
  for (const step of path) {
    if (value === undefined || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}
