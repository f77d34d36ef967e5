/** Two attempts side by side: where they part first, and which row of one is which of the other. */
import { diffArrays, type ChangeObject } from 'diff';
import { divergence, withoutChance, type Mark } from './divergence.js';
import type { MessageRow, Row, Story } from './story.js';

export interface StoryComparison {
  /**
   * The first thing that happened to an agent, or that the script did, in one of them only: rows, by index; absent where one
   * has no more. `agent` is absent for the script.
   */
  first?: { agent?: string; left?: number; right?: number };
  /** Every row of both, in order, alike ones beside each other: by index. */
  pairs: readonly RowPair[];
}

export interface RowPair {
  left?: number;
  right?: number;
}

/** The search for common rows is given up after so many differing ones: it would take too long. */
const MOST_DIFFERENCES = 2000;

export function compareStories(left: Story, right: Story): StoryComparison {
  const [marks, others] = [marksOf(left), marksOf(right)];
  const pairs = pairsOf(left, right);
  const found = divergence(
    marks.map(({ mark }) => mark),
    others.map(({ mark }) => mark),
  );
  if (found === undefined) return { pairs };
  const [one, other] = [marks[found.passed]?.row, others[found.failed]?.row];
  return {
    first: {
      ...(found.agent === SCRIPT ? {} : { agent: found.agent }),
      ...(one === undefined ? {} : { left: one }),
      ...(other === undefined ? {} : { right: other }),
    },
    pairs,
  };
}

/** The message of another attempt that stands for one of this: between the same parties, as often as before. */
export function counterpart(story: Story, row: MessageRow, other: Story): number | undefined {
  for (const keyOf of [exactKey, kindKey]) {
    const key = keyOf(story, row);
    const nth = messagesLike(story, key, keyOf).findIndex((index) => story.rows[index] === row);
    const found = messagesLike(other, key, keyOf)[nth];
    if (found !== undefined) return found;
  }
  return undefined;
}

type KeyOf = (story: Story, row: MessageRow) => string;

const exactKey: KeyOf = (story, row) => `${kindKey(story, row)} ${row.label}`;

/** @returns a key that messages share that go from the same party to the same party and are requests, or provisional or final answers, of the same method */
const kindKey: KeyOf = (story, { from, to, message: { method, code } }) => {
  const kind = code === undefined ? 'request' : code < 200 ? 'provisional' : 'final';
  return [nameOf(story, from), nameOf(story, to), method, kind].join('\n');
};

function messagesLike(story: Story, key: string, keyOf: KeyOf): number[] {
  return story.rows.flatMap((row, index) =>
    row.kind === 'message' && keyOf(story, row) === key ? [index] : [],
  );
}

/** Stands among the names of agents, which are never empty. */
const SCRIPT = '';

/** What happened to agents, and what the script did, with the rows that tell it. */
function marksOf(story: Story): { mark: Mark; row: number }[] {
  return story.rows.flatMap((row, index) => {
    const ofAgents = lanesOf(row).map((lane): [string | undefined, string | undefined] => [
      agentAt(story, lane),
      happened(story, row, lane),
    ]);
    return [...ofAgents, [SCRIPT, done(row)] as const].flatMap(([agent, text]) =>
      agent === undefined || text === undefined
        ? []
        : [{ mark: { agent, text, at: row.at }, row: index }],
    );
  });
}

function agentAt({ lanes }: Story, index: number): string | undefined {
  const lane = lanes[index];
  return lane?.kind === 'agent' ? lane.name : undefined;
}

/** What the script did, but not what came of it: an agent tells that sooner. */
function done(row: Row): string | undefined {
  if (row.kind === 'verb' || row.kind === 'assertion') return row.text;
  return row.kind === 'wait' ? `${row.by} ${row.what}` : undefined;
}

/** Waits and assertions are no events of an agent, and quiet rows come as they like. */
function happened(story: Story, row: Row, lane: number): string | undefined {
  switch (row.kind) {
    case 'message': {
      const way =
        row.from === lane ? `-> ${nameOf(story, row.to)}` : `<- ${nameOf(story, row.from)}`;
      return `${way} ${row.label} ${row.message.method} ${row.note ?? ''}${row.unseen ? ' unseen' : ''}`;
    }
    case 'digits':
      return `${row.from === lane ? 'sends' : 'gets'} DTMF ${row.digits} ${row.received ?? ''}`;
    case 'event':
      return row.minor ? undefined : row.text;
    case 'verb':
      return row.error === undefined ? undefined : `${row.text} failed`;
    default:
      return undefined;
  }
}

function lanesOf(row: Row): readonly number[] {
  if ('from' in row) return row.from === row.to ? [row.from] : [row.from, row.to];
  return 'lane' in row ? [row.lane] : [];
}

/** Addresses of others may have another port each time. */
function nameOf({ lanes }: Story, index: number): string {
  const lane = lanes[index];
  if (lane === undefined) return '';
  return lane.kind === 'peer' ? withoutChance(lane.name) : lane.name;
}

function pairsOf(left: Story, right: Story): RowPair[] {
  const keys = left.rows.map((row) => keyOfRow(left, row));
  const others = right.rows.map((row) => keyOfRow(right, row));
  const pairs: RowPair[] = [];
  let [atLeft, atRight] = [0, 0];
  for (const { added, removed, count } of alignment(keys, others)) {
    for (let step = 0; step < count; step += 1) {
      pairs.push({
        ...(added ? {} : { left: atLeft++ }),
        ...(removed ? {} : { right: atRight++ }),
      });
    }
  }
  return pairs;
}

type Stretch = Pick<ChangeObject<string[]>, 'added' | 'removed' | 'count'>;

function alignment(left: string[], right: string[]): readonly Stretch[] {
  // Its type does not say so, but a search that was given up has no result.
  const found: readonly Stretch[] | undefined = diffArrays(left, right, {
    maxEditLength: MOST_DIFFERENCES,
  });
  if (found !== undefined) return found;
  return [
    { removed: true, added: false, count: left.length },
    { removed: false, added: true, count: right.length },
  ];
}

/** Equal for rows that tell the same, whenever that was. */
function keyOfRow(story: Story, row: Row): string {
  const lanes = lanesOf(row).map((lane) => nameOf(story, lane));
  return withoutChance([row.kind, ...lanes, wordsOf(row)].join('\n'));
}

function wordsOf(row: Row): string {
  switch (row.kind) {
    case 'message':
      return `${row.label} ${row.message.method}`;
    case 'digits':
      return `${row.digits} ${row.received ?? ''}`;
    case 'http':
      return row.label;
    case 'assertion':
      return `${row.text} ${row.ok}`;
    case 'verb':
      return `${row.text} ${row.error?.code ?? ''}`;
    case 'wait':
      return `${row.by} ${row.what} ${row.ok ?? ''}`;
    default:
      return row.text;
  }
}
