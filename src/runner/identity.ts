/**
 * What runs, scenarios and attempts are called. A scenario's key is the same in every run, wherever in its file it
 * stands; an attempt's id joins the events of a run.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { ScenarioId } from '../model/run-event.js';

/** An id that sorts by time: "20261129-093015-4f1c9a", in UTC. */
export function newRunId(began: Date): string {
  const time = began.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/**
 * The keys of a file's scenarios, in their order: "calls.js › busy", and "calls.js › busy #2" for a name that
 * comes again. The key of a file that is a scenario itself is the file.
 */
export function keysOf(file: string, names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const first = `${file} › ${name}`;
    let key = first;
    for (let number = 2; taken.has(key); number += 1) key = `${first} #${number}`;
    taken.add(key);
    return key;
  });
}

/** The id has a digest of the key, as a name may hold a secret, which no id may. */
export function attemptOf(
  { key, order, file, name, tags }: Omit<ScenarioId, 'id' | 'attempt'>,
  attempt: number,
): ScenarioId {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return { id: `${file}#${digest}.${attempt}`, key, attempt, order, file, name, tags };
}
