/**
 * How recorded runs belong together: the shards of one run, and runs that are told apart by their labels. Says what is
 * missing, so that a run that lacks a part is red.
 */
import type { RunRecord, Unreadable } from './read-record.js';

export interface Part {
  record: RunRecord;
  /** Stands behind the name of a scenario that other parts have, too; "" where none has. */
  mark: string;
  /** What an `order` of the record is in the merged run. */
  orderOf: ReadonlyMap<number, number>;
}

/** A red row: a part of the whole that is not there, or not whole. */
export interface Gap {
  /** Such as "shard 2/3" or the path of a record. */
  name: string;
  what: string;
}

export interface Whole {
  parts: readonly Part[];
  gaps: readonly Gap[];
}

export function wholeOf(read: readonly (RunRecord | Unreadable)[]): Whole {
  const gaps: Gap[] = [];
  const groups = new Map<string, RunRecord[]>();
  for (const one of read) {
    if (one.problem !== undefined) gaps.push({ name: one.path, what: one.problem });
    if (!('started' in one)) continue;
    const group = groupOf(one);
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  const chosen = [...groups.values()].map((records) => withoutDoubles(records, gaps));
  for (const records of chosen) gaps.push(...missingShards(records));
  const marks = marksOf(chosen);
  let next = 1;
  const parts = chosen.flatMap((records) => {
    const numbered = numberedFrom(next, records);
    next += records.reduce((sum, { attempts }) => sum + attempts.size, 0);
    return records.map((record, at) => ({
      record,
      mark: marks.get(record) ?? '',
      orderOf: numbered[at] ?? new Map<number, number>(),
    }));
  });
  return { parts, gaps };
}

/** Shards of one run have a label, or none, and a number of parts in common; whole runs stand for themselves. */
function groupOf({ started: { shard, label = '', run } }: RunRecord): string {
  return JSON.stringify(shard === undefined ? [label, run] : [label, shard.total]);
}

function shardName({ started: { shard, label } }: RunRecord, index = shard?.index): string {
  const of = label === undefined ? '' : ` of ${label}`;
  return shard === undefined ? `the run${of}` : `shard ${index ?? 0}/${shard.total}${of}`;
}

/** What tells a record from the others it is merged with. */
export function recordName({ started: { shard, label, run } }: RunRecord): string {
  const part = shard === undefined ? [] : [`shard ${shard.index}/${shard.total}`];
  return [...(label === undefined ? [] : [label]), ...part].join(', ') || run;
}

/** Keeps the first record of each shard, in the order of the shards. */
function withoutDoubles(records: readonly RunRecord[], gaps: Gap[]): RunRecord[] {
  const byIndex = new Map<number, RunRecord>();
  for (const record of records) {
    const index = record.started.shard?.index ?? 1;
    const first = byIndex.get(index);
    if (first === undefined) byIndex.set(index, record);
    else {
      const what = `was given twice: ${first.path} is used, ${record.path} is not; leave one of them out`;
      gaps.push({ name: shardName(record), what });
    }
  }
  return [...byIndex].sort(([a], [b]) => a - b).map(([, record]) => record);
}

function missingShards(records: readonly RunRecord[]): Gap[] {
  const [first] = records;
  const shard = first?.started.shard;
  if (first === undefined || shard === undefined) return [];
  const there = new Set(records.map(({ started }) => started.shard?.index));
  const missing = Array.from({ length: shard.total }, (_, at) => at + 1)
    .filter((index) => !there.has(index))
    .map((index) => ({
      name: shardName(first, index),
      what: 'is missing: no record of this shard was given',
    }));
  const others = records
    .filter(({ started }) => started.shard?.digest !== shard.digest)
    .map((record) => ({
      name: shardName(record),
      what: `does not belong with ${shardName(first)} (${first.path}): the scenarios or their recorded durations differed, so some scenarios may be in no shard`,
    }));
  return [...missing, ...others];
}

/**
 * Returns what distinguishes the scenarios of a record from those with the same key in another record: the label or the id of
 * the run, or the shard, if shards were divided in different ways.
 */
function marksOf(groups: readonly (readonly RunRecord[])[]): ReadonlyMap<RunRecord, string> {
  const marks = new Map<RunRecord, string>();
  const labels = groups.map(([first]) => first?.started.label);
  for (const records of groups) {
    const others = new Set(
      groups.filter((one) => one !== records).flatMap((one) => one.flatMap(keysOf)),
    );
    for (const record of records) {
      const beside = new Set(records.filter((one) => one !== record).flatMap(keysOf));
      const { label, run } = record.started;
      const isOwn = label !== undefined && labels.filter((other) => other === label).length === 1;
      const keys = keysOf(record);
      const parts = [
        ...(keys.some((key) => others.has(key)) ? [isOwn ? label : run] : []),
        ...(keys.some((key) => beside.has(key)) ? [shardName(record)] : []),
      ];
      marks.set(record, parts.join(', '));
    }
  }
  return marks;
}

function keysOf({ attempts }: RunRecord): string[] {
  return [...attempts.values()].map(({ scenario }) => scenario.key);
}

/** Places from `first` on: by the order of the whole where shards have it, else one record after another. */
function numberedFrom(first: number, records: readonly RunRecord[]): Map<number, number>[] {
  const orders = records.map(
    ({ attempts }) => new Set([...attempts.values()].map(({ scenario }) => scenario.order)),
  );
  const all = orders.flatMap((some, at) => [...some].map((order) => ({ order, at })));
  const isOfWhole = new Set(all.map(({ order }) => order)).size === all.length;
  all.sort((a, b) => (isOfWhole ? 0 : a.at - b.at) || a.order - b.order);
  const numbered = records.map(() => new Map<number, number>());
  all.forEach(({ order, at }, index) => numbered[at]?.set(order, first + index));
  return numbered;
}
