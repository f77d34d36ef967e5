/** Scenarios of a run as a list shows them: one entry each, with its attempts. */
import type { MergedRecord } from '../../model/run-event.js';
import type { AttemptData } from '../../story/page-data.js';

export type Outcome = AttemptData['verdict'];

export interface Entry {
  key: string;
  name: string;
  file: string;
  tags: readonly string[];
  /** Name of the record that its last attempt is from, in a merged report. */
  record?: string;
  verdict: Outcome;
  /** Duration of the attempt that counts; where all count (--repeat), the sum of all. */
  ms: number;
  /** Indexes into the attempts of the page. */
  attempts: readonly number[];
  failure?: AttemptData['failure'];
  /** What a filter looks into, in lower case. */
  text: string;
}

export interface FileGroup {
  file: string;
  entries: readonly Entry[];
}

/** Where all attempts count, the verdict of the scenario is the first in this order that an attempt had. */
const WORST: readonly Outcome[] = ['errored', 'failed', 'unfinished', 'flaky', 'passed', 'skipped'];

/** @param run `repeat`: every attempt counts, and none is a retry */
export function entriesOf(
  attempts: readonly AttemptData[],
  { repeat, records }: { repeat?: number; records?: readonly MergedRecord[] },
): Entry[] {
  const repeated = repeat !== undefined;
  const byKey = grouped([...attempts.keys()], (index) => attempts[index]?.scenario.key ?? '');
  return [...byKey].flatMap(([key, indexes]) => {
    const own = indexes.flatMap((index) => attempts[index] ?? []);
    const last = own.at(-1);
    if (last === undefined) return [];
    const { scenario } = last;
    const verdict = repeated ? verdictOfAll(own) : last.verdict;
    const failure = own.findLast((one) => one.failure !== undefined)?.failure;
    return {
      key,
      name: last.part ?? scenario.name,
      file: scenario.file,
      tags: scenario.tags,
      verdict,
      ms: repeated ? own.reduce((sum, { ms }) => sum + ms, 0) : last.ms,
      attempts: indexes,
      ...(failure === undefined ? {} : { failure }),
      ...recordOf(scenario.id, records),
      text: [scenario.name, scenario.file, ...scenario.tags, failure?.message ?? '']
        .join('\n')
        .toLowerCase(),
    };
  });
}

function recordOf(id: string, records: readonly MergedRecord[] | undefined): { record?: string } {
  const found = records?.find(({ prefix }) => id.startsWith(prefix));
  return found === undefined ? {} : { record: found.name };
}

function verdictOfAll(attempts: readonly AttemptData[]): Outcome {
  const verdicts = new Set(attempts.map(({ verdict }) => verdict));
  const failed = verdicts.has('failed') || verdicts.has('errored');
  if (failed && verdicts.has('passed')) return 'flaky';
  return WORST.find((verdict) => verdicts.has(verdict)) ?? 'passed';
}

export function groupsOf(entries: readonly Entry[]): FileGroup[] {
  return [...grouped(entries, ({ file }) => file)].map(([file, own]) => ({
    file,
    entries: own,
  }));
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

export const isFailure = ({ verdict }: Entry): boolean =>
  verdict === 'failed' || verdict === 'errored' || verdict === 'unfinished';

/** The attempt to look at first: of a flaky scenario the one that failed, else the one that counts. */
export function firstAttempt(entry: Entry, attempts: readonly AttemptData[]): number {
  const failed = entry.attempts.findLast((index) => attempts[index]?.failure !== undefined);
  return failed ?? entry.attempts.at(-1) ?? 0;
}
