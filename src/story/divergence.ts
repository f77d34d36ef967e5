/** Where the event logs of two attempts first differ: found for each agent by itself, as agents run side by side. */

/** Something that happened to an agent. */
export interface Mark {
  agent: string;
  /** The step in words for people. */
  text: string;
  /** ms since the attempt began. */
  at: number;
}

export interface Divergence {
  agent: string;
  /** Places of the first difference among the marks of each attempt; its length where one has no more of that agent. */
  passed: number;
  failed: number;
}

/** The earliest difference; undefined when the same happened to every agent. */
export function divergence(
  passed: readonly Mark[],
  failed: readonly Mark[],
): Divergence | undefined {
  const agents = [...new Set([...passed, ...failed].map(({ agent }) => agent))];
  const found = agents.flatMap((agent) => ofAgent(agent, passed, failed) ?? []);
  const when = (one: Divergence): number =>
    Math.min(passed[one.passed]?.at ?? Infinity, failed[one.failed]?.at ?? Infinity);
  return found.sort((a, b) => when(a) - when(b))[0];
}

function ofAgent(
  agent: string,
  passed: readonly Mark[],
  failed: readonly Mark[],
): Divergence | undefined {
  const [good, bad] = [placesOf(agent, passed), placesOf(agent, failed)];
  for (let index = 0; index < Math.max(good.length, bad.length); index += 1) {
    const at = { agent, passed: good[index] ?? passed.length, failed: bad[index] ?? failed.length };
    if (textOf(passed[at.passed]) !== textOf(failed[at.failed])) return at;
  }
  return undefined;
}

function placesOf(agent: string, marks: readonly Mark[]): readonly number[] {
  return marks.flatMap((mark, index) => (mark.agent === agent ? [index] : []));
}

/** Ports, tags and durations differ each time: only short whole numbers, such as status codes, are compared. */
export function withoutChance(text: string): string {
  return text.replaceAll(/\d+\.\d+|\d{4,}|[0-9a-f]{8,}/g, '#');
}

function textOf(mark: Mark | undefined): string | undefined {
  return mark === undefined ? undefined : withoutChance(mark.text);
}

/** The largest difference in time between equal events: for attempts in which the same happened. */
export function latest(
  passed: readonly Mark[],
  failed: readonly Mark[],
): { mark: Mark; otherAt: number } | undefined {
  const pairs = passed.flatMap((mark) => {
    const nth = placesOf(mark.agent, passed).findIndex((place) => passed[place] === mark);
    const other = failed[placesOf(mark.agent, failed)[nth] ?? -1];
    return other === undefined ? [] : [{ mark, otherAt: other.at }];
  });
  const gap = ({ mark, otherAt }: { mark: Mark; otherAt: number }): number =>
    Math.abs(mark.at - otherAt);
  return pairs.sort((a, b) => gap(b) - gap(a))[0];
}
